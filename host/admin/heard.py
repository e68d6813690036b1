"""What was said elsewhere, in English, and is read in the language that is spoken.

The host and the plugins know no language: they write a reason in English where it arises, with numbers and
names in it, and it is kept so. Here it is known again by the catalogues of what they can say, which have
holes where something stands in the sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from .words import gettext, heard, language, read

HOLE = re.compile(r"%\((\w+)\)([sd])")
FITS = {"s": ".*?", "d": "-?[0-9]+|…"}
"""What fits a hole, by its kind; a cause has … where reasons differ."""
NEXT = re.compile(r"(?<=[.?:]) (?=[A-Z«])")
"""Where one sentence ends and another begins."""
ENDED = re.compile(r"(?<=[.?]) (?=[A-Z«])")
"""The same where a colon does not count, which may stand in the middle of one."""
NAMED = re.compile(r"(?P<names>[\w.]+(?:, [\w.]+)*): (?P<said>.+?)(?P<end>\.?)")
"""A setting, or several, and what is said of it."""
LONGEST = 1000
"""Signs; what is longer is no sentence of ours."""


def translated(sentence: str) -> str:
    """Return what was said elsewhere in the language spoken; what nobody knows stays as it is."""
    if not sentence or language() == "en" or len(sentence) > LONGEST:
        return sentence
    return _translated(sentence, language(), heard())


@lru_cache(4096)
def _translated(sentence: str, name: str, where: tuple[tuple[Path, str], ...]) -> str:
    plain = gettext(sentence)
    if plain != sentence:
        return plain
    # Each by itself, where that is known: a hole that the last begins with would take in those before it.
    for parts in (ENDED.split(sentence), [sentence], NEXT.split(sentence)):
        said = [_one(part, name, where) for part in parts]
        if None not in said:
            return " ".join(map(str, said))
    return _of_settings(sentence, name, where) or sentence


def _of_settings(sentence: str, name: str, where: tuple[tuple[Path, str], ...]) -> str | None:
    """Return what is said of settings, whose names are the same in each language."""
    if (told := NAMED.fullmatch(sentence)) and (said := _one(told["said"], name, where)):
        return f"{told['names']}: {said}{told['end']}"
    return None


def _one(sentence: str, name: str, where: tuple[tuple[Path, str], ...]) -> str | None:
    """Return a sentence in the language spoken; None where it is not known."""
    plain = gettext(sentence)
    if plain != sentence:
        return plain
    for known in _holed(name, where):
        if known.longest in sentence and (fits := known.pattern.fullmatch(sentence)):
            return _filled(gettext(known.source), fits.groupdict())
    return None


def _filled(sentence: str, values: dict[str, str]) -> str:
    """Put what was found into a sentence's holes: it is text, whatever they were made for."""
    said = {name: translated(value) for name, value in values.items()}
    return HOLE.sub(lambda hole: said[hole[1]], sentence.replace("%%", "%"))


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
