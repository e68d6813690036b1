"""A changed contact brought into a person that is already in Krayin, without losing what is there.

Three things are compared: ``theirs`` is what Krayin has now, ``written`` what we knew when we last
looked, ``fields`` what the contact is now. What the sales team changed since stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any
from unicodedata import combining, normalize

from .contact import LABEL, entry, is_placeholder, is_same_phone

NOTHING: frozenset[str] = frozenset()


def contact_into_person(
    fields: Mapping[str, str],
    written: Mapping[str, str],
    person: Mapping[str, Any],
    *,
    placeholder: str,
    leave: AbstractSet[str] = NOTHING,
) -> dict[str, Any] | None:
    """Return the payload that changes the person, or None where nothing of ours is new.

    It resends what Krayin would wipe: the owner, all e-mails, all phones. ``leave`` names fields
    that are not to be brought in, since they are someone else's.
    """
    new = {name: value for name, value in fields.items() if value != written.get(name) and name not in leave}
    emails, phones = entries(person.get("emails")), entries(person.get("contact_numbers"))
    update: dict[str, Any] = {
        "emails": _with_email(emails, new.get("email", ""), placeholder),
        "contact_numbers": _with_phone(phones, new.get("phone", "")),
        **_texts(new, written, person),
    }
    if update == {"emails": emails, "contact_numbers": phones}:
        return None
    update["contact_numbers"] = update["contact_numbers"] or [entry("")]
    return update | _kept(person, update)


def entries(values: object) -> list[dict[str, Any]]:
    """Return Krayin's list of e-mails or phones, each with a text and a label, as it wants them back."""
    rows = values if isinstance(values, list) else []
    return [
        {**row, "value": str(row.get("value") or ""), "label": row.get("label") or LABEL}
        for row in rows
        if isinstance(row, Mapping)
    ]


def organization_of(person: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the person's organization; {} where Krayin shows none."""
    organization = person.get("organization")
    return organization if isinstance(organization, Mapping) else {}


def is_same_organization(theirs: object, ours: object) -> bool:
    """Whether two names are one organization to Krayin: case and accents don't count."""
    return _folded(theirs) == _folded(ours)


def _with_email(emails: list[dict[str, Any]], email: str, placeholder: str) -> list[dict[str, Any]]:
    """Return the e-mails with a new one, which takes the place of a placeholder."""
    if not email or any(row["value"].strip().lower() == email for row in emails):
        return emails
    return [row for row in emails if not is_placeholder(row["value"], placeholder)] + [entry(email)]


def _with_phone(phones: list[dict[str, Any]], phone: str) -> list[dict[str, Any]]:
    """Return the phones with a new one, which takes the place of the empty entry."""
    if not phone or any(is_same_phone(row["value"], phone) for row in phones):
        return phones
    return [row for row in phones if row["value"].strip()] + [entry(phone)]


def _texts(new: Mapping[str, str], written: Mapping[str, str], person: Mapping[str, Any]) -> dict[str, str]:
    """Return the plain fields to write: where Krayin has none, or still what we last knew."""
    fields = (
        ("name", "name", person.get("name"), _is_same_text),
        ("organization", "organization_name", organization_of(person).get("name"), is_same_organization),
        ("job_title", "job_title", person.get("job_title"), _is_same_text),
    )
    return {
        key: new[field]
        for field, key, theirs, same in fields
        if field in new and not same(theirs, new[field]) and (not theirs or same(theirs, written.get(field)))
    }


def _kept(person: Mapping[str, Any], update: Mapping[str, Any]) -> dict[str, Any]:
    """Return the owner and the organization, which stay."""
    owner = person.get("sales_owner")
    kept: dict[str, Any] = {"user_id": owner.get("id") if isinstance(owner, Mapping) else None}
    if "organization_name" not in update and (organization := organization_of(person)):
        kept["organization_id"] = organization.get("id")
    return kept


def _is_same_text(theirs: object, ours: object) -> bool:
    return theirs == ours


def _folded(text: object) -> str:
    letters = normalize("NFKD", str(text or "").strip().casefold())
    return "".join(letter for letter in letters if not combining(letter))
