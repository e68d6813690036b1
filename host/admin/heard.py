"""What was said elsewhere, in English, and is read in the language that is spoken.

The host and the plugins know no language: they write a reason in English where it arises, with numbers and
names in it, and it is kept so. Here it is known again by the catalogues of what they can say, which have
holes where something stands in the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from ..refusals import WRITTEN
from . import formats
from .words import gettext, heard, language, read

HOLE = re.compile(r"%\((\w+)\)([sd])")
FITS = {"s": ".*?", "d": "-?[0-9]+|…"}
"""What fits a hole, by its kind; a cause has … where reasons differ."""
NEXT = re.compile(r"(?<=[.?:]) (?=[A-Z«])")
"""Where one sentence ends and another begins."""
ENDED = re.compile(r"(?<=[.?]) (?=[A-Z«]|[a-z]+\.\w+: )")
"""The same where a colon does not count, which may stand in the middle of one."""
NAMED = re.compile(
    r"(?P<names>[\w./-]+(?:, [\w./-]+)*(?: \([\w.-]+\))?:(?: [a-z]+\.[\w.]+)?) (?P<said>.+?)(?P<end>\.?)",
    re.DOTALL,
)
"""A setting, or several, perhaps with where its value is from, or a plugin; and what is said of it."""
LISTED = re.compile(r"(, |; )")
"""What stands between things that are listed."""
JOINED = re.compile(r"(, | (?:and|or) )")
"""The same where names are."""
NAMES = frozenset(("names", "one_of", "places", "those", "words"))
"""Holes for names that the code joins; elsewhere «and» may stand in a name."""
LONGEST = 1000
"""Signs; what is longer is no sentence of ours."""


class Spoken(NamedTuple):
    """What a translation depends on: the language, where its sentences are, and how times are written."""

    language: str
    where: tuple[tuple[Path, str], ...]
    zone: tzinfo


def translated(sentence: str) -> str:
    """Return what was said elsewhere in the language spoken; what nobody knows stays as it is."""
    if not sentence or language() == "en" or len(sentence) > LONGEST:
        return sentence
    return _translated(sentence, _spoken())


def _spoken() -> Spoken:
    return Spoken(language(), heard(), formats.zone())


def called(name: str) -> str:
    """Return what a field such as ``contact_numbers.0.value`` is called, part by part."""
    return " ".join(translated(part.replace("_", " ")) for part in name.split("."))


# Each is remembered: a sentence within a sentence within another would else be tried many times over.


@lru_cache(4096)
def _translated(sentence: str, spoken: Spoken) -> str:
    plain = gettext(sentence)
    if plain != sentence:
        return plain
    for parts in (ENDED.split(sentence), [sentence], NEXT.split(sentence)):
        if said := _in_turn(parts, spoken):
            return said
    return sentence


def _in_turn(parts: Sequence[str], spoken: Spoken) -> str | None:
    """Return several sentences in the language spoken; None where one is not known.

    Each by itself, where that is known: a hole that the last begins with would take in those before it.
    """
    said, first = list[str](), 0
    while first < len(parts):
        for last in range(first + 1, len(parts) + 1):
            if known := _clause(" ".join(parts[first:last]), spoken):
                said.append(known)
                break
        else:
            return None
        first = last
    return " ".join(said)


def _clause(sentence: str, spoken: Spoken) -> str | None:
    """Return what is known of settings by their names, as it stands, or as a list.

    In this turn: a hole that a sentence begins with takes in whatever is before it, and one that the first
    thing of a list ends with is for all of it.
    """
    return _of_settings(sentence, spoken) or _one(sentence, spoken) or _each(sentence, spoken)


@lru_cache(4096)
def _each(sentence: str, spoken: Spoken) -> str | None:
    """Return a list of clauses; None where one is not known."""
    words = LISTED.split(sentence)[::2]
    if len(words) == 1 or any(_one(one, spoken) is None for one in words):
        return None
    return _listed(sentence)


@lru_cache(4096)
def _of_settings(sentence: str, spoken: Spoken) -> str | None:
    """Return what is said of settings, whose names are the same in each language."""
    if told := NAMED.fullmatch(sentence):
        for said, end in ((told["said"], told["end"]), (told["said"] + told["end"], "")):
            if known := _each(said, spoken) or _one(said, spoken):
                return f"{told['names']} {known}{end}"
    return None


@lru_cache(4096)
def _one(sentence: str, spoken: Spoken) -> str | None:
    """Return a sentence in the language spoken; None where it is not known."""
    plain = gettext(sentence)
    if plain != sentence:
        return plain
    for known in _holed(spoken.language, spoken.where):
        if known.longest in sentence and (fits := known.pattern.fullmatch(sentence)):
            return _filled(gettext(known.source), fits.groupdict())
    return None


def _filled(sentence: str, values: dict[str, str]) -> str:
    """Put what was found into a sentence's holes: it is text, whatever they were made for."""
    said = {name: _put_in(name, value) for name, value in values.items()}
    return HOLE.sub(lambda hole: said[hole[1]], sentence.replace("%%", "%"))


def _put_in(name: str, value: str) -> str:
    """Return what stands in a hole as it is said and written where the language is spoken."""
    if name == "count" and value.isdecimal():
        return formats.number(int(value))
    if name == "when" and (at := _moment(value)):
        return formats.moment(at.timestamp())
    spoken = _spoken()
    for bare in (value.strip(), value.strip().removesuffix(".")):
        # In a hole that is a list the other way round: each thing of it ends where the next begins.
        said = _of_settings(bare, spoken) or _each(bare, spoken) or translated(bare)
        if said != bare:
            return value.replace(bare, said)
    return _listed(value, JOINED if name in NAMES else LISTED)


def _listed(value: str, between: re.Pattern[str] = LISTED) -> str:
    """Return a list with each thing in it that is known in the language spoken."""
    words = between.split(value)
    words[::2] = map(translated, words[::2])
    words[1::2] = [f" {gettext(sign.strip())} " if sign.strip().isalpha() else sign for sign in words[1::2]]
    return "".join(words)


def _moment(text: str) -> datetime | None:
    """Return the time that the host wrote; None where it is none."""
    try:
        return datetime.strptime(text, WRITTEN).replace(tzinfo=UTC)
    except ValueError:
        return None


@dataclass(frozen=True)
class Holed:
    """A sentence with holes, and what fits it."""

    source: str
    pattern: re.Pattern[str]
    longest: str
    """Its longest piece: a text without that is not worth comparing."""
    size: int
    """Its signs that are not in holes."""


@cache
def _holed(name: str, where: tuple[tuple[Path, str], ...]) -> tuple[Holed, ...]:
    """Return the sentences that others say with holes, the longest first.

    The pages' own are not among them: «Delivery 12» is the beginning of many a sentence.
    """
    catalogs = [getattr(read(name, folder, domain), "_catalog", {}) for folder, domain in where]
    sources = dict.fromkeys(one for catalog in catalogs for one in catalog if HOLE.search(str(one)))
    return tuple(sorted(map(_known, sources), key=lambda one: -one.size))


def _known(sentence: str) -> Holed:
    texts = [text.replace("%%", "%") for text in HOLE.sub("\0", sentence).split("\0")]
    seen: set[str] = set()
    pattern = re.escape(texts[0])
    for hole, text in zip(HOLE.finditer(sentence), texts[1:], strict=True):
        name = hole[1]
        pattern += (f"(?P={name})" if name in seen else f"(?P<{name}>{FITS[hole[2]]})") + re.escape(text)
        seen.add(name)
    return Holed(sentence, re.compile(pattern, re.DOTALL), max(texts, key=len), sum(map(len, texts)))
