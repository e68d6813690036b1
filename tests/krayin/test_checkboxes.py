"""Checkboxes that a salesperson ticked survive our writes, which Krayin would reset them with."""

from __future__ import annotations

from typing import Any

import pytest

from .crm import JANE, Desk, contact, conversation
from .test_phones import person

MOVED = JANE | {"phone": "+447700900999"}
"""What a lead does not tell of: only the person is written."""


@pytest.fixture
def ticked(desk: Desk) -> Desk:
    """A person of ours with one checkbox, which a salesperson ticked."""
    desk.make_attribute("persons", "vip", type="boolean")
    desk = desk.with_facts(checkboxes={"persons": ("vip",)})
    desk.contact(contact(**JANE))
    tick(desk)
    return desk


def tick(desk: Desk, **boxes: int) -> None:
    """Save Jane's card as a salesperson would, with these boxes."""
    card = person("Jane Doe", "jane.doe@example.com", "+447700900123")
    desk.ask("PUT", "contacts/persons/1", {**card, **(boxes or {"vip": 1})})


def phones(desk: Desk) -> list[str]:
    return [row["value"] for row in desk.state.persons[1]["contact_numbers"]]


def is_ticked(desk: Desk, code: str = "vip") -> Any:
    (attribute,) = desk.state.attributes.where(code=code)
    return desk.attribute("persons", 1, attribute["id"], "boolean_value")


def test_a_box_that_was_ticked_stays_at_the_price_of_a_call(ticked: Desk) -> None:
    ticked.contact(contact(**MOVED))

    assert phones(ticked) == ["+447700900123", "+447700900999"]
    assert is_ticked(ticked) == 1
    assert [call for call in ticked.calls if "persons" in call] == [
        "GET /contacts/persons",
        "GET /contacts/persons/search",
        "PUT /contacts/persons/1",
    ]


def test_a_box_that_was_not_ticked_is_not(ticked: Desk) -> None:
    tick(ticked, vip=0)

    ticked.contact(contact(**MOVED))

    assert is_ticked(ticked) == 0


def test_without_protection_the_write_is_made_as_it_is(ticked: Desk) -> None:
    ticked.with_settings(protect_checkboxes=False).contact(contact(**MOVED))

    assert is_ticked(ticked) == 0


@pytest.fixture
def several(desk: Desk) -> Desk:
    """A person of ours with two checkboxes, of which a salesperson ticked one."""
    for code in ("vip", "press"):
        desk.make_attribute("persons", code, type="boolean")
    desk = desk.with_facts(checkboxes={"persons": ("vip", "press")})
    desk.contact(contact(**JANE))
    tick(desk)
    return desk


def test_where_there_are_several_the_write_is_withheld_and_told_once(several: Desk) -> None:
    outcome = several.contact(contact(**MOVED))
    took = several.calls
    several.contact(contact(**MOVED))

    assert phones(several) == ["+447700900123"]
    assert is_ticked(several) == 1
    (told,) = (change for change in outcome.changes if change.kind == "person")
    assert told.action == "left"
    assert "checkboxes vip and press" in told.note
    assert "protect_checkboxes=false" in told.note
    assert [call for call in took if "persons" in call] == ["GET /contacts/persons"]
    assert several.calls == []


def test_what_was_withheld_is_written_when_the_settings_allow_it(several: Desk) -> None:
    several.contact(contact(**MOVED))

    several.with_settings(protect_checkboxes=False).contact(contact(**MOVED))

    assert phones(several) == ["+447700900123", "+447700900999"]


def test_a_person_who_was_there_is_linked_though_the_write_is_withheld(several: Desk) -> None:
    several.store.known.clear()

    outcome = several.contact(contact(**MOVED))

    assert [change.action for change in outcome.changes if change.kind == "person"] == ["linked"]
    assert is_ticked(several) == 1
    assert several.store.known["contact:5821", "person"].remote_id == "1"


def test_a_new_person_is_made_whatever_there_is_to_tick(several: Desk) -> None:
    several.contact(contact(2, name="Ben", email="ben@example.com"))

    assert len(several.state.persons) == 2


def test_a_move_that_is_withheld_is_not_told_as_made_and_is_made_once_the_settings_allow_it(
    desk: Desk,
) -> None:
    desk = desk.with_facts(checkboxes={"leads": ("vip", "nda")}).with_settings(stage_on_resolved="prospect")
    desk.contact(contact(**JANE))
    # With a close date a move by stage/edit would lose it, so checkboxes are in the way.
    row = {"title": "Jane Doe", "person_id": 1, "lead_pipeline_stage_id": 1}
    desk.ask("PUT", "leads/1", row | {"expected_close_date": "2199-12-31"})
    talk = conversation(731, contact(**JANE), status="resolved", updated_at=1_795_000_000)

    withheld = desk.resolved(talk)
    again = desk.resolved(talk)
    calls = desk.calls
    allowed = desk.with_settings(protect_checkboxes=False)
    made = allowed.resolved(talk)

    told = [" ".join(change.note for change in outcome.changes) for outcome in (withheld, made)]
    assert "Moved" not in told[0]
    assert "Not written" in told[0]
    assert (again.state, calls) == ("unchanged", [])
    assert "Moved from New to Prospect" in told[1]
    assert desk.state.leads[1]["lead_pipeline_stage_id"] == 3
