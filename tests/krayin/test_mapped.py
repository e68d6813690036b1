"""Mapped attributes of persons: written, kept up to date, and left where the sales team changed them."""

from __future__ import annotations

from typing import Any

import pytest

from crmhost_krayin.mappers import customer
from crmhost_krayin.settings import Attribute

from .crm import JANE, Desk, contact
from .test_phones import person


@pytest.fixture
def mapping(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A Krayin whose persons have a plan (a text) and seats (a number), as Chatwoot's custom attributes."""

    def values(_settings: Any, _entity: Any, contact: Any, _conversation: Any) -> dict[str, Any]:
        return {code: contact.custom_attributes[code] for code in TYPES if code in contact.custom_attributes}

    monkeypatch.setattr(customer, "attribute_values", values)
    found = tuple(
        Attribute(
            entity="persons", id=desk.make_attribute("persons", code, type=type_), code=code, type=type_
        )
        for code, type_ in TYPES.items()
    )
    return desk.with_facts(attributes=found)


TYPES = {"plan": "text", "seats": "price", "since": "date", "seen": "datetime", "interests": "multiselect"}
COLUMNS = {"price": "float_value", "date": "date_value", "datetime": "datetime_value"}


def jane(**attributes: Any) -> Any:
    return contact(**JANE, custom_attributes=attributes)


def held(desk: Desk, code: str = "plan") -> Any:
    attribute = next(iter(desk.state.attributes.where(code=code)))
    return desk.attribute("persons", 1, attribute["id"], COLUMNS.get(attribute["type"], "text_value"))


def typed(desk: Desk, **values: Any) -> None:
    """Save Jane's card as a salesperson would, with these."""
    card = person("Jane Doe", "jane.doe@example.com", "+447700900123")
    desk.ask("PUT", "contacts/persons/1", {**card, **values})


@pytest.mark.parametrize("leads", [True, False])
def test_a_new_person_has_them_without_another_call(mapping: Desk, leads: bool) -> None:
    desk = mapping.with_settings(create_lead=leads)

    desk.contact(jane(plan="gold"))
    took = len(desk.calls)
    desk.contact(jane(plan="gold"))

    assert (held(desk), took, desk.calls) == ("gold", 2, [])


@pytest.mark.parametrize(
    ("code", "before", "after", "kept"),
    [
        ("plan", "gold", "silver; new", "silver; new"),
        ("plan", "gold: old", "silver", "silver"),
        ("plan", "zlatý" * 100, "silver", "silver"),
        ("seats", 12, 13.5, "13.5000"),
        ("since", "2026-12-01", "2026-12-02", "2026-12-02"),
        ("seen", "2026-12-01 10:00:00", "2026-12-01 11:30:00", "2026-12-01 11:30:00"),
        ("interests", ["1", "2"], ["2"], "2"),
    ],
)
def test_one_that_changed_is_asked_for_and_written(
    mapping: Desk, code: str, before: Any, after: Any, kept: str
) -> None:
    mapping.contact(jane(**{code: before}))

    mapping.contact(jane(**{code: after}))

    assert held(mapping, code) == kept
    assert mapping.calls == [
        "GET /contacts/persons",
        "GET /contacts/persons/search",
        "PUT /contacts/persons/1",
    ]


def test_one_that_the_sales_team_changed_stays_and_that_is_told_once(mapping: Desk) -> None:
    mapping.contact(jane(plan="gold"))
    typed(mapping, plan="platinum")

    outcome = mapping.contact(jane(plan="silver"))
    mapping.contact(jane(plan="silver"))

    assert held(mapping) == "platinum"
    assert "The sales team's plan stays." in {change.note for change in outcome.changes}
    assert mapping.calls == []


@pytest.mark.parametrize(
    ("rule", "value", "calls"),
    [
        ("merge", "platinum", 2),
        ("chatwoot_wins", "silver", 2),
        ("fill_empty", "platinum", 2),
        ("never", "platinum", 1),
    ],
)
def test_a_rule_decides(mapping: Desk, rule: str, value: str, calls: int) -> None:
    mapping.contact(jane(plan="gold"))
    typed(mapping, plan="platinum")

    desk = mapping.with_settings(field_rules={"person.plan": rule})
    desk.contact(jane(plan="silver"))

    assert (held(desk), len(desk.calls)) == (value, calls)


def test_one_that_only_fills_gaps_does_not_follow(mapping: Desk) -> None:
    desk = mapping.with_settings(field_rules={"person.plan": "fill_empty"})
    desk.contact(jane(plan="gold"))

    desk.contact(jane(plan="silver"))

    assert held(desk) == "gold"


def test_one_that_is_never_to_be_written_is_not_even_in_a_new_person(mapping: Desk) -> None:
    mapping.with_settings(field_rules={"person.plan": "never"}).contact(jane(plan="gold"))

    assert held(mapping) is None


@pytest.mark.parametrize("rule", ["merge", "fill_empty"])
def test_a_person_who_was_there_gets_only_what_krayin_has_nothing_of(mapping: Desk, rule: str) -> None:
    desk = mapping.with_settings(field_rules={"person.plan": rule, "person.seats": rule})
    card = person("Jane Doe", "jane.doe@example.com", "+447700900123")
    desk.ask("POST", "contacts/persons", {**card, "plan": "platinum"})

    outcome = desk.contact(jane(plan="gold", seats=12))

    assert (held(desk), held(desk, "seats")) == ("platinum", "12.0000")
    told = any("The sales team's plan stays." in change.note for change in outcome.changes)
    assert told is (rule == "merge")


def test_one_that_setup_knows_nothing_of_is_left(mapping: Desk) -> None:
    mapping.contact(jane(plan="gold"))

    mapping.with_facts(attributes=()).contact(jane(plan="silver"))

    assert held(mapping) == "gold"


def test_what_chatwoot_says_no_more_is_not_removed(mapping: Desk) -> None:
    mapping.contact(jane(plan="gold"))

    mapping.contact(jane())

    assert (held(mapping), mapping.calls) == ("gold", [])
