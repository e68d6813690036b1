"""All persons of one Krayin, read once: a search among them costs no call, and finds what Krayin's would."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from ..clients.persons import PERSONS, Persons
from ..clients.transport import Transport
from ..mappers.person import entries

PAGE = 1000
"""Persons to ask for at once."""
TELLING = 7
"""Last digits by which phones are looked up: however a number is written, it ends with them."""


class Everybody(Persons):
    """The persons as they were when they were read; ``search`` may bring strangers, as Krayin's does."""

    def __init__(self, transport: Transport) -> None:
        super().__init__(transport)
        self._by_email: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self._by_phone: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for person in self._read():
            for row in entries(person.get("emails")):
                self._by_email[row["value"].strip().lower()].append(person)
            for row in entries(person.get("contact_numbers")):
                self._by_phone[_end(row["value"])].append(person)

    def search(self, *, email: str = "", digits: str = "") -> list[dict[str, Any]]:
        """Return those who have this e-mail in any case, or a phone that ends with these digits, by id."""
        rows = self._by_email.get(email.lower(), []) if email else []
        others = self._by_phone.get(_end(digits), []) if digits else []
        return list(
            {row["id"]: row for row in sorted(rows + others, key=lambda row: int(row["id"]))}.values()
        )

    def with_email(self, email: str) -> list[int]:
        """Return the ids of those who have this e-mail in any case."""
        return sorted({row["id"] for row in self._by_email.get(email.lower(), [])}) if email else []

    def _read(self) -> Iterator[dict[str, Any]]:
        page = 1
        while True:
            query = {"limit": PAGE, "page": page, "sort": "id", "order": "asc"}
            rows = self._transport.get(PERSONS, query)
            yield from rows
            if len(rows) < PAGE:
                return
            page += 1


def _end(phone: str) -> str:
    return re.sub(r"\D", "", phone)[-TELLING:]
