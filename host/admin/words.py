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
from typing import TYPE_CHECKING, Any

from babel import Locale
from babel.core import negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

if TYPE_CHECKING:
    from ..plugins import Plugins

LANGUAGES = {"en": "English", "pt_BR": "Português (Brasil)", "es": "Español"}
"""The languages there are, each by its own name. Sentences are written in the first one."""
FOLDER = Path(__file__).parent / "locales"
_folders: list[Path] = [FOLDER]
_language: ContextVar[str] = ContextVar("language", default="en")


def learn(plugins: Plugins) -> None:
    """Speak the plugins' sentences too, as their own folders have them."""
    for plugin in plugins.found.values():
        folder = plugin.info.locales
        if folder and folder not in _folders:
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


def understood(accepted: str, otherwise: str = "en") -> str:
    """Return the language that fits a browser's Accept-Language best; ``otherwise`` where none does."""
    nearest = {one.partition("_")[0]: one for one in LANGUAGES}
    for wish in _wished(accepted):
        if found := negotiate_locale([wish], list(LANGUAGES)) or nearest.get(wish.partition("_")[0].lower()):
            return found
    return otherwise


def _wished(accepted: str) -> list[str]:
    """Return the languages that a browser accepts, the dearest first; those it refuses are left out."""
    parts = [part.split(";") for part in accepted.split(",")[:20]]
    weighed = [(_weight(more), name.strip().replace("-", "_")) for name, *more in parts]
    return [name for weight, name in sorted(weighed, key=lambda one: -one[0]) if weight > 0]


def _weight(parameters: list[str]) -> float:
    """Return the ``q`` of a language, 1 where none is said, 0 where it cannot be read."""
    said = next((text.strip()[2:] for text in parameters if text.strip().startswith("q=")), "1")
    return float(said) if re.fullmatch(r"[01](\.\d{0,3})?", said) else 0.0


def gettext(sentence: str, **values: Any) -> str:
    """Return a sentence in the language spoken, with what is to be put into it."""
    said = translations(_language.get()).gettext(sentence)
    return said % values if values else said


def ngettext(one: str, many: str, count: int, **values: Any) -> str:
    """Return the sentence for so many things; ``count`` in it is the number, as it is written there."""
    said = translations(_language.get()).ngettext(one, many, count)
    return said % {"count": format_decimal(count, locale=locale()), **values}


def N_(sentence: str) -> str:  # noqa: N802 - as gettext's tools know it
    """Mark a sentence that is translated where it is shown."""
    return sentence
