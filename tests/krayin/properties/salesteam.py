"""The sales team at work in Krayin: each edit sends a whole form, as Krayin's own pages do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from crmhost_krayin.sandbox import KrayinSandbox
from crmhost_krayin.sandbox.state import Row

URL = "http://krayin.test"
REMARK = "A remark by the sales team"
ATTRIBUTES = (
    ("persons", "remark", "text"),
    ("persons", "vip", "boolean"),
    ("leads", "budget_note", "text"),
    ("leads", "urgent", "boolean"),
)
"""What they have added to Krayin's fields: a text and a checkbox each."""
PERSON = ("name", "emails", "contact_numbers", "job_title", "user_id", "organization_id")
LEAD = ("title", "description", "lead_value", "lead_source_id", "lead_type_id", "user_id", "person_id")


class SalesTeam:
    """Their hands in one Krayin."""

    def __init__(self, pool: httpx.Client, sandbox: KrayinSandbox, token: str) -> None:
        self._pool = pool
        self.state = sandbox.state
        self._headers = {"Accept": "application/json", "Authorization": f"Bearer {token}"}

    def move_in(self) -> None:
        """Add the fields, a second user and a product."""
        for entity, code, kind in ATTRIBUTES:
            attribute = {"code": code, "name": code, "type": kind, "entity_type": entity}
            self._send("POST", "settings/attributes", attribute)
        self.state.insert(
            self.state.users, {**self.state.users[1], "name": "Sam", "email": "sam@example.com"}
        )
        self.state.insert(self.state.tables["products"], {"sku": "W1", "name": "Widget", "price": 10})

    def type_in(self, person: Mapping[str, Any], lead: Mapping[str, Any] | None) -> None:
        """Make a person, and a lead for it."""
        person_id = self._send("POST", "contacts/persons", person)["id"]
        if lead:
            sorted_in = {"lead_value": 1, "lead_source_id": 1, "lead_type_id": 1}
            self._send("POST", "leads", {**sorted_in, **lead, "person_id": person_id})

    def edit_person(self, person_id: int, **changes: Any) -> None:
        """Send the person's form with some fields changed."""
        row = self.state.persons[person_id]
        form = {key: row[key] for key in PERSON}
        self._send("PUT", f"contacts/persons/{person_id}", form | self.extras("persons", person_id) | changes)

    def edit_lead(self, lead_id: int, **changes: Any) -> None:
        """Send the lead's form with some fields changed; the date as the page shows it."""
        row = self.state.leads[lead_id]
        form = {key: row[key] for key in LEAD if row[key] is not None}
        form |= {"lead_pipeline_stage_id": row["lead_pipeline_stage_id"]}
        form |= {"expected_close_date": row["expected_close_date"]} if row["expected_close_date"] else {}
        sold = {str(one["id"]): {"quantity": one["quantity"]} for one in self.products(lead_id)}
        self._send(
            "PUT", f"leads/{lead_id}", form | {"products": sold} | self.extras("leads", lead_id) | changes
        )

    def sell(self, lead_id: int) -> None:
        """Add a product to the lead."""
        sold = {"lead_id": lead_id, "product_id": 1, "quantity": 2, "price": 10, "amount": 20}
        self.state.insert(self.state.tables["lead_products"], sold)

    def tag(self, entity: str, record_id: int, name: str) -> None:
        """Put a tag on a person or a lead; make it where there is none of this name."""
        tags = self.state.tables["tags"]
        known = [row for row in tags.values() if row["name"] == name]
        row = known[0] if known else self.state.insert(tags, {"name": name, "color": "#FF0000", "user_id": 1})
        self.state.tags_of[entity][record_id].add(row["id"])

    def tags(self, entity: str, record_id: int) -> set[str]:
        """Return the names of a person's or a lead's tags."""
        return {str(self.state.tables["tags"][key]["name"]) for key in self.state.tags_of[entity][record_id]}

    def remark(self, lead_id: int, comment: str) -> None:
        """Add a note to the lead's timeline."""
        note = {"type": "note", "title": REMARK, "comment": comment, "lead_id": lead_id}
        self._send("POST", "activities", note)

    def products(self, lead_id: int) -> list[Row]:
        """Return the products of a lead."""
        return list(self.state.tables["lead_products"].where(lead_id=lead_id))

    def extras(self, entity: str, record_id: int) -> dict[str, Any]:
        """Return the values of the fields they have added."""
        found = {}
        for attribute in self.state.attributes.values():
            if (attribute["entity_type"], attribute["code"], attribute["type"]) in ATTRIBUTES:
                value = self.state.attribute_values.of(entity, record_id).get(attribute["id"], {})
                column = "boolean_value" if attribute["type"] == "boolean" else "text_value"
                found[attribute["code"]] = value.get(column)
        return found

    def _send(self, method: str, path: str, body: Mapping[str, Any]) -> Row:
        answer = self._pool.request(method, f"{URL}/api/v1/{path}", json=body, headers=self._headers)
        assert answer.status_code == 200, (method, path, body, answer.text)
        data: Row = answer.json()["data"]
        return data
