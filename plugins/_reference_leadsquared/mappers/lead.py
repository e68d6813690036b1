"""A Chatwoot contact in LeadSquared's words: a lead, and what of it is new."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crmhost import Contact

from .phone import to_mobile

ID = r"[\da-fA-F-]{36}"
"""What an id of LeadSquared's matches."""
EMAIL, MOBILE = KEYS = ("EmailAddress", "Mobile")
"""By which attributes a lead is found."""


def is_identifiable(contact: Contact) -> bool:
    """Whether LeadSquared could know the customer, to whom a shop's own number for them says nothing."""
    return contact.model_copy(update={"identifier": None}).identifiable


def contact_to_lead(contact: Contact, attributes: Mapping[str, str]) -> dict[str, str]:
    """Return the lead's attributes; what Chatwoot has not got is left out, since nothing is ever emptied.

    ``attributes`` says which of the contact's other attributes go where. Chatwoot has no last names.
    """
    lead = {
        "FirstName": contact.name,
        EMAIL: contact.email,
        MOBILE: contact.phone and to_mobile(contact.phone),
        **{name: _attribute(contact, source) for name, source in attributes.items()},
    }
    return {name: value for name, value in lead.items() if value}


def contact_to_known_id(contact: Contact) -> str | None:
    """Return the lead's id that Chatwoot's own integration, or ours, has left with the contact."""
    external = contact.additional_attributes.get("external")
    known = str(external.get("leadsquared_id")) if isinstance(external, Mapping) else ""
    return known if re.fullmatch(ID, known) else None


def news_of(
    lead: Mapping[str, str], *, before: Mapping[str, str], theirs: Mapping[str, Any]
) -> tuple[dict[str, str], list[str]]:
    """Return what of a lead is to be written, and the names of what stays as the sales team has it.

    ``before`` is what we brought last, ``theirs`` what LeadSquared shows now. What did not change in
    Chatwoot is left alone; so is what somebody changed in LeadSquared.
    """
    new: dict[str, str] = {}
    kept: list[str] = []
    for name, value in lead.items():
        shown = theirs.get(name)
        if _same(value, before.get(name)) or _same(value, shown):
            continue
        if shown and not _same(shown, before.get(name)):
            kept.append(name)
        else:
            new[name] = value
    return new, kept


def _attribute(contact: Contact, name: str) -> str:
    """Return an attribute of the contact as text: one of the account's own, or one of Chatwoot's."""
    value = contact.custom_attributes.get(name)
    if value in (None, ""):
        value = contact.additional_attributes.get(name)
    return "" if value is None or isinstance(value, dict | list) else str(value).strip()


def _same(one: Any, other: Any) -> bool:
    return str(one or "").strip().casefold() == str(other or "").strip().casefold()
