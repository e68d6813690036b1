"""What Krayin has where a write would go, and what it would answer: for a preview, which sends none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crmhost import Context, Imagined

from .clients.activities import ACTIVITIES
from .clients.leads import LEADS
from .clients.organizations import ORGANIZATIONS
from .clients.persons import PERSONS
from .clients.tags import TAGS
from .clients.transport import API, Transport
from .desk import transport_of
from .settings import KrayinSettings

Row = Mapping[str, Any]
LISTS = (LEADS, PERSONS, ORGANIZATIONS, ACTIVITIES, TAGS)
CHANGED = re.compile(rf"{API}({'|'.join(LISTS)})(?:/stage/edit|/attributes/edit)?/(\d+)")
TAGGED = re.compile(rf"{API}({LEADS}|{PERSONS})/\d+/tags")
INSIDE = {
    "organization_id": ("organization", "id"),
    "organization_name": ("organization", "name"),
    "person_id": ("person", "id"),
}
"""Where an answer shows what a write calls otherwise."""
OWNERS = {LEADS: "user", PERSONS: "sales_owner"}


def imagined(
    context: Context[KrayinSettings], method: str, path: str, body: Any, number: int
) -> Imagined | None:
    """Return what there is and what would be said; None for what is no write of ours."""
    if TAGGED.fullmatch(path):
        return Imagined({}, {"message": ""})
    transport = transport_of(context, facts=context.settings.facts)
    said = body if isinstance(body, Mapping) else {}
    if method == "PUT" and (found := CHANGED.fullmatch(path)):
        return _changed(transport, found[1], int(found[2]), said, number)
    where = path.removeprefix(API)
    if method == "POST" and where in LISTS:
        return Imagined({}, {"data": _made(where, said, number)})
    return None


def _changed(transport: Transport, where: str, record_id: int, body: Row, number: int) -> Imagined:
    row = transport.one(where, record_id) or {}
    now = {name: _shown(where, row, name) for name in body}
    after = _person(body, row, number) if where == PERSONS else {**row, **body}
    return Imagined(now, {"data": {**after, "id": record_id}})


def _shown(where: str, row: Row, name: str) -> Any:
    """Return what Krayin shows of what a write calls by this name."""
    inside = (OWNERS.get(where, ""), "id") if name == "user_id" else INSIDE.get(name)
    if inside is None:
        return row.get(name)
    return (row.get(inside[0]) or {}).get(inside[1])


def _made(where: str, body: Row, number: int) -> dict[str, Any]:
    """Return a new record as Krayin would show it, the person inside a lead too."""
    if where == PERSONS:
        return {**_person(body, {}, number + 1), "id": number}
    row = {**body, "id": number}
    if where == LEADS and isinstance(body.get("person"), Mapping):
        row["person"] = {**_person(body["person"], {}, number + 2), "id": number + 1}
    return row


def _person(body: Row, before: Row, number: int) -> dict[str, Any]:
    """Return a person as Krayin would show it, with its organization, which a write finds or makes."""
    row = {**before, **body}
    company = body.get("organization_name")
    theirs = (before.get("organization") or {}).get("name")
    if company and company != theirs:
        row["organization"] = {"id": number, "name": company}
    return row
