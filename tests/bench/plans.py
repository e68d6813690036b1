"""The flow of the integration plan for Krayin: each record is looked for, then made, then linked.

Its phases 2 to 4: find or create person, organization and lead; for a conversation an activity, linked to
the lead; at its end the activity is marked done. A contact_updated writes person and lead again.

It is better than the plan where Krayin in production hides its limit behind a 500: it waits for the minute.
"""

from __future__ import annotations

import threading
import time
from typing import Any

import httpx

from .krayin import Krayin

A_MINUTE = 60
"""Calls that Krayin 2.1 allows."""
MINUTE = 60.5
"""Seconds after which it counts anew."""


class Flow:
    """Makes one customer after the other, and waits where Krayin says so; ``done`` counts them."""

    def __init__(self, krayin: Krayin, *, changes: int) -> None:
        self.done = 0
        self.failed = ""
        self._stopped = threading.Event()
        self._minute_began = 0.0
        self._krayin = krayin
        self._changes = changes
        self._client = httpx.Client(timeout=15)

    def run(self) -> None:
        """Go on until it is stopped; ``failed`` says what it stumbled over before that."""
        number = 0
        try:
            while not self._stopped.is_set():
                number += 1
                self._customer(number)
                self.done += 1
        except Exception as error:  # noqa: BLE001 - the bench says it
            self.failed = "" if self._stopped.is_set() else str(error)

    def stop(self) -> None:
        """Stop in the middle of whatever it does."""
        self._stopped.set()

    def _customer(self, number: int) -> None:
        email, company = f"customer{number}@example.com", f"Company {number}"
        person = {"name": f"Customer {number}", "emails": [{"value": email, "label": "work"}]}
        person["contact_numbers"] = [{"value": f"+44770{number:07d}", "label": "work"}]
        organization_id = self._found_or_made("contacts/organizations", {"name": company}, {"name": company})
        body = {**person, "organization_id": organization_id}
        by_email = {"search": f"emails:{email}", "searchFields": "emails:like"}
        person_id = self._found_or_made("contacts/persons", by_email, body, "contacts/persons/search")
        lead = {"title": f"Customer {number}", "lead_value": 0, "lead_source_id": 1, "lead_type_id": 1}
        lead |= {"lead_pipeline_stage_id": 1, "person_id": person_id}
        lead_id = self._found_or_made("leads", {"person_id": str(person_id)}, lead)
        note = {"type": "note", "title": f"Conversation {number}", "comment": "Do you ship?"}
        activity_id = self._ask("POST", "activities", {**note, "person_id": person_id})["id"]
        self._ask("PUT", f"activities/{activity_id}", {**note, "lead_id": lead_id})
        for _ in range(self._changes):
            self._ask("PUT", f"contacts/persons/{person_id}", {**body, "entity_type": "persons"})
            self._ask("PUT", f"leads/{lead_id}", {**lead, "entity_type": "leads"})
        self._ask("PUT", f"activities/{activity_id}", {**note, "is_done": 1})

    def _found_or_made(
        self, path: str, sought: dict[str, str], body: dict[str, Any], search: str = ""
    ) -> int:
        found = self._ask("GET", search or path, params=sought)
        return int(found[0]["id"] if found else self._ask("POST", path, body)["id"])

    def _ask(self, method: str, path: str, body: Any = None, params: dict[str, str] | None = None) -> Any:
        headers = {"Accept": "application/json", "Authorization": f"Bearer {self._krayin.token}"}
        url = f"{self._krayin.url}/api/v1/{path}"
        while True:
            answer = self._client.request(method, url, json=body, params=params, headers=headers)
            self._note_minute(answer)
            if not self._is_throttled(answer):
                break
            if self._stopped.wait(self._minute_began + MINUTE - time.monotonic()):
                raise RuntimeError("stopped")
        if answer.status_code != 200:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json()["data"]

    def _note_minute(self, answer: httpx.Response) -> None:
        """Krayin's minute begins with its first call."""
        if answer.headers.get("x-ratelimit-remaining") == str(A_MINUTE - 1):
            self._minute_began = time.monotonic()

    def _is_throttled(self, answer: httpx.Response) -> bool:
        return answer.status_code == 500 and "x-ratelimit-remaining" not in answer.headers
