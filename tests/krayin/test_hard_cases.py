"""Customers that Krayin makes hard: each ends in one right person or in one clear refusal."""

from __future__ import annotations

from typing import Any

import pytest

from crmhost import Rejected

from .crm import Desk, contact
from .test_phones import person

ANN: dict[str, Any] = {"name": "Ann", "email": "ann@example.com", "phone": "+447700900001"}
LONG = "Ž" * 300


@pytest.mark.parametrize(
    ("customer", "name", "email"),
    [
        ({"name": "Ben", "email": "ben@example.com"}, "Ben", "ben@example.com"),
        ({"name": "Ben", "phone": "+447700900002"}, "Ben", "447700900002@phone.invalid"),
        ({"email": "Ben@Example.com"}, "ben@example.com", "ben@example.com"),
        ({"phone": "+447700900002"}, "+447700900002", "447700900002@phone.invalid"),
        ({"name": " \x00\u200b ", "email": "ben@example.com"}, "ben@example.com", "ben@example.com"),
        ({"name": "\ufeffBen\u200b", "email": "ben@example.com"}, "Ben", "ben@example.com"),
        ({"name": LONG, "email": "ben@example.com"}, LONG[:255], "ben@example.com"),
        ({"name": "Ben", "email": "ben@example.com", "phone": "at work"}, "Ben", "ben@example.com"),
        ({"name": "Ben", "email": "ben@example.com", "company": LONG}, "Ben", "ben@example.com"),
        ({"name": "Ben", "email": "ben@example.com", "phone": ANN["phone"]}, "Ben", "ben@example.com"),
        ({"name": "Ben", "phone": ANN["phone"]}, "Ben", "447700900001@phone.invalid"),
    ],
)
def test_a_customer_becomes_one_person_with_a_name_an_address_and_a_lead(
    desk: Desk, customer: dict[str, Any], name: str, email: str
) -> None:
    desk.contact(contact(1, **ANN))

    desk.contact(contact(2, **customer))
    again = [desk.contact(contact(2, **customer)).state, desk.calls]

    ben = desk.state.persons[2]
    assert (ben["name"], ben["emails"][0]["value"]) == (name, email)
    assert ben["contact_numbers"]
    assert [row["person_id"] for row in desk.state.leads.values()] == [1, 2]
    assert again == ["unchanged", []]


def test_an_address_that_somebody_has_links_that_person_whoever_writes(desk: Desk) -> None:
    desk.contact(contact(1, **ANN))

    desk.contact(contact(2, name="Anna", email="ANN@example.com", phone="+447700900002"))

    (ann,) = desk.state.persons.values()
    assert ann["name"] == "Ann"
    assert [row["value"] for row in ann["contact_numbers"]] == ["+447700900001", "+447700900002"]


def test_where_address_and_phone_are_two_persons_the_address_decides(desk: Desk) -> None:
    desk.ask("POST", "contacts/persons", person("By phone", "other@example.com", "+447700900001"))
    desk.ask("POST", "contacts/persons", person("By address", "ann@example.com", "+447700900002"))

    outcome = desk.contact(contact(**ANN))

    assert desk.store.known["contact:5821", "person"].remote_id == "2"
    assert [row["value"] for row in desk.state.persons[2]["contact_numbers"]] == ["+447700900002"]
    assert "Krayin won't take the phone: somebody else has it." in outcome.changes[0].note


@pytest.mark.parametrize("address", ["ann@@example", "ann@example..com"])
def test_an_address_that_krayin_does_not_take_is_a_refusal_that_says_so(desk: Desk, address: str) -> None:
    with pytest.raises(Rejected, match=r"emails\.0\.value") as refused:
        desk.contact(contact(name="Ann", email=address))

    assert refused.value.fix
    assert not desk.state.persons
    assert not desk.store.intents


def test_what_the_sales_team_changed_is_told_in_one_sentence(desk: Desk) -> None:
    desk.contact(contact(**ANN, custom_attributes={"job_title": "CTO"}))
    card = person("Dr. Ann", "ann@example.com", "+447700900001")
    desk.ask("PUT", "contacts/persons/1", {**card, "job_title": "Owner"})

    outcome = desk.contact(contact(**(ANN | {"name": "Ann Lee"}), custom_attributes={"job_title": "CEO"}))

    assert [change.note for change in outcome.changes if change.kind == "person"] == [
        "The sales team's name and job title stay."
    ]
    assert "PUT /contacts/persons/1" not in desk.calls


def test_a_number_that_two_cards_have_already_is_a_refusal_and_no_loop(desk: Desk) -> None:
    """Krayin does not take such a card back even as it is."""
    desk.contact(contact(**ANN))
    desk.ask("POST", "contacts/persons", person("Ben", "ben@example.com", "+447700900009"))
    for table in (desk.state.persons, desk.state.attribute_values):
        for row in list(table.values()):
            for column, value in row.items():
                if value == [{"value": "+447700900009", "label": "work"}]:
                    row[column] = [{"value": "+447700900001", "label": "work"}]

    with pytest.raises(Rejected, match=r"contact_numbers\.0\.value"):
        desk.contact(contact(**(ANN | {"name": "Ann Lee"})))

    assert desk.calls[:2] == ["GET /contacts/persons", "PUT /contacts/persons/1"]


def test_an_address_that_was_somebodys_is_brought_in_with_the_next_change_once_it_is_free(desk: Desk) -> None:
    desk.contact(contact(1, name="Ann", email="ann@example.com", phone="+447700900101"))
    desk.contact(contact(2, name="Ben", email="ben@example.com", phone="+447700900102"))

    refused = desk.contact(contact(2, name="Ben", email="ann@example.com", phone="+447700900102"))
    desk.contact(contact(2, name="Ben", email="ann@example.com", phone="+447700900102"))
    again = desk.calls
    desk.ask("PUT", "contacts/persons/1", person("Ann", "other@example.com", "+447700900101"))
    desk.contact(contact(2, name="Benjamin", email="ann@example.com", phone="+447700900102"))

    assert "somebody else has it" in refused.changes[0].note
    assert again == []
    assert [row["value"] for row in desk.state.persons[2]["emails"]] == ["ben@example.com", "ann@example.com"]


def test_a_person_who_came_to_be_without_an_address_can_still_be_written(desk: Desk) -> None:
    desk.contact(contact(1, **ANN))
    desk.state.persons[1]["emails"] = []

    desk.contact(contact(1, name="Anna", phone=ANN["phone"]))

    assert desk.state.persons[1]["name"] == "Anna"
    assert [row["value"] for row in desk.state.persons[1]["emails"]] == ["447700900001@phone.invalid"]
