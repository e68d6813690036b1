"""What was said elsewhere, in English, and is read in the language that is spoken.

The host and the plugins know no language: they write a reason in English where it arises, with numbers and
names in it, and it is kept so. Here it is known again by the sentences that they can say (``reasons``, and
the plugins' catalogues), which have holes where something stands in them.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from .reasons import REASONS
from .words import gettext, language, learnt, read

HOLE = re.compile(r"%\((\w+)\)([sd])")
FITS = {"s": ".+?", "d": "[0-9]+"}
"""What fits a hole, by its kind."""


def translated(sentence: str) -> str:
    """Return a sentence that was said elsewhere in the language spoken; one that nobody knows as it is."""
    if not sentence or language() == "en":
        return sentence
    whole = gettext(sentence)
    if whole != sentence:
        return whole
    for pattern, source in _patterns(language(), learnt()):
        if fits := pattern.fullmatch(sentence):
            return _filled(gettext(source), fits.groupdict())
    return sentence


def _filled(sentence: str, values: dict[str, str]) -> str:
    """Put what was found into a sentence's holes: it is text, whatever they were made for."""
    heard = {name: translated(value) for name, value in values.items()}
    return HOLE.sub(lambda hole: heard[hole[1]], sentence).replace("%%", "%")


@cache
def _patterns(name: str, folders: tuple[Path, ...]) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return the sentences that have holes, with what fits them, the longest first.

    The pages' own have no place here: «Delivery 12» is the beginning of many a sentence.
    """
    theirs = [one for folder in folders for one in getattr(read(name, folder), "_catalog", {})]
    holed = dict.fromkeys(one for one in (*REASONS, *theirs) if isinstance(one, str) and HOLE.search(one))
    ordered = sorted(holed, key=lambda one: -len(HOLE.sub("", one)))
    return tuple((fitting(one), one) for one in ordered)


def fitting(sentence: str) -> re.Pattern[str]:
    """Return what a sentence with holes fits, whatever is in them."""
    parts, seen, end = [], set[str](), 0
    for hole in HOLE.finditer(sentence):
        name = hole[1]
        parts.append(_plain(sentence[end : hole.start()]))
        parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>{FITS[hole[2]]})")
        seen.add(name)
        end = hole.end()
    return re.compile("".join((*parts, _plain(sentence[end:]))), re.DOTALL)


def _plain(text: str) -> str:
    return re.escape(text.replace("%%", "%"))
