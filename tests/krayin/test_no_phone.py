"""Customers without a phone, on each Krayin: its page for their lead must not break."""

from __future__ import annotations

from typing import Any

import pytest

from crmhost_krayin import KrayinSettings
from crmhost_krayin.differences import values
from crmhost_krayin.mappers.placeholders import is_no_phone, no_phone
from crmhost_krayin.settings import Facts

from .crm import Desk, contact

ANN: dict[str, Any] = {"name": "Ann", "email": "ann@example.com"}


def nested_without_phones(desk: Desk, **person: Any) -> int:
    """Make a lead and its person as a careless program would: Krayin then has null for the phones."""
    nested = {"name": "Ann", "emails": [{"value": "ann@example.com", "label": "work"}], **person}
    lead = {"title": "Ann", "lead_value": 1, "lead_source_id": 1, "lead_type_id": 1}
    made = desk.ask("POST", "leads", {**lead, "lead_pipeline_stage_id": 1, "person": nested})
    assert made["person"]["contact_numbers"] is None
    return int(made["person"]["id"])


def test_two_customers_without_a_phone_have_what_krayin_can_show(desk: Desk) -> None:
    desk.contact(contact(1, **ANN))
    desk.contact(contact(2, name="Ben", email="ben@example.com"))

    assert [row["contact_numbers"] for row in desk.state.persons.values()] == [
        desk.no_phone(1),
        desk.no_phone(2),
    ]


def test_what_stood_for_a_phone_goes_when_there_is_one(desk: Desk) -> None:
    desk.contact(contact(**ANN))

    desk.contact(contact(**ANN, phone="+447700900555"))

    assert desk.calls == ["GET /contacts/persons", "PUT /contacts/persons/1"]
    assert desk.state.persons[1]["contact_numbers"] == [{"value": "+447700900555", "label": "work"}]


@pytest.mark.parametrize("desk", ["2.2 with rest-api 2.1.1", "2.2 with rest-api 2.2.0"], indirect=True)
def test_a_stand_in_that_somebody_has_gets_another_end(desk: Desk) -> None:
    """Two Chatwoots can have the same numbers of accounts and contacts."""
    desk.contact(contact(1, **ANN))
    desk.store.known.clear()

    desk.contact(contact(1, name="Ben", email="ben@example.com"))

    (number,) = desk.state.persons[2]["contact_numbers"]
    assert number["value"].startswith("no phone 3-1-")
    assert is_no_phone(number["value"], "no phone {account}-{id}")


@pytest.mark.parametrize("desk", ["2.2 with rest-api 2.1.1", "2.2 with rest-api 2.2.0"], indirect=True)
def test_a_stand_in_for_a_person_who_is_there_gets_another_end_too(desk: Desk) -> None:
    desk.contact(contact(1, name="Ben", email="ben@example.com"))
    desk.store.known.clear()
    person_id = nested_without_phones(desk)

    desk.contact(contact(1, **ANN))

    (number,) = desk.state.persons[person_id]["contact_numbers"]
    assert number["value"].startswith("no phone 3-1-")


def test_a_person_whose_phones_are_null_is_mended_when_it_is_linked(desk: Desk) -> None:
    person_id = nested_without_phones(desk)

    outcome = desk.contact(contact(**ANN))

    assert desk.state.persons[person_id]["contact_numbers"] == desk.no_phone()
    assert [(change.kind, change.action) for change in outcome.changes] == [
        ("person", "updated"),
        ("lead", "linked"),
    ]


def test_a_person_whose_phones_became_null_is_mended_with_our_next_look(desk: Desk) -> None:
    desk.contact(contact(**ANN))
    person_id = nested_without_phones(desk, emails=[{"value": "b@example.com", "label": "work"}])
    desk.state.persons[1]["contact_numbers"] = None
    desk.state.attribute_values.forget("persons", 1)
    assert person_id == 2

    desk.contact(contact(**ANN, custom_attributes={"job_title": "CTO"}))

    assert desk.state.persons[1]["contact_numbers"] == desk.no_phone()


def test_a_stand_in_is_nobodys_phone(desk: Desk) -> None:
    """Its digits are not looked at: contact 7700900123 has no number."""
    region = desk.with_settings(phone_region="GB", placeholder_phone="no phone {id}")
    region.contact(contact(7700900123, name="Ann", email="447700900123@phone.invalid"))

    region.contact(contact(2, name="Ben", email="ben@example.com", phone="+447700900123"))

    assert desk.state.persons[2]["contact_numbers"] == [{"value": "+447700900123", "label": "work"}]


def test_the_judge_shows_no_stand_in_as_a_phone() -> None:
    numbers = [{"value": "no phone 3-5821"}, {"value": "no phone 3-5821-0a1b2c"}, {"value": "+4477"}]

    assert values({"contact_numbers": numbers}, "contact_numbers") == ["+4477"]


@pytest.mark.parametrize(
    ("value", "none"),
    [
        ("", True),
        (" ", True),
        ("kein Telefon 3/5821", True),
        ("kein Telefon 3/5821-0a1b2c", True),
        ("no phone 3-5821", True),
        ("no phone", False),
        ("+44 20 7946 0000", False),
    ],
)
def test_what_stands_for_a_phone_is_known_again(value: str, none: bool) -> None:
    assert is_no_phone(value, "kein Telefon {account}/{id}") is none


def test_a_setting_says_what_stands_for_a_phone() -> None:
    settings = KrayinSettings(
        api_url="http://localhost",
        api_token="1|a",
        placeholder_phone="none ({id})",
        facts=Facts(krayin="2.2"),
    )

    assert no_phone(settings, 3, 5821) == "none (5821)"
    assert is_no_phone(no_phone(settings, 3, 5821, distinct="a@b.cz"), "none ({id})")
