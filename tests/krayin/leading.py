"""What tests of leads need beside the desk: what a salesperson does, and what was sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from crmhost import Conversation, Outcome
from crmhost_krayin import handle_conversation_changed
from crmhost_krayin.clients.leads import Leads
from crmhost_krayin.settings import Stage

from .crm import Desk, contact, conversation

CUSTOMER = {"name": "Jane Doe", "email": "jane.doe@example.com", "phone": "+447700900123"}
JANE = contact(5821, **CUSTOMER)
SMITH = JANE.model_copy(update={"name": "Jane Smith"})
ANSWER = {"id": 2, "content": "Yes.", "message_type": 1}


def lead(desk: Desk, number: int = 1) -> Any:
    """Return a lead's row."""
    return desk.state.leads[number]


def at(desk: Desk, number: int = 1) -> int:
    """Return the stage of a lead."""
    stage: int = lead(desk, number)["lead_pipeline_stage_id"]
    return stage


def put(desk: Desk, stage_id: int) -> None:
    """Move the first lead as a salesperson would."""
    desk.ask("PUT", "leads/stage/edit/1", {"lead_pipeline_stage_id": stage_id})


def told(outcome: Outcome, kind: str = "lead") -> str:
    """Return what was told of the lead, or of another record."""
    return " ".join(change.note for change in outcome.changes if change.kind == kind)


def met(desk: Desk, **settings: Any) -> Desk:
    """Return a connection with these settings, to a Krayin in which Jane has a lead."""
    desk = desk.with_settings(**settings)
    desk.contact(JANE)
    return desk


def changed(desk: Desk, talk: Conversation, *names: str) -> Outcome:
    """Deliver a change of a conversation."""
    return desk._deliver(handle_conversation_changed, conversation=talk, changed=frozenset(names))


def brought(desk: Desk, talk: Conversation) -> Outcome:
    """Deliver a contact that a conversation brings along, as the host does before the conversation."""
    return desk.contact(talk.contact, talk)


def talk(number: int = 731, **fields: Any) -> Conversation:
    """Return a conversation of Jane's."""
    return conversation(number, fields.pop("sender", JANE), **fields)


def with_pipeline(desk: Desk) -> tuple[Desk, Stage, Stage]:
    """Give Krayin a second pipeline, and return a desk that knows of it, with its two stages."""
    pipeline = desk.state.insert(desk.state.tables["lead_pipelines"], {"name": "Partners", "is_default": 0})
    made = [
        desk.state.insert(
            desk.state.stages,
            {"code": name.lower(), "name": name, "sort_order": place, "lead_pipeline_id": pipeline["id"]},
        )
        for place, name in enumerate(("Met", "Agreed"), 1)
    ]
    met, agreed = (
        Stage(
            id=row["id"],
            code=row["code"],
            name=row["name"],
            pipeline_id=pipeline["id"],
            position=row["sort_order"],
        )
        for row in made
    )
    return desk.with_facts(stages=(*desk.settings["facts"].stages, met, agreed)), met, agreed


def ended(**fields: Any) -> Conversation:
    """Return a conversation of Jane's that was answered and resolved."""
    return talk(status="resolved", messages=[ANSWER], updated_at=1_795_000_000.5, **fields)


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
