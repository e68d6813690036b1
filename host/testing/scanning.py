"""Looking through cassettes for what must not be there: secrets, and people who are somebody."""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import yaml

from ..errors import SettingsError
from .reserved import EMAIL, PHONE, is_example_domain, is_example_phone
from .scrubbing import PHONES, is_secret_name

FILES = (".yaml", ".yml", ".json")
ALLOWED = "scan-allowed.txt"
"""A file that says what is no leak, for its folder and those below: a pattern a line, and after # why."""
PLACEHOLDER = re.compile(
    r"|.*(example|redacted|hidden|wrong|changeme|placeholder).*|[x*.•-]+|<.*>", re.IGNORECASE | re.DOTALL
)
"""What stands where a secret was, or tells of none."""
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
LABELS = {"attribute", "name", "field", "code", "key", "property", "type"}
"""Under which names a list of fields says which one a value is of."""
TOKENS = (
    re.compile(r"\b(?:bearer|basic|token|apikey)\s+([\w.|+/=~-]{6,})", re.IGNORECASE),
    re.compile(r"\b(eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)"),  # a JSON Web Token
    re.compile(r"\b((?:sk|pk|rk)_(?:live|test)_\w{8,}|gh[pousr]_\w{20,}|xox[abprs]-[\w-]{10,})"),
    re.compile(r"\b(AKIA[0-9A-Z]{16}|AIza[\w-]{30,}|pat-[a-z]{2}\d-[\w-]{20,}|ya29\.[\w-]{20,})"),
    re.compile(r"(-----BEGIN [A-Z ]*PRIVATE KEY-----)"),
)
"""What looks like a secret wherever it stands."""
LONG_WORD = re.compile(r"(?<![\w/+=-])[\w-]{32,255}(?![\w/+=-])", re.ASCII)
MIXED = (re.compile(r"\d"), re.compile("[a-z]"), re.compile("[A-Z]"))
"""What a long word has all of that was drawn, not written."""


@dataclass(frozen=True)
class Leak:
    """Something that must not be in a cassette, where it is, and no more of it than tells which it is."""

    file: Path
    place: str
    what: str
    shown: str

    def __str__(self) -> str:
        """Return where it is, and what."""
        return f"{self.file}: {self.what} {self.shown} at {self.place}"


def scan(paths: Iterable[Path]) -> list[Leak]:
    """Look through files, and through all of a folder's; return what must not be there."""
    return [leak for path in paths for file in _files(path) for leak in _leaks(file)]


def scanned(paths: Iterable[Path]) -> int:
    """Return how many files there are to look through."""
    return sum(1 for path in paths for _ in _files(path))


def _files(path: Path) -> Iterator[Path]:
    if not path.exists():
        raise SettingsError(
            f"{path} is neither a file nor a folder.", fix="Name a cassette, or a folder of them."
        )
    yield from sorted(one for one in path.rglob("*") if one.suffix in FILES) if path.is_dir() else [path]


def _leaks(file: Path) -> Iterator[Leak]:
    allowed = _allowed(file)
    seen = set()
    for place, what, text in _found(_read(file), ""):
        known = re.sub(r"[ ().-]", "", text) if what == "phone number" else text
        if (what, known) in seen or any(fnmatch.fnmatchcase(known, pattern) for pattern in allowed):
            continue
        seen.add((what, known))
        yield Leak(file, place or "the top", what, _shown(what, text))


def _read(file: Path) -> Any:
    """Return what a cassette or a recording holds; of what can't be read, its text."""
    text = file.read_text("utf-8", errors="replace")
    try:
        return json.loads(text) if file.suffix == ".json" else yaml.load(text, Loader)  # noqa: S506 - it is a safe one
    except (ValueError, yaml.YAMLError):
        return text


def _found(value: Any, place: str, name: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield what must not be there: where, what it is, and the text itself."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _found(item, f"{place}.{key}".lstrip("."), _name(value, str(key), name))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _found(item, f"{place}[{number}]", name)
    elif isinstance(value, bytes):
        yield from _found(value.decode(errors="replace"), place, name)
    elif isinstance(value, str):
        yield from _in_text(value, place, name)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield from _under_name(str(value), place, name)


def _name(row: Mapping[str, Any], key: str, outer: str) -> str:
    """Return what a value is called: of a mere «value», what it is the value of."""
    if key.lower() not in {"value", "values", "number"}:
        return key
    beside = (str(item) for label, item in row.items() if label.lower() in LABELS and isinstance(item, str))
    return " ".join([outer, *beside])


def _in_text(text: str, place: str, name: str) -> Iterator[tuple[str, str, str]]:
    """Look into a text: into the JSON, the address or the form that it may be, or else at its words."""
    inner = _inner(text)
    if inner is not None:
        yield from _found(inner, place, name)
        return
    for word in _words(text):
        if not _stands_for(word):
            yield place, "secret", word
    for address in EMAIL.finditer(text):
        if not is_example_domain(address[1]):
            yield place, "e-mail address", address[0]
    for number in PHONE.findall(text):
        if not is_example_phone(number):
            yield place, "phone number", number
    yield from _under_name(text, place, name)


def _words(text: str) -> Iterator[str]:
    """Yield what looks like a secret in a text."""
    for token in TOKENS:
        yield from token.findall(text)
    yield from (word for word in LONG_WORD.findall(text) if all(kind.search(word) for kind in MIXED))


def _under_name(text: str, place: str, name: str) -> Iterator[tuple[str, str, str]]:
    """Look at what a text is by the name it has; what has blanks is a sentence about a secret."""
    is_sentence = re.search(r"\s", text) and "=" not in text
    if is_secret_name(name) and not (_stands_for(text) or is_sentence):
        yield place, "secret", text
    digits = re.sub(r"\D", "", text)
    national = PHONES.search(name) and 7 <= len(digits) <= 15 and not PHONE.search(text)
    if national and re.fullmatch(r"[\d ()./+-]+", text) and not is_example_phone(text):
        yield place, "phone number", text


def _inner(text: str) -> Any:
    """Return what a text holds that has names in it; None where it is only words."""
    if text[:1] in {"{", "["}:
        try:
            return json.loads(text)
        except ValueError:
            return None
    parts = urlsplit(text) if re.match(r"https?://\S+$", text) else None
    if parts is not None and (parts.query or "%" in parts.path):
        return {"path": unquote(parts.path), **dict(parse_qsl(parts.query))}
    if re.fullmatch(r"[\w.%\[\]+-]+=[^\s=&]*(?:&[\w.%\[\]+-]+=[^\s=&]*)*", text):
        return dict(parse_qsl(text)) or None
    return None


def _stands_for(text: str) -> bool:
    return PLACEHOLDER.fullmatch(text) is not None


def _shown(what: str, text: str) -> str:
    """Return enough to find it; of a secret only how it begins."""
    return f"{text[:4]}… ({len(text)} characters)" if what == "secret" else text


def _allowed(file: Path) -> list[str]:
    """Return the patterns of what is no leak, from the file's folder and those above it."""
    patterns: list[str] = []
    for folder in file.resolve().parents:
        if (folder / ALLOWED).is_file():
            patterns += _patterns(folder / ALLOWED)
        if (folder / "pyproject.toml").exists() or (folder / ".git").exists():
            break
    return patterns


def _patterns(file: Path) -> Iterator[str]:
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        pattern, _, why = (part.strip() for part in line.partition(" #"))
        if pattern.startswith("#") or not line.strip():
            continue
        if not why:
            message = f"{file}:{number} does not say why {pattern} is no leak."
            raise SettingsError(message, fix="Say so behind it: PATTERN # why.")
        yield pattern
