"""Persons: the people in Krayin.

A person is ``{"id", "name", "emails": [{"value", "label"}], "contact_numbers": [{"value", "label"}],
"job_title"}``, with ``"organization": {"id", "name"}`` and ``"sales_owner": {"id", "name"}`` only
where they are set. What is written has ``user_id`` and ``organization_id`` or ``organization_name``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .search import LIMIT, any_of, email_address, holding, phone_number, with_text, words
from .transport import Transport

PERSONS = "/contacts/persons"


class Persons:
    """The persons of one Krayin."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(self, person_id: int) -> dict[str, Any] | None:
        """Return the person, or None."""
        return self._transport.one(PERSONS, person_id)

    def search(self, *, email: str = "", digits: str = "") -> list[dict[str, Any]]:
        """Return those who may have this e-mail or a phone of these digits; wildcards bring strangers.

        So look again. Nothing is asked where nothing is searched for: Krayin would return the first
        ten it has. ``unique_id``, which Krayin makes of a person's first address among others, is plain
        text, where case does not count: ``JANE@EXAMPLE.COM`` is found by it. So is each address that
        ``an@example.com`` is the end of; where these are too many, they are left out in a second search.
        """
        exactly = {"emails": email_address(email), "contact_numbers": phone_number(digits)}
        rows = self._found(**exactly, unique_id=words(email))
        if len(rows) < LIMIT:
            return rows
        return list({row["id"]: row for row in rows + self._found(**exactly)}.values())

    def with_text(self, text: str) -> list[dict[str, Any]]:
        """Return those of whom any text is exactly this: a reference, which no answer shows."""
        return self._transport.get(f"{PERSONS}/search", with_text(text))

    def holds(self, person_id: int, column: str, value: object) -> bool:
        """Whether any attribute of the person has this value in this column (``boolean_value`` …)."""
        rows = self._transport.get(f"{PERSONS}/search", holding(person_id, column, value))
        return any(row.get("id") == person_id for row in rows)

    def _found(self, **terms: str) -> list[dict[str, Any]]:
        query = any_of(**terms)
        return self._transport.get(f"{PERSONS}/search", query) if query else []

    def create(self, person: Mapping[str, Any]) -> dict[str, Any]:
        """Make a person. Krayin needs emails and contact_numbers, each with a value and a label."""
        return self._transport.write("POST", PERSONS, person)

    def update(self, person_id: int, person: Mapping[str, Any]) -> dict[str, Any]:
        """Change a person. Krayin clears the owner where user_id is left out, and fails without phones."""
        return self._transport.write("PUT", f"{PERSONS}/{person_id}", person)

    def remove(self, person_id: int) -> None:
        """Delete a person; of one who has a lead Krayin deletes only what is attached, and says 500."""
        self._transport.do("DELETE", f"{PERSONS}/{person_id}")
