"""Phone numbers that are written in different ways, and what they are in Krayin."""

from __future__ import annotations

import pytest

from crmhost_krayin.mappers.phone import common_digits, is_same_phone, to_e164

from .crm import Desk, contact


@pytest.mark.parametrize(
    ("text", "region", "stored"),
    [
        ("+44 20 7946 0000", "", "+442079460000"),
        ("+44 (0)20 7946-0000", "", "+442079460000"),
        ("020 7946 0000", "GB", "+442079460000"),
        ("020 7946 0000", "", "020 7946 0000"),
        ("02 1234567", "IT", "+39021234567"),
        ("+442079460000 ext. 12", "GB", "+442079460000 ext. 12"),
        ("+4477", "", "+4477"),
        (" ask at the desk ", "GB", "ask at the desk"),
        ("", "GB", ""),
    ],
)
def test_a_number_is_stored_in_one_way_where_it_can_be_read(text: str, region: str, stored: str) -> None:
    assert to_e164(text, region) == stored


@pytest.mark.parametrize(
    ("theirs", "region", "same"),
    [
        ("020 7946 0000", "GB", True),
        ("020 7946 0000", "", False),
        ("020 7946 0000", "DE", False),
        ("0044 20 7946 0000", "", True),
        ("+44 (0)20 7946 0000", "", True),
        ("442079460000", "", True),
        ("+442079460000 ext. 12", "GB", False),
        ("+4420794600001", "GB", False),
        ("", "GB", False),
    ],
)
def test_two_ways_to_write_a_number_are_one_number(theirs: str, region: str, same: bool) -> None:
    assert is_same_phone(theirs, "+442079460000", region) is same


@pytest.mark.parametrize(
    ("phone", "region", "digits"),
    [
        ("+442079460000", "GB", "2079460000"),
        ("+442079460000", "DE", "442079460000"),
        ("+442079460000", "", "442079460000"),
        ("+29041234", "SH", "29041234"),
        ("ask", "GB", ""),
    ],
)
def test_a_number_is_looked_for_by_what_all_ways_to_write_it_have(
    phone: str, region: str, digits: str
) -> None:
    assert common_digits(phone, region) == digits


@pytest.mark.parametrize(
    "typed", ["020 7946 0000", "(020) 79 46 00 00", "+44 (0)20 7946 0000", "0044-20-79460000"]
)
def test_a_person_whose_number_has_no_country_is_found_where_the_region_is_set(
    desk: Desk, typed: str
) -> None:
    desk = desk.with_settings(phone_region="GB")
    desk.ask("POST", "contacts/persons", person("Wanda", "old@phone.invalid", typed))

    desk.contact(contact(2, name="Wanda", phone="+442079460000"))

    assert len(desk.state.persons) == 1
    assert desk.state.persons[1]["contact_numbers"] == [{"value": typed, "label": "work"}]


def test_a_national_number_from_chatwoot_is_stored_with_its_country(desk: Desk) -> None:
    desk.with_settings(phone_region="GB").contact(contact(name="Wanda", phone="020 7946 0000"))

    assert desk.state.persons[1]["contact_numbers"] == [{"value": "+442079460000", "label": "work"}]


@pytest.mark.parametrize("typed", ["JANE.DOE@EXAMPLE.COM", "JaneDOE@example.com"])
def test_a_person_whose_address_is_all_in_capitals_is_found_without_another_call(
    desk: Desk, typed: str
) -> None:
    desk.ask("POST", "contacts/persons", person("Jane", typed, "+4477009001"))

    desk.contact(contact(name="Jane", email=typed.lower()))

    assert desk.calls[:1] == ["GET /contacts/persons/search"]
    assert len(desk.state.persons) == 1


def test_an_address_that_ends_like_anothers_is_not_taken(desk: Desk) -> None:
    desk.ask("POST", "contacts/persons", person("Ann", "joann@example.com", "+4477009001"))

    desk.contact(contact(name="Ann", email="ann@example.com"))

    assert len(desk.state.persons) == 2


def test_a_customer_is_found_among_many_whose_addresses_end_like_theirs(desk: Desk) -> None:
    for number in range(60):
        stranger = person("Stranger", f"no{number}an@example.com", f"+44770090{number:04}")
        desk.ask("POST", "contacts/persons", stranger)
    desk.ask("POST", "contacts/persons", person("Ann", "an@example.com", "+447700909999"))

    outcome = desk.contact(contact(name="Ann", email="an@example.com"))

    assert desk.calls[:2] == ["GET /contacts/persons/search"] * 2
    assert ("person", "61") in [(one.kind, one.remote_id) for one in outcome.changes]
    assert len(desk.state.persons) == 61


def person(name: str, email: str, phone: str) -> dict[str, object]:
    """Return a person as a salesperson types it."""
    return {
        "name": name,
        "emails": [{"value": email, "label": "work"}],
        "contact_numbers": [{"value": phone, "label": "work"}],
    }
