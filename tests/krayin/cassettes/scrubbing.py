"""Taking people, companies and secrets out of what goes into a cassette.

A cassette shows the shape of Krayin's answers; whose they were is nobody's business. The same name is
replaced by the same example each time, so that what belonged together still does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

HOME = "https://krayin.example.com"
"""Where every Krayin lives in a cassette."""
KEPT_HEADERS = ("content-type", "x-ratelimit-limit", "x-ratelimit-remaining")
EMAIL = re.compile(r"[\w.+'%#&{}|-]+@[\w-]+(?:\.[\w-]+)+")
FIRST = ("Jane", "Robin", "Alex", "Sasha", "Kim", "Noor", "Toni", "Mika", "Luca", "Yuki")
LAST = ("Doe", "Example", "Sample", "Placeholder", "Specimen", "Pattern", "Model", "Figure", "Case")
TEXTS = ("title", "description", "comment", "job_title", "lost_reason", "location", "remark")
"""What people write into records, and what may tell of them."""
PLACES = ("address", "city", "state", "postcode")
SHORTEST = 4
"""Characters of a name that is looked for within other texts too."""


class Scrubber:
    """Knows the examples that stand for what it has seen."""

    def __init__(self) -> None:
        self._examples: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def body(self, text: str) -> str:
        """Return a request's or an answer's body; of what is no JSON nothing is left but that."""
        if not text:
            return text
        try:
            value = json.loads(text)
        except ValueError:
            return "<!DOCTYPE html>" if "<" in text else ""
        self._learn(value)
        return json.dumps(self._replaced(value), ensure_ascii=False)

    def address(self, url: str) -> str:
        """Return the address of a request, on a server of its own."""
        parts = urlsplit(url)
        pairs = [(name, self._text(said)) for name, said in parse_qsl(parts.query, keep_blank_values=True)]
        query = f"?{urlencode(pairs)}" if pairs else ""
        return f"{HOME}{parts.path}{query}"

    def headers(self, headers: Mapping[str, Any]) -> dict[str, list[str]]:
        """Return those that the plugin looks at."""
        lowered = {name.lower(): value for name, value in headers.items()}
        found = {name: lowered[name] for name in KEPT_HEADERS if name in lowered}
        return {name: value if isinstance(value, list) else [value] for name, value in found.items()}

    def _learn(self, value: Any) -> None:
        for kind, text in _personal(value):
            if text and text not in self._examples:
                number = self._counts[kind] = self._counts.get(kind, -1) + 1
                self._examples[text] = _example(kind, number)

    def _replaced(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: self._replaced(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._replaced(item) for item in value]
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text: str) -> str:
        if text in self._examples:
            return self._examples[text]
        for original in sorted(self._examples, key=len, reverse=True):
            if len(original) >= SHORTEST and original in text:
                text = text.replace(original, self._examples[original])
        text = EMAIL.sub(lambda found: self._email(found[0]), text)
        return re.sub(r"https?://[^/\s\"?]+", HOME, text)

    def _email(self, address: str) -> str:
        """Return the example for an address that stands among other words."""
        if address not in self._examples.values():
            self._learn({"email": address})
        return self._examples.get(address, address)


def _personal(value: Any) -> Iterator[tuple[str, str]]:
    """Yield the texts in Krayin's JSON that are about people, each with its kind."""
    if isinstance(value, list):
        for item in value:
            yield from _personal(item)
    if not isinstance(value, Mapping):
        return
    if "address" in value or {"emails", "email"} & set(value):
        yield "company" if "address" in value else "name", _said(value.get("name"))
    yield "email", _said(value.get("email"))
    yield "company", _said(value.get("organization_name"))
    for key, kind in (("emails", "email"), ("contact_numbers", "phone")):
        for entry in value.get(key) or ():
            yield kind, _said(entry.get("value")) if isinstance(entry, Mapping) else ""
    for key in (*TEXTS, *PLACES):
        yield "text", _said(value.get(key))
    for item in value.values():
        yield from _personal(item)


def _said(value: object) -> str:
    return value if isinstance(value, str) else ""


def _example(kind: str, number: int) -> str:
    first, last = FIRST[number % len(FIRST)], LAST[number // len(FIRST) % len(LAST)]
    return {
        "name": f"{first} {last}",
        "email": f"{first}.{last}.{number}@example.com".lower(),
        "company": f"Example Company {number}",
        "phone": f"+44 7700 900{number:03}",
        "text": f"Example text {number}",
    }[kind]
