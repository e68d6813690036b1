"""Which person a customer is: by address or phone, however it is typed, and whoever else has it."""

from __future__ import annotations

import pytest

from crmhost_krayin import persons
from crmhost_krayin.finders.persons import Found, find_person

from .crm import JANE, Desk, contact


def test_a_whatsapp_customer_has_a_placeholder_until_the_address_is_known(desk: Desk) -> None:
    desk.contact(contact(name="Wanda", phone="+447700900555"))
    before = desk.state.persons[1]["emails"]

    desk.contact(contact(name="Wanda", phone="+447700900555", email="wanda@example.com"))

    assert before == [{"value": "447700900555@phone.invalid", "label": "work"}]
    assert desk.state.persons[1]["emails"] == [{"value": "wanda@example.com", "label": "work"}]


def test_a_phone_alone_is_not_enough_where_the_person_has_an_address(desk: Desk) -> None:
    """Whoever writes from a shared number need not be Jane."""
    desk.contact(contact(1, **JANE))

    outcome = desk.contact(contact(2, name="Jane on WhatsApp", phone=JANE["phone"]))

    assert desk.calls == ["GET /contacts/persons/search", "POST /leads"]
    assert desk.state.persons[2]["contact_numbers"] == desk.no_phone(2)
    assert "Krayin won't take the phone: somebody else has it." in {change.note for change in outcome.changes}


def test_a_phone_alone_is_enough_where_the_person_has_only_a_placeholder(desk: Desk) -> None:
    desk.contact(contact(1, name="Wanda", phone="+447700900555"))

    desk.contact(contact(2, name="Wanda Fox", phone="+447700900555", email="wanda@example.com"))

    assert len(desk.state.persons) == 1
    assert desk.state.persons[1]["emails"] == [{"value": "wanda@example.com", "label": "work"}]


def test_two_customers_who_share_a_phone_stay_two(desk: Desk) -> None:
    desk.contact(contact(1, name="Ann", email="ann@example.com", phone="+447700900555"))

    outcome = desk.contact(contact(2, name="Ben", email="ben@example.com", phone="+447700900555"))

    assert desk.calls == ["GET /contacts/persons/search", "POST /leads"]
    assert desk.state.persons[2]["contact_numbers"] == desk.no_phone(2)
    assert "Krayin won't take the phone: somebody else has it." in {change.note for change in outcome.changes}


def test_a_new_phone_that_is_someone_elses_does_not_stop_the_rest(desk: Desk) -> None:
    desk.contact(contact(1, name="Ann", email="ann@example.com", phone="+447700900555"))
    desk.contact(contact(2, name="Ben", email="ben@example.com"))

    desk.contact(contact(2, name="Benjamin", email="ben@example.com", phone="+447700900555"))

    assert desk.state.persons[2]["name"] == "Benjamin"
    assert desk.state.persons[2]["contact_numbers"] == desk.no_phone(2)


def test_an_address_that_came_to_belong_to_someone_else_is_left_with_them(desk: Desk) -> None:
    desk.contact(contact(1, name="Ann", email="ann@example.com"))
    desk.contact(contact(2, name="Ben", email="ben@example.com"))

    desk.contact(contact(2, name="Benjamin", email="ann@example.com"))

    assert desk.state.persons[2]["name"] == "Benjamin"
    assert [row["value"] for row in desk.state.persons[2]["emails"]] == ["ben@example.com"]


def blind_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the first search find nobody: whom it would find is made a moment later."""
    searches = iter([Found()])
    monkeypatch.setattr(persons, "find_person", lambda *args: next(searches, None) or find_person(*args))


def test_a_person_made_by_another_between_search_and_create_is_linked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.contact(contact(1, **JANE))
    blind_at_first(monkeypatch)

    outcome = desk.contact(contact(2, **JANE))

    assert [(change.kind, change.action) for change in outcome.changes] == [
        ("person", "linked"),
        ("lead", "linked"),
    ]
    assert len(desk.state.persons) == 1


def test_a_phone_that_became_taken_between_search_and_create_is_left_out(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.contact(contact(1, **JANE))
    blind_at_first(monkeypatch)

    desk.contact(contact(2, name="Ben", email="ben@example.com", phone=JANE["phone"]))

    assert desk.state.persons[2]["contact_numbers"] == desk.no_phone(2)


@pytest.mark.parametrize("typed", ["Jane.Doe@Example.com", "Jane.doe@example.com"])
def test_a_person_whose_address_was_typed_with_capitals_is_found(desk: Desk, typed: str) -> None:
    desk.contact(contact(1, name="Jane", email="jane.doe@example.com"))
    desk.state.persons[1]["emails"] = [{"value": typed, "label": "work"}]

    desk.contact(contact(2, **JANE))

    assert len(desk.state.persons) == 1
    assert desk.state.persons[1]["emails"] == [{"value": typed, "label": "work"}]


@pytest.mark.parametrize(
    "typed", ["+44 7700 900123", "+44 (7700) 900-123", "0044.7700.900123", "447700900123"]
)
def test_a_person_whose_phone_was_typed_otherwise_is_found(desk: Desk, typed: str) -> None:
    desk.contact(contact(1, name="Wanda", phone="+447700900123"))
    person = desk.state.persons[1]
    person["contact_numbers"] = [{"value": typed, "label": "work"}]
    person["emails"] = [{"value": "old@phone.invalid", "label": "work"}]

    desk.contact(contact(2, name="Wanda", phone="+447700900123"))

    assert len(desk.state.persons) == 1
    assert desk.state.persons[1]["contact_numbers"] == [{"value": typed, "label": "work"}]


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ({"phone": "+4477009001234"}, {"phone": "+447700900123"}),
        ({"email": "bnna@example.com"}, {"email": "anna@example.com"}),
    ],
)
def test_a_stranger_whom_a_wildcard_brought_is_not_taken(
    desk: Desk, theirs: dict[str, str], ours: dict[str, str]
) -> None:
    desk.contact(contact(1, name="Ann", **theirs))

    desk.contact(contact(2, name="Ben", **ours))

    assert [row["name"] for row in desk.state.persons.values()] == ["Ann", "Ben"]
