"""What tests of leads need beside the desk: what a salesperson does, and what was sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from crmhost import Conversation, Outcome
from crmhost_krayin import handle_contact, handle_conversation_changed
from crmhost_krayin.clients.leads import Leads
from crmhost_krayin.settings import Facts, Stage

from .crm import Desk, contact, conversation

CODES = ("new", "follow-up", "prospect", "negotiation", "won", "lost")
NAMES = ("New", "Follow Up", "Prospect", "Negotiation", "Won", "Lost")
STAGES = tuple(
    Stage(id=place, code=code, name=name, pipeline_id=1, position=place)
    for place, (code, name) in enumerate(zip(CODES, NAMES, strict=True), 1)
)
CUSTOMER = {"name": "Jane Doe", "email": "jane.doe@example.com", "phone": "+447700900123"}
JANE = contact(5821, **CUSTOMER)


def with_facts(desk: Desk, *more: Stage, settings: Mapping[str, Any] | None = None, **facts: Any) -> Desk:
    """Return the desk with what setup would have found, and these settings."""
    profile = desk.sandbox.profile
    found = {
        "krayin": "2.1" if profile.checks_closing_date else "2.2",
        "rest": "2.2.0" if profile.checks_filters else "2.1.1",
        "timezone": "Asia/Kolkata",
        "stages": (*STAGES, *more),
    }
    return desk.with_settings(**(settings or {}), facts=Facts(**{**found, **facts}))


def changed(desk: Desk, talk: Conversation, *names: str) -> Outcome:
    """Deliver a change of a conversation."""
    return desk._deliver(handle_conversation_changed, conversation=talk, changed=frozenset(names))


def brought(desk: Desk, talk: Conversation) -> Outcome:
    """Deliver a contact that a conversation brings along, as the host does before the conversation."""
    return desk._deliver(handle_contact, contact=talk.contact, conversation=talk)


def talk(number: int = 731, **fields: Any) -> Conversation:
    """Return a conversation of Jane's."""
    return conversation(number, fields.pop("sender", JANE), **fields)


def ask(desk: Desk, method: str, path: str, body: Mapping[str, Any]) -> Any:
    """Do something in Krayin as a salesperson would; return the record."""
    headers = {"Accept": "application/json", "Authorization": f"Bearer {desk.settings['api_token']}"}
    answer = desk.pool.request(method, f"{desk.url}/api/v1/{path}", headers=headers, json=dict(body))
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def second_pipeline(desk: Desk) -> tuple[Stage, Stage]:
    """Give Krayin a second pipeline, and return its stages."""
    tables = desk.state.tables
    pipeline = desk.state.insert(tables["lead_pipelines"], {"name": "Partners", "is_default": 0})
    rows = [
        desk.state.insert(
            desk.state.stages,
            {"code": code, "name": name, "sort_order": place, "lead_pipeline_id": pipeline["id"]},
        )
        for place, (code, name) in enumerate((("met", "Met"), ("agreed", "Agreed")), 1)
    ]
    first, last = (
        Stage(
            id=row["id"],
            code=row["code"],
            name=row["name"],
            pipeline_id=pipeline["id"],
            position=row["sort_order"],
        )
        for row in rows
    )
    return first, last


@contextmanager
def listening(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Mapping[str, Any]]]:
    """Keep what is sent by a PUT of a lead."""
    sent: list[Mapping[str, Any]] = []
    update = Leads.update

    def heard(self: Leads, lead_id: int, lead: Mapping[str, Any]) -> dict[str, Any]:
        sent.append(lead)
        return update(self, lead_id, lead)

    with monkeypatch.context() as patch:
        patch.setattr(Leads, "update", heard)
        yield sent
