"""A Chatwoot contact in Krayin's words: a person."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any

from crmhost import Contact

from .markup import one_line
from .phone import to_e164
from .placeholders import placeholder_for

NAME_LIMIT = 255
"""Characters of a name or title that Krayin keeps; it cuts the rest without a word."""
LABEL = "work"
NOTHING: frozenset[str] = frozenset()


def contact_to_fields(contact: Contact, *, organizations: bool = True, region: str = "") -> dict[str, str]:
    """Return what of a contact is kept in Krayin, by our own names; what is empty is left out.

    This is also what is remembered with the link, to know the next time what is new.
    """
    email = (contact.email or "").strip().lower()
    phone = to_e164(contact.phone or "", region)
    fields = {
        "name": (one_line(contact.name) or email or phone)[:NAME_LIMIT].strip(),
        "email": email,
        "phone": phone,
        "organization": one_line(contact.company)[:NAME_LIMIT].strip() if organizations else "",
        "job_title": text_of(contact, "job_title")[:NAME_LIMIT].strip(),
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


def text_of(contact: Contact, *names: str) -> str:
    """Return the first of these attributes that says something; Chatwoot's own go before custom ones."""
    sources = (contact.additional_attributes, contact.custom_attributes)
    values = (source.get(name) for name in names for source in sources)
    said = (str(value) if type(value) in {int, float} else value for value in values)
    return next(filter(None, map(one_line, said)), "")
