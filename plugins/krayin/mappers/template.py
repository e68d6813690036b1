"""Texts from the settings with places in them, such as ``{name}, {contact.plan}``, and what fills these."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from crmhost import Contact, Conversation

from .contact import NAME_LIMIT, contact_to_fields
from .markup import cut, one_line, plain

PLACES = ("name", "email", "phone", "company", "id", "inbox")
"""What has a place of its own; any other is ``contact.KEY`` or ``conversation.KEY``."""
HIGHEST_VALUE = Decimal("99999999.9999")
"""Of a lead, to four decimals; Krayin makes this of anything higher (recording 296)."""

_PLACE = re.compile(r"\{([^{}]*)\}")
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?(e[+-]?[0-9]{1,3})?", re.IGNORECASE)


def places_of(*templates: str) -> list[str]:
    """Return the places in the templates, each once."""
    return list(dict.fromkeys(name for template in templates for name in _PLACE.findall(template)))


def unknown_places(template: str) -> list[str]:
    """Return the places that nothing can ever be put into, for setup to refuse."""
    return [name for name in places_of(template) if name not in PLACES and not _is_attribute(name)]


def needs_conversation(*templates: str) -> bool:
    """Whether only a conversation can fill all places."""
    return any(name.startswith("conversation.") for name in places_of(*templates))


def known_of_contact(places: Sequence[str], contact: Contact, *, region: str) -> dict[str, str]:
    """Return what a contact puts into these places; an attribute is a custom one or else an additional."""
    fields = contact_to_fields(contact, region=region)
    own = {"name": "name", "email": "email", "phone": "phone", "company": "organization"}
    known = {name: fields.get(own[name], "") for name in places if name in own}
    if "id" in places:
        known["id"] = str(contact.id)
    return known | _attributes("contact.", places, contact)


def known_of_conversation(places: Sequence[str], conversation: Conversation) -> dict[str, str]:
    """Return what a conversation puts into these places."""
    inbox = conversation.inbox_id
    known = {"inbox": "" if inbox is None else str(inbox)} if "inbox" in places else {}
    return known | _attributes("conversation.", places, conversation)


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


def _is_attribute(name: str) -> bool:
    source, dot, key = name.partition(".")
    return source in {"contact", "conversation"} and bool(dot and key)


def _attributes(prefix: str, places: Sequence[str], record: Contact | Conversation) -> dict[str, str]:
    said = {**record.additional_attributes, **{k: v for k, v in record.custom_attributes.items() if _says(v)}}
    names = (name for name in places if name.startswith(prefix))
    return {name: _spoken(said.get(name.removeprefix(prefix))) for name in names}


def _says(value: object) -> bool:
    return value is not None and value != ""


def _spoken(value: Any) -> str:
    """Return an attribute as text; a list as its parts, and "" for what has none."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, map(_spoken, value)))
    return str(value).strip() if isinstance(value, str | int | float) else ""
