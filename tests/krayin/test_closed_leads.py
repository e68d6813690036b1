"""Leads that were closed or deleted in Krayin: left, opened again, or made anew, as the settings say."""

from __future__ import annotations

import pytest

from crmhost import SetUpAgain, TryAgain

from .crm import Desk
from .leading import (
    JANE,
    SMITH,
    brought,
    lead,
    put,
    talk,
    told,
)


def test_by_default_a_closed_lead_is_left_without_a_call(desk: Desk) -> None:
    desk.contact(JANE)
    put(desk, 6)

    desk.created(talk())

    assert desk.calls == ["POST /activities"]
    assert lead(desk)["lead_pipeline_stage_id"] == 6


def test_a_closed_lead_is_opened_again_where_the_settings_say_so(desk: Desk) -> None:
    desk = desk.with_settings(closed_leads="reopen")
    desk.contact(JANE)
    put(desk, 6)

    outcome = desk.created(talk())
    took = desk.calls
    desk.created(talk())

    assert took == ["GET /leads", "PUT /leads/stage/edit/1", "POST /activities"]
    assert desk.calls == []
    assert (lead(desk)["lead_pipeline_stage_id"], lead(desk)["closed_at"]) == (1, None)
    assert "Opened again" in told(outcome)


def test_a_closed_lead_makes_way_for_a_new_one_where_the_settings_say_so(desk: Desk) -> None:
    desk = desk.with_settings(closed_leads="new")
    desk.contact(JANE)
    put(desk, 6)

    desk.created(talk())
    took = desk.calls
    desk.created(talk())

    assert took == ["GET /leads", "GET /leads", "POST /leads", "POST /activities"]
    assert desk.calls == []
    assert [row["lead_pipeline_stage_id"] for row in desk.state.leads.values()] == [6, 1]
    assert desk.state.lead_activities[2]


def test_a_lead_that_a_conversation_brought_is_not_looked_at_again(desk: Desk) -> None:
    desk = desk.with_settings(closed_leads="new")

    brought(desk, talk())
    desk.created(talk())

    assert desk.calls == ["POST /activities"]


def test_a_deleted_lead_is_made_again_when_it_is_needed(desk: Desk) -> None:
    desk.contact(JANE)
    desk.delete("leads/1")

    desk.contact(SMITH)

    assert [row["title"] for row in desk.state.leads.values()] == ["Jane Smith"]
    assert desk.calls[-3:] == ["GET /leads", "GET /leads", "POST /leads"]


def test_a_deleted_lead_is_left_so_where_the_settings_say_so(desk: Desk) -> None:
    desk = desk.with_settings(on_deleted="leave")
    desk.contact(JANE)
    desk.delete("leads/1")

    outcome = desk.contact(SMITH)
    desk.contact(JANE.model_copy(update={"name": "Jane Roe"}))

    assert desk.state.leads == {}
    assert "leave it so" in told(outcome)
    assert desk.calls == ["GET /contacts/persons", "PUT /contacts/persons/1"]


def test_a_lead_of_its_own_that_is_to_stay_deleted_costs_no_search(desk: Desk) -> None:
    desk = desk.with_settings(on_deleted="leave", create_person=False)
    desk.contact(JANE)
    desk.delete("leads/1")
    desk.contact(SMITH)

    desk.contact(JANE.model_copy(update={"name": "Jane Roe"}))

    assert (desk.calls, desk.state.leads) == ([], {})


def test_a_source_that_was_deleted_has_the_settings_looked_at_again(desk: Desk) -> None:
    """Krayin only says 500 (recording 289)."""
    desk.with_settings(create_lead=False).contact(JANE)

    with pytest.raises(SetUpAgain, match="no source 99"):
        desk.with_settings(source_id=99).contact(JANE)


def test_a_lead_for_a_person_who_is_gone_brings_the_customer_back(desk: Desk) -> None:
    desk.with_settings(create_lead=False).contact(JANE)
    desk.delete("contacts/persons/1")

    with pytest.raises(TryAgain, match="Person 1 is gone"):
        desk.created(talk())
    desk.contact(JANE)

    assert (len(desk.state.persons), len(desk.state.leads)) == (1, 1)
