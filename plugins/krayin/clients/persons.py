"""Persons: the people in Krayin.

A person is ``{"id", "name", "emails": [{"value", "label"}], "contact_numbers": [{"value", "label"}],
"job_title"}``, with ``"organization": {"id", "name"}`` and ``"sales_owner": {"id", "name"}`` only
where they are set. What is written has ``user_id`` and ``organization_id`` or ``organization_name``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .search import any_of
from .transport import Transport

PERSONS = "/contacts/persons"


class Persons:
    """The persons of one Krayin."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(self, person_id: int) -> dict[str, Any] | None:
        """Return the person, or None; asked as a list, since Krayin says 500 of an unknown id."""
        rows = self._transport.get(PERSONS, {"id": person_id})
        return next((row for row in rows if row.get("id") == person_id), None)

    def search(self, *, email: str = "", phone: str = "") -> list[dict[str, Any]]:
        """Return those who may have this e-mail or phone; wildcards bring strangers, so look again.

        Nothing is asked where nothing is searched for: Krayin would return the first ten it has.
        """
        query = any_of(emails=email, contact_numbers=phone)
        return self._transport.get(f"{PERSONS}/search", query) if query else []

    def create(self, person: Mapping[str, Any]) -> dict[str, Any]:
        """Make a person. Krayin needs emails and contact_numbers, each with a value and a label."""
        return self._transport.write("POST", PERSONS, person)

    def update(self, person_id: int, person: Mapping[str, Any]) -> dict[str, Any]:
        """Change a person. Krayin clears the owner where user_id is left out, and fails without phones."""
        return self._transport.write("PUT", f"{PERSONS}/{person_id}", person)
