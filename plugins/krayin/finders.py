"""Finding what is in Krayin already. Its search brings strangers, so each row is looked at again here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from .clients.activities import Activities
from .clients.leads import Leads
from .clients.persons import Persons
from .mappers.contact import digits_of, is_placeholder, is_same_phone, placeholder_for
from .mappers.person import entries

TELLING = ("title", "description", "lead_source_id")
"""What tells a lead without a person from another customer's."""


@dataclass(frozen=True)
class Found:
    """The person a customer is, or None; and whether the phone is on somebody else's card."""

    person: dict[str, Any] | None = None
    phone_taken: bool = False


def find_person(persons: Persons, fields: Mapping[str, str], placeholder: str) -> Found:
    """Find a customer by e-mail or phone in one search; the e-mail decides.

    A phone alone is not enough where both have an e-mail: colleagues share a number. What Krayin's
    search can't find is said where its terms are made, in ``clients.search``.
    """
    phone = fields.get("phone", "")
    email = fields.get("email") or placeholder_for(phone, placeholder)
    rows = persons.search(email=email, digits=digits_of(phone))
    by_email = [row for row in rows if _has_email(row, email)]
    by_phone = [row for row in rows if phone and _has_phone(row, phone)]
    alike = [row for row in by_phone if not fields.get("email") or not _has_real_email(row, placeholder)]
    person = next(iter(by_email + alike), None)
    taken = any(person is None or row["id"] != person["id"] for row in by_phone)
    return Found(person, taken)


def find_open_lead(leads: Leads, person_id: int, closed_stage_ids: Collection[int]) -> dict[str, Any] | None:
    """Find the newest lead of a person that is neither won nor lost."""
    return next((row for row in leads.of_person(person_id) if _is_open(row, closed_stage_ids)), None)


def find_lone_lead(leads: Leads, ours: Mapping[str, Any]) -> dict[str, Any] | None:
    """Find the newest lead without a person that says what ours would; its stage may have changed."""
    said = {key: ours[key] for key in TELLING if key in ours}
    rows = (row for row in leads.titled(ours["title"]) if not row.get("person"))
    return next((row for row in rows if said.items() <= row.items()), None)


def find_activity(activities: Activities, reference: str) -> dict[str, Any] | None:
    """Find a conversation's note by its reference."""
    return next((row for row in activities.titled(reference) if _refers(row, reference)), None)


def _has_email(person: Mapping[str, Any], email: str) -> bool:
    return any(row["value"].strip().lower() == email for row in entries(person.get("emails")))


def _has_phone(person: Mapping[str, Any], phone: str) -> bool:
    return any(is_same_phone(row["value"], phone) for row in entries(person.get("contact_numbers")))


def _has_real_email(person: Mapping[str, Any], placeholder: str) -> bool:
    values = (row["value"].strip() for row in entries(person.get("emails")))
    return any(value and not is_placeholder(value, placeholder) for value in values)


def _is_open(lead: Mapping[str, Any], closed_stage_ids: Collection[int]) -> bool:
    """Look at both: a lead that was moved in bulk is closed by its stage only."""
    return not lead.get("closed_at") and lead.get("lead_pipeline_stage_id") not in closed_stage_ids


def _refers(activity: Mapping[str, Any], reference: str) -> bool:
    """Compare the title exactly, and our own note's reference where it has one."""
    additional = activity.get("additional")
    ref = additional.get("ref", reference) if isinstance(additional, Mapping) else reference
    return activity.get("title") == reference and ref == reference
