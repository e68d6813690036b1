"""A Chatwoot contact in Krayin's words: a person."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from typing import Any

from crmhost import Contact

from .markup import one_line
from .phone import to_e164
from .placeholders import placeholder_for
from .sources import attribute_of

NAME_LIMIT = 255
"""Characters of a name or title that Krayin keeps; it cuts the rest without a word."""
LABEL = "work"
NOTHING: frozenset[str] = frozenset()
_UNSEEN = (
    "\\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2060-\u2064\u206a-\u206f"
    "\u2800\u3164\ufeff\uffa0"
)
_UNSEEN_ENDS = re.compile(rf"^[{_UNSEEN}]+|[{_UNSEEN}]+$")
"""What Laravel, which Krayin is built on, trims from a text (Illuminate's Str): perhaps all of it."""


def contact_to_fields(contact: Contact, *, organizations: bool = True, region: str = "") -> dict[str, str]:
    """Return what of a contact is kept in Krayin, by our own names; what is empty is left out.

    This is also what is remembered with the link, to know the next time what is new.
    """
    email = (contact.email or "").strip().lower()
    phone = to_e164(contact.phone or "", region)
    fields = {
        "name": _fitting(contact.name) or _fitting(email or phone),
        "email": email,
        "phone": phone,
        "organization": _fitting(contact.company) if organizations else "",
        "job_title": _fitting(first_said(contact, "job_title")),
    }
    return {name: value for name, value in fields.items() if value}


def contact_to_person(
    contact: Contact,
    *,
    placeholder: str,
    organizations: bool = True,
    region: str = "",
    without: AbstractSet[str] = NOTHING,
    no_phone: str = "",
) -> dict[str, Any]:
    """Return the payload that makes a person.

    ``without`` names the fields that are not to be brought; a name and an address Krayin must have.
    ``no_phone`` is what stands for a phone: without any, Krayin shows an error page for each lead.
    """
    fields = contact_to_fields(contact, organizations=organizations, region=region)
    brought = {name: value for name, value in fields.items() if name not in without}
    person = {
        "name": fields["name"],
        "emails": [entry(fields.get("email") or placeholder_for(fields.get("phone", ""), placeholder))],
        "contact_numbers": [entry(brought.get("phone") or no_phone)],
    }
    if organization := brought.get("organization"):
        person["organization_name"] = organization
    if job_title := brought.get("job_title"):
        person["job_title"] = job_title
    return person


def entry(value: str) -> dict[str, str]:
    """Return an e-mail or phone as Krayin lists them."""
    return {"value": value, "label": LABEL}


def _fitting(text: str | None) -> str:
    """Return a text as Krayin keeps it, so that it compares equal the next time."""
    return _UNSEEN_ENDS.sub("", _UNSEEN_ENDS.sub("", one_line(text))[:NAME_LIMIT])


def first_said(contact: Contact, *names: str) -> str:
    """Return the first of these attributes that says something in words or digits."""
    values = (attribute_of(contact, name) for name in names)
    said = (str(value) if type(value) in {int, float} else value for value in values)
    return next(filter(None, map(one_line, said)), "")
