"""Finding a customer's person by e-mail or phone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..clients.persons import Persons
from ..mappers.contact import digits_of, is_placeholder, is_same_phone, placeholder_for
from ..mappers.person import entries


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


def _has_email(person: Mapping[str, Any], email: str) -> bool:
    return any(row["value"].strip().lower() == email for row in entries(person.get("emails")))


def _has_phone(person: Mapping[str, Any], phone: str) -> bool:
    return any(is_same_phone(row["value"], phone) for row in entries(person.get("contact_numbers")))


def _has_real_email(person: Mapping[str, Any], placeholder: str) -> bool:
    values = (row["value"].strip() for row in entries(person.get("emails")))
    return any(value and not is_placeholder(value, placeholder) for value in values)
