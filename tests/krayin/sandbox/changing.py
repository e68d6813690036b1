"""Asking the same things in other words: names, addresses, phones and order changed, meaning kept."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from .listed import AFTER, BEFORE, DEBUG, LEFT_OUT, ZONES
from .recordings import Recording
from .replaying import Replay

OFFSET = 5000

# What the installer made keeps its name.
_SEEDED = ("Example", "admin@example.com", "bot@example.com", "Bot")

# Cases, accents, the order of names and which contains which are kept: "ab" is in "cab", so "ac" is in "cac".
_WORDS = {
    "anna": "berta", "min": "max", "example": "muster", "ab": "ac", "cab": "cac", "plus": "minus",
    "brien": "neill", "acme": "zenit", "delta": "sigma", "gamma": "kappa", "beta": "theta",
    "comma": "dotted", "nested": "inner", "jana": "milena", "nováková": "horáková", "jane": "kate",
    "doe": "roe", "globex": "initech", "nest": "burrow", "hello": "howdy", "talked": "spoke",
    "praha": "lisboa", "edited": "revised", "ext": "zzy", "lref": "mqrs", "hovor": "gespräch",
    "zakázka": "auftrag", "transcript": "protocol", "repaired": "mended", "twice": "double",
    "hook": "crook", "delme": "dropme", "meet": "gather", "full": "whole", "fields": "things",
    "both": "paired", "tz": "zt",
}  # fmt: skip
_WORD = re.compile(r"(?<!\w)(" + "|".join(sorted(_WORDS, key=len, reverse=True)) + r")(?!\w)", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\d.-])\+?\d[\d ]{5,}\d(?![\d.:-])")
_DIGITS = str.maketrans("0123456789", "5837019264")

# Made one after another without need: nothing that is asked later tells which came first.
_FREE = ((191, 192, 193, 194, 195), (291, 295, 296, 299, 304))


def changed(text: str) -> str:
    """Say a text in other words, the same way every time; keys in JSON stay."""
    if text in _SEEDED:
        return text
    renamed = _WORD.sub(lambda found: _like(found[0], _WORDS[found[0].lower()]), text)
    return _PHONE.sub(lambda found: found[0].translate(_DIGITS), renamed)


def _like(original: str, word: str) -> str:
    if original.isupper():
        return word.upper()
    return word.title() if original.istitle() else word


def reordered(recordings: Iterable[Recording]) -> list[Recording]:
    """Turn around what may be turned: questions that nothing comes between, and free writes."""
    turned = [one for run in _runs(recordings) for one in run]
    for group in _FREE:
        places = [place for place, one in enumerate(turned) if one.number in group]
        found = [turned[place] for place in places]
        for place, one in zip(places, reversed(found), strict=True):
            turned[place] = one
    return turned


def _runs(recordings: Iterable[Recording]) -> Iterator[list[Recording]]:
    for is_free, run in groupby(recordings, _is_free_question):
        found = list(run)
        yield found[::-1] if is_free else found


def _is_free_question(recording: Recording) -> bool:
    number = recording.number
    bound = number < 37 or number in BEFORE or number in AFTER or number in ZONES or number in LEFT_OUT
    return recording.method == "GET" and not bound and not any(number in numbers for numbers in DEBUG)


async def crowd(replay: Replay, first: int) -> None:
    """Put strangers in before: organizations anywhere, more where no list of everything is asked for."""
    for number in range(7):
        await replay.ask("POST", "/api/v1/contacts/organizations", {"name": f"Stranger {number}"})
    if first < 622:
        return
    for number in range(3):
        phone, mail = f"99{number}", f"stranger{number}@nowhere.test"
        person = {"name": f"Stranger {number}", "emails": [{"value": mail, "label": "work"}]}
        body = {"title": "Strange", "lead_pipeline_stage_id": 2, "person": person}
        body["person"] = person | {"contact_numbers": [{"value": phone, "label": "work"}]}
        await replay.ask("POST", "/api/v1/leads", body)
        await replay.ask("POST", "/api/v1/activities", {"type": "note", "comment": f"Strange {number}"})
