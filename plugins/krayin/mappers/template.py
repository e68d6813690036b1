"""Texts from the settings with places in them, such as ``{name}, {contact.plan}``, and what fills these."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from crmhost import Contact, Conversation

from ..settings import KrayinSettings
from ..settings.mapping import SCOPES, is_source
from .contact import NAME_LIMIT, contact_to_fields
from .markup import cut, one_line, plain
from .reading import local, text_of
from .sources import is_at_hand, source_value

FIELDS = {"name": "name", "email": "email", "phone": "phone", "company": "organization"}
"""Places for what is written of the person, and our names of it."""
SHORT = {"id": "contact.id", "inbox": "conversation.inbox_id"}
"""Places that are short for a source."""
PLACES = (*FIELDS, *SHORT)
"""What has a place of its own; any other is a source as in ``mappers.sources``, such as ``contact.plan``."""
HIGHEST_VALUE = Decimal("99999999.9999")
"""Of a lead, to four decimals; Krayin makes this of anything higher (recording 296)."""

_PLACE = re.compile(r"\{([^{}]*)\}")
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?(e[+-]?[0-9]{1,3})?", re.IGNORECASE)


def places_of(*templates: str) -> list[str]:
    """Return the places in the templates, each once."""
    return list(dict.fromkeys(name for template in templates for name in _PLACE.findall(template)))


def unknown_places(template: str) -> list[str]:
    """Return the places that nothing can ever be put into, for setup to refuse."""
    return [name for name in places_of(template) if name not in PLACES and not is_source(name)]


def example_places() -> str:
    """Return what can be put into a template, as it is said to people."""
    return ", ".join(f"{{{place}}}" for place in (*PLACES, *(f"{scope}.KEY" for scope in SCOPES)))


def source_of(place: str) -> str:
    """Return the source that a place is filled from; "" where it is a field, or nothing."""
    source = SHORT.get(place, place)
    return source if is_source(source) else ""


def known_of(
    places: Iterable[str], settings: KrayinSettings, contact: Contact, conversation: Conversation | None
) -> dict[str, str]:
    """Return what fills these places now; those of a conversation that is not at hand are left out."""
    fields = contact_to_fields(contact, region=settings.phone_region)
    known = {place: fields.get(FIELDS[place], "") for place in places if place in FIELDS}
    for place in places:
        source = source_of(place)
        if source and is_at_hand(source, contact, conversation):
            known[place] = _spoken(source_value(source, contact, conversation), settings.timezone)
    return known


def filled(template: str, known: Mapping[str, str]) -> str:
    """Return the template with what is known in its places, and nothing where nothing is."""
    return plain(_PLACE.sub(lambda place: known.get(place[1], ""), template)).strip()


def title(template: str, known: Mapping[str, str], name: str) -> str:
    """Return one line that Krayin keeps whole; the name where it would be empty: it must not be."""
    return one_line(filled(template, known))[:NAME_LIMIT].strip() or name


def description(template: str, known: Mapping[str, str]) -> str:
    """Return as much of the text as Krayin keeps."""
    return cut(filled(template, known))


def amount(text: object) -> str | None:
    """Return a lead's value as plain digits, without needless noughts; None where it can't be one.

    Krayin takes a number from 0 on with up to four decimals (recordings 291-298), and shows all four.
    """
    said = str("" if text is None else text).strip() or "0"
    if not _NUMBER.fullmatch(said):
        return None
    value = Decimal(said)
    if value > HIGHEST_VALUE:
        return None
    return f"{value.quantize(Decimal('1.0000'), ROUND_HALF_UP):f}".rstrip("0").rstrip(".")


def _spoken(value: Any, zone: str) -> str:
    """Return a value as text; "" for what has none."""
    with suppress(ValueError):
        return text_of(local(value, ZoneInfo(zone)))
    return ""
