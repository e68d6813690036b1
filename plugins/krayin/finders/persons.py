"""Finding a customer's person by e-mail or phone, or by our reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..clients.persons import Persons
from ..mappers.person import entries
from ..mappers.phone import common_digits, is_same_phone
from ..mappers.placeholders import is_no_phone, is_placeholder, placeholder_for
from ..settings import KrayinSettings


@dataclass(frozen=True)
class Found:
    """The person a customer is, or None; and whether the phone is on somebody else's card."""

    person: dict[str, Any] | None = None
    phone_taken: bool = False


def find_person(persons: Persons, fields: Mapping[str, str], settings: KrayinSettings) -> Found:
    """Find a customer by e-mail or phone in one search; the e-mail decides.

    A phone alone counts only where the person has no real e-mail: colleagues share a number. What
    Krayin's search can't find is said where its terms are made, in ``clients.search``.
    """
    phone, region = fields.get("phone", ""), settings.phone_region
    email = fields.get("email") or placeholder_for(phone, settings.placeholder_email)
    rows = persons.search(email=email, digits=common_digits(phone, region))
    by_email = [row for row in rows if _has_email(row, email)]
    by_phone = [row for row in rows if phone and _has_phone(row, phone, settings)]
    alike = [row for row in by_phone if not _has_real_email(row, settings.placeholder_email)]
    person = next(iter(by_email + alike), None)
    taken = any(person is None or row["id"] != person["id"] for row in by_phone)
    return Found(person, taken)


def find_referred(persons: Persons, reference: str) -> dict[str, Any] | None:
    """Find the person that was made with this reference, whatever else became of it.

    The search looks at all texts, so a person who is called so is not meant.
    """
    rows = (row for row in persons.with_text(reference) if not _says(row, reference))
    return next(rows, None)


def _says(person: Mapping[str, Any], text: str) -> bool:
    shown = (str(person.get(name) or "").casefold() for name in ("name", "job_title"))
    return text.casefold() in shown


def _has_email(person: Mapping[str, Any], email: str) -> bool:
    return any(row["value"].strip().lower() == email for row in entries(person.get("emails")))


def _has_phone(person: Mapping[str, Any], phone: str, settings: KrayinSettings) -> bool:
    values = (row["value"] for row in entries(person.get("contact_numbers")))
    real = (value for value in values if not is_no_phone(value, settings.placeholder_phone))
    return any(is_same_phone(value, phone, settings.phone_region) for value in real)


def _has_real_email(person: Mapping[str, Any], placeholder: str) -> bool:
    values = (row["value"].strip() for row in entries(person.get("emails")))
    return any(value and not is_placeholder(value, placeholder) for value in values)
