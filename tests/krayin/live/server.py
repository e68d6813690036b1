"""A Krayin that is there: asked as the sales team would, and cleaned of what bears our mark."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx

MARK = "crmhost test"
"""Begins the names and titles of all that we make; nobody else's do."""
ATTRIBUTE = "crmhost_test"
"""The code of an attribute of ours."""
EMAILS = "crmhost-test.example.com"
"""The domain of our customers' addresses."""
MINUTE = 61.0
"""Seconds after which Krayin 2.1 allows its sixty requests again."""

Row = dict[str, Any]


class Server:
    """One Krayin and a token for it."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = url.rstrip("/"), token
        headers = {"Accept": "application/json", "X-Requested-With": "XMLHttpRequest"}
        self.client = httpx.Client(headers={**headers, "Authorization": f"Bearer {token}"}, timeout=30)
        self._left: int | None = None

    def ask(self, method: str, path: str, body: object = None, **params: Any) -> httpx.Response:
        """Return the answer, after a minute if this one's requests are used up."""
        if self._left == 0:
            self.rest()
        url = f"{self.url}/api/v1/{path}"
        answer = self.client.request(method, url, json=body, params=params)
        left = answer.headers.get("x-ratelimit-remaining")
        self._left = int(left) if left else None
        if answer.status_code == 500 and left is None and self._is_shut():
            self.rest()
            answer = self.client.request(method, url, json=body, params=params)
        return answer

    def rows(self, path: str, **params: Any) -> list[Row]:
        """Return the rows of a list."""
        rows: list[Row] = self.ask("GET", path, **params).raise_for_status().json()["data"]
        return rows

    def write(self, method: str, path: str, body: Mapping[str, Any]) -> Row:
        """Make or change a record."""
        row: Row = self.ask(method, path, body).raise_for_status().json()["data"]
        return row

    def make_room(self, requests: int) -> None:
        """Wait for the next minute if fewer requests are left of this one."""
        self.ask("GET", "get").raise_for_status()
        if self._left is not None and self._left < requests:
            self.rest()

    def rest(self) -> None:
        """Let the minute pass."""
        time.sleep(MINUTE)
        self._left = None

    def make_examples(self) -> dict[str, Row]:
        """Make a record of each kind."""
        stage = self.rows("settings/pipelines", pagination=0)[-1]["stages"][0]["id"]
        address = {"address": "1 Road", "city": "Town", "country": "GB", "postcode": "A1", "state": "X"}
        company = {"name": f"{MARK} Example Ltd", "address": address}
        organization = self.write("POST", "contacts/organizations", company)
        person = self.write("POST", "contacts/persons", _person(organization["id"]))
        chosen = {"lead_source_id": self.rows("settings/sources")[0]["id"]}
        chosen |= {"lead_type_id": self.rows("settings/types")[0]["id"], "lead_pipeline_stage_id": stage}
        lead = {"title": f"{MARK} lead", "lead_value": 1, "person_id": person["id"], **chosen}
        made = self.write("POST", "leads", lead)
        note = {"type": "note", "title": f"{MARK} example", "comment": "<p>Said</p>", "lead_id": made["id"]}
        activity = self.write("POST", "activities", {**note, "additional": '{"ref": "crmhost"}'})
        tag = self.write("POST", "settings/tags", {"name": f"{MARK} example", "color": "#337CFF"})
        self.ask("POST", f"leads/{made['id']}/tags", {"tag_id": tag["id"]}).raise_for_status()
        records = {"organizations": organization, "persons": person, "leads": made}
        return {**records, "activities": activity, "tags": tag}

    @contextmanager
    def swept(self) -> Iterator[None]:
        """Remove what bears our mark before and after, whatever happens between."""
        self.sweep()
        try:
            yield
        finally:
            self.sweep()

    def sweep(self) -> None:
        """Remove what bears our mark: a person's leads go first, since Krayin keeps half of it otherwise."""
        persons = self.rows(
            "contacts/persons/search", search=f"emails:{EMAILS}", searchFields="emails:like", limit=200
        )
        titled = self.rows("leads/search", search=f"title:{MARK}", searchFields="title:like", limit=200)
        leads = [row for row in titled if row["title"].startswith(MARK)]
        for person in persons:
            leads += self.rows("leads", person_id=person["id"], limit=100)
        newest = {"sort": "id", "order": "desc", "limit": 200}
        organizations = self.rows("contacts/organizations", **newest)
        self._remove("leads", leads)
        self._remove("activities", _ours(self.rows("activities", **newest), "title"))
        self._remove("contacts/persons", persons)
        self._remove("contacts/organizations", _ours(organizations, "name"))
        self._remove("settings/tags", _ours(self.rows("settings/tags", pagination=0), "name"))
        self._remove("settings/attributes", self.rows("settings/attributes", code=ATTRIBUTE))

    def _remove(self, path: str, rows: list[Row]) -> None:
        for record_id in sorted({row["id"] for row in rows}):
            answer = self.ask("DELETE", f"{path}/{record_id}")
            assert answer.status_code == 200, f"{path}/{record_id} of ours is left: {answer.text}"

    def _is_shut(self) -> bool:
        return self.client.get(f"{self.url}/api/v1/get").status_code != 200


@contextmanager
def here() -> Iterator[Server]:
    """Give the Krayin that the environment names."""
    missing = [name for name in ("KRAYIN_URL", "KRAYIN_TOKEN") if not os.environ.get(name)]
    if missing:
        raise RuntimeError(f"{' and '.join(missing)} must name a Krayin, and a token of a user of its.")
    server = Server(os.environ["KRAYIN_URL"], os.environ["KRAYIN_TOKEN"])
    with server.client:
        yield server


def _ours(rows: list[Row], name: str) -> list[Row]:
    return [row for row in rows if str(row[name]).startswith(MARK)]


def _person(organization_id: int) -> Row:
    return {
        "name": f"{MARK} Example",
        "emails": [{"value": f"example@{EMAILS}", "label": "work"}],
        "contact_numbers": [{"value": "+447700900100", "label": "work"}],
        "organization_id": organization_id,
    }
