"""A customer's company in Krayin's words: its address, as far as Chatwoot knows it."""

from __future__ import annotations

from collections.abc import Mapping

from crmhost import Contact

from .contact import first_said

PARTS = {
    "address": ("address", "street"),
    "city": ("city",),
    "state": ("state",),
    "postcode": ("postcode", "postal_code", "zip"),
    "country": ("country_code", "country"),
}
"""The parts of an address in Krayin, which keeps a country's code, and what they are called in Chatwoot."""


def contact_to_address(contact: Contact) -> dict[str, str]:
    """Return what is known of the address of a contact's company; {} where nothing is."""
    found = {part: first_said(contact, *names) for part, names in PARTS.items()}
    return {part: text for part, text in found.items() if text}


def address_in(organization: Mapping[str, object]) -> dict[str, str]:
    """Return an organization's address without its empty parts."""
    address = organization.get("address")
    parts = address if isinstance(address, Mapping) else {}
    return {name: str(value).strip() for name, value in parts.items() if str(value or "").strip()}


def address_payload(address: Mapping[str, str]) -> dict[str, str]:
    """Return the address with all the parts that Krayin's own form has."""
    return {part: address.get(part, "") for part in PARTS}
