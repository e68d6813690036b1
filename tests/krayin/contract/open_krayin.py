"""The sandbox as the contract looks into it and disturbs it: as Krayin's people would, through its API."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

from crmhost.testing import Activity, Person, asking
from crmhost_krayin.differences import values
from crmhost_krayin.stand_in import KrayinStandIn

from ..live.server import MARK

Row = Mapping[str, Any]


class OpenKrayin(KrayinStandIn):
    """A Krayin whose throttle lets tests pass."""

    def __init__(self, **sandbox: Any) -> None:
        super().__init__(rate_limit=1_000_000, **sandbox)

    def settings(self, base_url: str) -> Mapping[str, Any]:
        """Say also how conversations are titled, so that what is left in a real Krayin is found by it."""
        return {**super().settings(base_url), "chatwoot_name": MARK}

    def persons(self) -> list[Person]:
        companies = self.sandbox.state.organizations
        return [
            Person(
                row["name"],
                tuple(values(row, "emails")),
                tuple(values(row, "contact_numbers")),
                companies[row["organization_id"]]["name"] if row["organization_id"] else None,
                str(row["id"]),
            )
            for row in self.sandbox.state.persons.values()
        ]

    def activities(self) -> list[Activity]:
        return list(self._notes())

    def add_person(self, person: Person) -> str:
        # Krayin 2.1 fails where a person has no phone at all.
        lists = {"emails": _list(person.emails), "contact_numbers": _list(person.phones or ("",))}
        body = {"name": person.name, "entity_type": "persons", **lists}
        return str(self._ask("POST", "contacts/persons", body)["id"])

    def rename(self, person_id: str, name: str) -> None:
        row = self.sandbox.state.persons[int(person_id)]
        kept = {key: row[key] for key in ("emails", "contact_numbers", "organization_id", "job_title")}
        body = {"name": name, "entity_type": "persons", **kept}
        self._ask("PUT", f"contacts/persons/{person_id}", body)

    def delete(self, person_id: str) -> None:
        for lead in self.sandbox.state.leads.where(person_id=int(person_id)):
            self._ask("DELETE", f"leads/{lead['id']}")
        self._ask("DELETE", f"contacts/persons/{person_id}")

    def merge(self, person_id: str, into: str) -> None:
        raise NotImplementedError("Krayin merges nobody.")

    def revoke(self) -> None:
        self.sandbox.state.tokens.clear()

    def _notes(self) -> Iterator[Activity]:
        state = self.sandbox.state
        for row in state.activities.values():
            if row["type"] == "system":  # Krayin's own log
                continue
            leads = (key for key, ids in state.lead_activities.items() if row["id"] in ids)
            person = next((str(state.leads[lead]["person_id"]) for lead in leads), "")
            text = f"{row['title']}\n{re.sub(r'<[^>]*>', ' ', row['comment'] or '')}"
            yield Activity(person, unescape(text), str(row["id"]))

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Accept": "application/json", "Authorization": f"Bearer {self.sandbox.make_token()}"}
        with asking(self.app) as client:
            answer = client.request(method, f"http://krayin/api/v1/{path}", headers=headers, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json().get("data")


def _list(said: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"value": value, "label": "work"} for value in said]
