"""The languages of the pages: whose turn it is, and what a sentence is called in it."""

from __future__ import annotations

import io
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
FOLDER = Path(__file__).parent / "locales"
_folders: list[Path] = [FOLDER]
_language: ContextVar[str] = ContextVar("language", default="en")


def learn(folder: Path) -> None:
    """Speak a plugin's sentences too, as its own folder has them."""
    if folder not in _folders:
        _folders.append(folder)
        translations.cache_clear()


@cache
def translations(language: str) -> NullTranslations:
    """Return the sentences of a language: the pages' own, then the host's, then the plugins'."""
    found = NullTranslations()
    for folder, domain in reversed(((FOLDER, "messages"), *heard())):
        known = read(language, folder, domain)
        known.add_fallback(found)
        found = known
    return found


def read(language: str, folder: Path, domain: str) -> NullTranslations:
    """Return a folder's sentences; they are read as translators write them, so nothing is built."""
    file = folder / language / "LC_MESSAGES" / f"{domain}.po"
    if not file.exists():
        return NullTranslations()
    compiled = io.BytesIO()
    with file.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def heard() -> tuple[tuple[Path, str], ...]:
    """Return where the sentences are that others say: the host's, then the plugins'."""
    return (FOLDER, "reasons"), *((folder, "messages") for folder in _folders[1:])


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


def N_(sentence: str) -> str:  # noqa: N802 - as gettext's tools know it
    """Mark a sentence that is translated where it is shown."""
    return sentence
