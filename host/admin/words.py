"""The languages of the pages: whose turn it is, and what a sentence is called in it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any

from babel import Locale
from babel.core import negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = {"en": "English", "pt_BR": "Português (Brasil)", "es": "Español"}
"""The languages there are, each by its own name. Sentences are written in the first one."""
HOLE = re.compile(r"%\((\w+)\)[sd]")
FOLDER = Path(__file__).parent / "locales"
_folders: list[Path] = [FOLDER]
_language: ContextVar[str] = ContextVar("language", default="en")


def learn(folder: Path) -> None:
    """Speak a plugin's sentences too, as its own folder has them."""
    if folder not in _folders:
        _folders.append(folder)
        translations.cache_clear()
        _holed.cache_clear()


@cache
def translations(language: str) -> NullTranslations:
    """Return the sentences of a language: the pages' own, then the plugins'."""
    found = NullTranslations()
    for folder in reversed(_folders):
        known = read(language, folder)
        known.add_fallback(found)
        found = known
    return found


def read(language: str, folder: Path) -> NullTranslations:
    """Return a folder's sentences; they are read as translators write them, so nothing is built."""
    file = folder / language / "LC_MESSAGES" / "messages.po"
    if not file.exists():
        return NullTranslations()
    compiled = io.BytesIO()
    with file.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def language() -> str:
    """Return the language that is spoken now, one of LANGUAGES."""
    return _language.get()


def locale() -> Locale:
    """Return how numbers and dates are written in it."""
    return Locale.parse(_language.get())


@contextmanager
def speaking(name: str) -> Iterator[None]:
    """Speak a language while the block lasts."""
    before = _language.set(name)
    try:
        yield
    finally:
        _language.reset(before)


def understood(accepted: str) -> str:
    """Return the language that fits a browser's Accept-Language best."""
    wished = [part.partition(";")[0].strip().replace("-", "_") for part in accepted.split(",")]
    nearest = {one.partition("_")[0]: one for one in LANGUAGES}
    for wish in wished[:20]:
        if found := negotiate_locale([wish], list(LANGUAGES)) or nearest.get(wish.partition("_")[0].lower()):
            return found
    return "en"


def gettext(sentence: str, **values: Any) -> str:
    """Return a sentence in the language spoken, with what is to be put into it."""
    said = translations(_language.get()).gettext(sentence)
    return said % values if values else said


def ngettext(one: str, many: str, count: int, **values: Any) -> str:
    """Return the sentence for so many things."""
    said = translations(_language.get()).ngettext(one, many, count)
    return said % {"count": count, **values}


def translated(sentence: str) -> str:
    """Return a sentence that was written elsewhere, and kept, in the language spoken, where it is known.

    The host and the plugins write reasons in English, with numbers and names in them. The catalogues have
    them with holes; what does not fit any stays as it is.
    """
    if not sentence or language() == "en":
        return sentence
    whole = gettext(sentence)
    if whole != sentence:
        return whole
    for pattern, source in _holed(language()):
        if fits := pattern.fullmatch(sentence):
            return gettext(source) % {name: translated(value) for name, value in fits.groupdict().items()}
    return sentence


@cache
def _holed(name: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return the catalogues' sentences that have holes, as what fits them, the longest first."""
    found: list[str] = []
    known: NullTranslations | None = translations(name)
    while known is not None:
        found += [one for one in getattr(known, "_catalog", {}) if isinstance(one, str) and HOLE.search(one)]
        known = known._fallback  # type: ignore[attr-defined]
    ordered = sorted(dict.fromkeys(found), key=lambda one: -len(HOLE.sub("", one)))
    return tuple((_fitting(one), one) for one in ordered)


def _fitting(sentence: str) -> re.Pattern[str]:
    """Return what a sentence with holes fits, whatever is in them."""
    seen: set[str] = set()
    parts = []
    for index, part in enumerate(HOLE.split(sentence)):
        if index % 2 == 0:
            parts.append(re.escape(part.replace("%%", "%")))
        else:
            parts.append(f"(?P={part})" if part in seen else f"(?P<{part}>.+?)")
            seen.add(part)
    return re.compile("".join(parts), re.DOTALL)


def N_(sentence: str) -> str:  # noqa: N802 - as gettext's tools know it
    """Mark a sentence that is translated where it is shown."""
    return sentence
