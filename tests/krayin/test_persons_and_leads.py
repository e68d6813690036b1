"""What a customer becomes where only some records are made, and which lead is theirs."""

from __future__ import annotations

import pytest

from crmhost import Contact, TryAgain

from .crm import JANE, Desk, contact


def test_an_open_lead_of_a_person_is_taken_over_and_a_lost_one_is_not(desk: Desk) -> None:
    desk.contact(contact(**JANE))
    desk.store.known.clear()
    desk.contact(contact(**JANE))
    assert len(desk.state.leads) == 1
    desk.state.leads[1]["lead_pipeline_stage_id"] = 6
    desk.store.known.clear()

    desk.contact(contact(**JANE))

    assert len(desk.state.leads) == 2


def test_without_leads_a_customer_is_a_search_and_a_person(desk: Desk) -> None:
    desk = desk.with_settings(create_lead=False)

    desk.contact(contact(**JANE))

    assert desk.calls == ["GET /contacts/persons/search", "POST /contacts/persons"]
    assert not desk.state.leads


def test_without_persons_a_customer_is_a_lead_of_its_own(desk: Desk) -> None:
    desk = desk.with_settings(create_person=False)

    desk.contact(contact(**JANE))
    took = desk.calls
    desk.contact(contact(**JANE))

    assert took == ["GET /contacts/persons/search", "POST /leads"]
    assert desk.calls == []
    assert not desk.state.persons
    assert "jane.doe@example.com" in desk.state.leads[1]["description"]


def test_without_persons_a_lead_is_linked_to_a_person_who_is_there(desk: Desk) -> None:
    desk.with_settings(create_lead=False).contact(contact(1, **JANE))

    desk.with_settings(create_person=False).contact(contact(2, **JANE))

    assert desk.state.leads[1]["person_id"] == 1


def test_with_nothing_to_be_made_a_stranger_is_ignored(desk: Desk) -> None:
    outcome = desk.with_settings(create_person=False, create_lead=False).contact(contact(**JANE))

    assert outcome.ignored == "Contact 5821 is not in Krayin, and the settings say to make nothing."


def test_without_organizations_the_company_is_left_out(desk: Desk) -> None:
    desk.with_settings(sync_organizations=False).contact(contact(**JANE))

    assert not desk.state.organizations


def test_without_organizations_a_lead_of_its_own_does_not_name_the_company(desk: Desk) -> None:
    desk.with_settings(sync_organizations=False, create_person=False).contact(contact(**JANE))

    assert desk.state.leads[1]["description"] == "jane.doe@example.com, +447700900123"


def test_a_lead_that_was_closed_is_not_taken_though_its_stage_is_open(desk: Desk) -> None:
    desk.contact(contact(**JANE))
    desk.state.leads[1]["closed_at"] = "2026-11-22 10:00:00"
    desk.store.known.clear()

    desk.contact(contact(**JANE))

    assert len(desk.state.leads) == 2


def test_an_open_lead_is_found_behind_a_dozen_lost_ones(desk: Desk) -> None:
    desk.contact(contact(**JANE))
    for number in range(2, 14):
        desk.state.leads[number] = {**desk.state.leads[1], "id": number, "lead_pipeline_stage_id": 6}
    desk.store.known.clear()

    outcome = desk.contact(contact(**JANE))

    assert [change.remote_id for change in outcome.changes if change.kind == "lead"] == ["1"]


def lone_lead_lost(desk: Desk, customer: Contact) -> None:
    """Make a lead without a person, and lose Krayin's answer."""
    desk.stage.lost = "POST /leads"
    with pytest.raises(TryAgain):
        desk.contact(customer)


def test_another_customers_lead_of_the_same_title_is_not_taken(desk: Desk) -> None:
    alone = desk.with_settings(create_person=False)
    alone.contact(contact(1, name="Jane Doe", email="another.jane@example.com"))
    lone_lead_lost(alone, contact(2, **JANE))
    desk.state.leads.pop(2)

    alone.contact(contact(2, **JANE))

    assert [row["description"] for row in desk.state.leads.values()] == [
        "another.jane@example.com",
        "jane.doe@example.com, +447700900123, Globex Ltd",
    ]


def test_a_lead_with_a_person_is_nobody_elses(desk: Desk) -> None:
    alone = desk.with_settings(create_person=False)
    lone_lead_lost(alone, contact(2, **JANE))
    desk.contact(contact(1, name="Jane", email="another.jane@example.com"))
    desk.state.leads[1]["person_id"] = 1

    alone.contact(contact(2, **JANE))

    assert [row["person_id"] for row in desk.state.leads.values()] == [1, 1, None]


def test_a_lead_of_its_own_is_found_behind_fifty_of_its_title(desk: Desk) -> None:
    alone = desk.with_settings(create_person=False)
    alone.contact(contact(1, name="Jane Doe", email="another.jane@example.com"))
    for number in range(2, 61):
        desk.state.leads[number] = {**desk.state.leads[1], "id": number}
    desk.state.leads.next_id = 61
    lone_lead_lost(alone, contact(2, **JANE))

    alone.contact(contact(2, **JANE))

    assert len(desk.state.leads) == 61
