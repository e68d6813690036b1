"""Taking people, companies and secrets out of what goes into a cassette.

A cassette shows the shape of a CRM's answers; whose they were is nobody's business. The same name is
replaced by the same example each time, so that what belonged together still does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from .reserved import EMAIL, PHONE, example_phone, is_example_domain, is_example_phone

HOME = "https://crm.example.com"
"""Where every CRM lives in a cassette."""
KEPT_HEADERS = ("content-type", "location", "retry-after", "x-ratelimit-limit", "x-ratelimit-remaining")
"""The headers of an answer that a cassette keeps; of a request it keeps none."""
HIDDEN = "hidden"
"""What stands in a cassette for a secret."""
SECRET = re.compile(
    r"(token|secret|password|passwd|(api|access|secret|private|auth|subscription)[_-]?key|authorization|cookie"
    r"|session([_-]?id)?|signature)s?$",
    re.IGNORECASE,
)
"""How the name ends under which a secret is kept."""
PAGING = re.compile(r"page|next|sync", re.IGNORECASE)
"""What is in the name of a token that only says where a list goes on."""
FIRST = ("Jane", "Robin", "Alex", "Sasha", "Kim", "Noor", "Toni", "Mika", "Luca", "Yuki")
LAST = ("Doe", "Example", "Sample", "Placeholder", "Specimen", "Pattern", "Model", "Figure", "Case")
SHORTEST = 4
"""Characters of a name that is looked for within other texts too."""
ORIGIN = re.compile(r"https?://(?:[^/\s\"?@]*@)?([^/\s\"?:<]+)(?::\d+)?")
NAMES = re.compile(r"(first|last|full|display|sur|given|family|nick|user)?_?name", re.IGNORECASE)
PHONES = re.compile(r"phone|mobile|fax|whatsapp|contact_?number", re.IGNORECASE)

Found = Iterator[tuple[str, str]]
People = Callable[[Any], Found]
"""Yields the texts of an answer's JSON that are about people, each with its kind: name, email, phone,
company or text."""


class Scrubber:
    """Knows the examples that stand for what it has seen.

    ``people`` finds what is personal in a CRM's JSON; ``kept`` are names that are examples, also in part;
    ``secrets`` are looked for in every text, paths included.
    """

    def __init__(
        self,
        people: People | None = None,
        *,
        kept: Iterable[str] = (),
        secrets: Iterable[str] = (),
        home: str = HOME,
    ) -> None:
        self._people = people or people_in
        self._kept = set(kept)
        self._secrets = [secret for secret in secrets if secret]
        self._home = home
        self._examples: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def body(self, text: str) -> str:
        """Return a request's or an answer's body; of a page nothing is left but that it is one."""
        if not text:
            return text
        try:
            value = json.loads(text)
        except ValueError:
            return "<!DOCTYPE html>" if "<" in text else self._form(text)
        self._learn(value)
        return json.dumps(self._replaced(value), ensure_ascii=False)

    def asked(self, text: str) -> str:
        """Return the body of a request: its words are examples, but for those that answers told before."""
        try:
            self._keep(json.loads(text))
        except ValueError:
            return self.body(text)
        return self.body(text)

    def address(self, url: str) -> str:
        """Return the address of a request, on a server of its own."""
        parts = urlsplit(url)
        query = f"?{self._form(parts.query)}" if parts.query else ""
        path = "/".join(self._segment(part) for part in parts.path.split("/"))
        return f"{self._home}{self.hide(path)}{query}"

    def hide(self, text: str) -> str:
        """Return the text without the secrets that are known."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return text

    def question(self, text: str) -> str:
        """Return the body of a request that is played: as it is, without what is secret by its name."""
        try:
            value = json.loads(text)
        except ValueError:
            form = parse_qsl(text, keep_blank_values=True)
            pairs = [(name, HIDDEN if is_secret_name(name) and said else said) for name, said in form]
            return self.hide(urlencode(pairs) if pairs else text)
        return self.hide(json.dumps(_without_secrets(value), ensure_ascii=False))

    def headers(self, headers: Mapping[str, Any]) -> dict[str, list[str]]:
        """Return those of an answer that a plugin looks at."""
        lowered = {name.lower(): value for name, value in headers.items()}
        found = {name: lowered[name] for name in KEPT_HEADERS if name in lowered}
        listed = {name: value if isinstance(value, list) else [value] for name, value in found.items()}
        return {name: [self._text(value) for value in values] for name, values in listed.items()}

    def _segment(self, part: str) -> str:
        """Return one part of a path: an example where it names somebody; a part of a word names nobody."""
        said = unquote(part)
        shown = self._examples.get(said) or self._known_in(said)
        return part if shown == said else quote(shown)

    def _form(self, text: str) -> str:
        pairs = parse_qsl(text, keep_blank_values=True)
        if not pairs:
            return self._text(text)
        return urlencode([(name, self._named(name, said)) for name, said in pairs])

    def _learn(self, value: Any) -> None:
        for kind, text in self._people(value):
            if text and text not in self._examples and not self._is_example(kind, text):
                number = self._counts[kind] = self._counts.get(kind, -1) + 1
                self._examples[text] = _example(kind, number)

    def _keep(self, value: Any) -> None:
        """Know the texts of a value for examples, unless they were somebody's before."""
        if isinstance(value, Mapping):
            value = list(value.values())
        if isinstance(value, list):
            for item in value:
                self._keep(item)
        elif isinstance(value, str) and value not in self._examples:
            self._kept.add(value)

    def _is_example(self, kind: str, text: str) -> bool:
        if kind == "email":
            return is_example_domain(text.rpartition("@")[2])
        return is_example_phone(text) if kind == "phone" else any(text in name for name in self._kept)

    def _replaced(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: self._named(str(key), item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._replaced(item) for item in value]
        return self._text(value) if isinstance(value, str) else value

    def _named(self, name: str, value: Any) -> Any:
        return HIDDEN if is_secret_name(name) and isinstance(value, str) and value else self._replaced(value)

    def _text(self, text: str) -> str:
        if text in self._examples:
            return self._examples[text]
        text = self.hide(text)
        for original in sorted(self._examples, key=len, reverse=True):
            if len(original) >= SHORTEST and original in text:
                text = text.replace(original, self._examples[original])
        text = self._known_in(text)
        return ORIGIN.sub(lambda found: found[0] if is_example_domain(found[1]) else self._home, text)

    def _known_in(self, text: str) -> str:
        """Return a text with examples in place of its addresses and numbers."""
        text = EMAIL.sub(lambda found: self._known("email", found[0]), text)
        return PHONE.sub(lambda found: self._known("phone", found[0]), text)

    def _known(self, kind: str, text: str) -> str:
        """Return the example for an address or a number that stands among other words."""
        if text not in self._examples and not self._is_example(kind, text):
            number = self._counts[kind] = self._counts.get(kind, -1) + 1
            self._examples[text] = _example(kind, number)
        return self._examples.get(text, text)


def _without_secrets(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_secrets(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    secret = {key for key, item in value.items() if item and isinstance(item, str) and is_secret_name(key)}
    return {key: HIDDEN if key in secret else _without_secrets(item) for key, item in value.items()}


def is_secret_name(name: str) -> bool:
    """Whether what is kept under this name is a secret."""
    return SECRET.search(name) is not None and not PAGING.search(name)


def people_in(value: Any) -> Found:
    """Yield what is personal by its name, in any CRM's JSON; a name if an e-mail or a phone is beside it."""
    if isinstance(value, list):
        for item in value:
            yield from people_in(item)
    if not isinstance(value, Mapping):
        return
    texts = {str(key): item for key, item in value.items() if isinstance(item, str) and item}
    emails = {key: item for key, item in texts.items() if EMAIL.fullmatch(item)}
    phones = {key: item for key, item in texts.items() if PHONES.search(key) and re.search(r"\d{4}", item)}
    yield from (("email", item) for item in emails.values())
    yield from (("phone", item) for item in phones.values())
    if emails or phones:
        yield from (("name", item) for key, item in texts.items() if NAMES.fullmatch(key))
    for item in value.values():
        yield from people_in(item)


def _example(kind: str, number: int) -> str:
    """Return the example of this number, of which no two are the same."""
    again, which = divmod(number, len(FIRST) * len(LAST))
    first, last = FIRST[which % len(FIRST)], LAST[which // len(FIRST)]
    return {
        "name": f"{first} {last} {again + 1}" if again else f"{first} {last}",
        "email": f"{first}.{last}.{number}@example.com".lower(),
        "company": f"Example Company {number}",
        "phone": example_phone(number),
        "text": f"Example text {number}",
    }[kind]
