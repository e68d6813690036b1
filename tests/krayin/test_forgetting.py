"""A person who is to be forgotten leaves nothing in Krayin, and nobody else goes with them."""

from __future__ import annotations

from typing import Any

import pytest

from crmhost import Links, Outcome, Rejected
from crmhost_krayin import forget_contact

from .crm import JANE, Desk, contact, conversation


def forget(desk: Desk, *talks: int, number: int = 5821) -> Outcome:
    return desk._deliver(forget_contact, contact_id=number, conversation_ids=talks)


def changes(outcome: Outcome) -> list[tuple[str, str, str]]:
    return [(change.kind, change.remote_id, change.action) for change in outcome.changes]


@pytest.fixture
def known(desk: Desk) -> Desk:
    """Jane of Globex, who has talked once, and Sam, who is none of our business."""
    desk.contact(contact(**JANE))
    desk.created(conversation(731, contact(**JANE), status="open"))
    desk.contact(contact(6000, name="Sam", email="sam@example.com"))
    return desk


def held(desk: Desk) -> str:
    """Return all that Krayin has in its tables, as text."""
    return repr([desk.state.persons, desk.state.leads, desk.state.activities, desk.state.attribute_values])


def test_what_krayin_has_of_a_person_is_deleted(known: Desk) -> None:
    outcome = forget(known, 731)

    assert [change[::2] for change in changes(outcome)] == [
        ("activity", "deleted"),
        ("lead", "deleted"),
        ("person", "deleted"),
        ("organization", "left"),
    ]
    assert [row["name"] for row in known.state.persons.values()] == ["Sam"]
    assert "jane" not in held(known).lower()


def test_a_lead_that_the_sales_team_made_goes_before_its_person_can(known: Desk) -> None:
    lead = {"title": "A second deal", "lead_value": 5, "lead_source_id": 1, "lead_type_id": 1}
    known.ask("POST", "leads", {**lead, "lead_pipeline_stage_id": 1, "person_id": 1})

    forget(known, 731)

    assert [row["title"] for row in known.state.leads.values()] == ["Sam"]
    assert len(known.state.persons) == 1


def test_who_only_looks_deletes_nothing(known: Desk) -> None:
    before = held(known)

    class Looking(Desk):
        def context(self, links: Links, settings: Any = None) -> Any:
            from dataclasses import replace

            return replace(super().context(links, settings), read_only=True)

    looking = Looking(**vars(known))
    outcome = forget(looking, 731)

    assert [change[::2] for change in changes(outcome)][:3] == [
        ("activity", "deleted"),
        ("lead", "deleted"),
        ("person", "deleted"),
    ]
    assert held(known) == before
    assert all(call.startswith("GET") for call in looking.calls)


def test_what_is_gone_already_is_no_failure(known: Desk) -> None:
    forget(known, 731)

    outcome = forget(known, 731)

    assert {change.action for change in outcome.changes} == {"deleted", "left"}


def test_a_person_who_is_another_contact_too_stays(desk: Desk) -> None:
    desk.contact(contact(**JANE))
    desk.store.known["contact:6001", "person"] = desk.store.known["contact:5821", "person"]

    with pytest.raises(Rejected, match="is contact 6001's as well"):
        forget(desk)

    assert len(desk.state.persons) == 1
