"""A Chatwoot contact in Krayin's words: a person."""

from __future__ import annotations

import re
from typing import Any

from crmhost import Contact

from .markup import one_line

NAME_LIMIT = 255
"""Characters of a name or title that Krayin keeps; it cuts the rest without a word."""
LABEL = "work"


def contact_to_fields(contact: Contact, *, organizations: bool = True) -> dict[str, str]:
    """Return what of a contact is kept in Krayin, by our own names; what is empty is left out.

    This is also what is remembered with the link, to know the next time what is new.
    """
    email = (contact.email or "").strip().lower()
    phone = (contact.phone or "").strip()
    fields = {
        "name": (one_line(contact.name) or email or phone)[:NAME_LIMIT].strip(),
        "email": email,
        "phone": phone,
        "organization": one_line(contact.company)[:NAME_LIMIT].strip() if organizations else "",
        "job_title": _job_title(contact)[:NAME_LIMIT].strip(),
    }
    return {name: value for name, value in fields.items() if value}


def contact_to_person(
    contact: Contact, *, placeholder: str, organizations: bool = True, phone: bool = True
) -> dict[str, Any]:
    """Return the payload that makes a person; ``phone`` is false where the number is someone else's."""
    fields = contact_to_fields(contact, organizations=organizations)
    number = fields.get("phone", "")
    person = {
        "name": fields["name"],
        "emails": [entry(fields.get("email") or placeholder_for(number, placeholder))],
        # An empty one, never none: without, Krayin shows an error page for each of the person's leads.
        "contact_numbers": [entry(number if phone else "")],
    }
    if organization := fields.get("organization"):
        person["organization_name"] = organization
    if job_title := fields.get("job_title"):
        person["job_title"] = job_title
    return person


def placeholder_for(phone: str, placeholder: str) -> str:
    """Return the address that stands for a customer who has none."""
    return placeholder.replace("{digits}", digits_of(phone))


def is_placeholder(email: str, placeholder: str) -> bool:
    """Whether an address only stands for one: ours, or any under .invalid, which can't be real."""
    before, _, after = placeholder.partition("{digits}")
    address = email.strip().lower()
    digits = address.removeprefix(before).removesuffix(after)
    return address.endswith(".invalid") or (address == before + digits + after and digits.isdigit())


def digits_of(phone: str) -> str:
    """Return what tells one phone from another: its digits, without 00 for the + in front."""
    return re.sub(r"[^0-9]", "", phone).removeprefix("00")


def is_same_phone(theirs: str, ours: str) -> bool:
    """Whether two numbers are one, however they are written; one without its country is not known."""
    return digits_of(theirs) == digits_of(ours) != ""


def entry(value: str) -> dict[str, str]:
    """Return an e-mail or phone as Krayin lists them."""
    return {"value": value, "label": LABEL}


def _job_title(contact: Contact) -> str:
    sources = (contact.additional_attributes, contact.custom_attributes)
    return next(filter(None, (one_line(source.get("job_title")) for source in sources)), "")
