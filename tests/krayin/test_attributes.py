"""Mapped attributes: Chatwoot's values as Krayin takes them, and what is said where they do not fit."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from crmhost import Contact, Conversation
from crmhost_krayin import KrayinSettings
from crmhost_krayin.mappers.attribute_types import TYPES
from crmhost_krayin.mappers.attributes import attribute_problems, attribute_values
from crmhost_krayin.mappers.reading import number_of
from crmhost_krayin.mappers.transforms import STEPS
from crmhost_krayin.settings import Attribute
from crmhost_krayin.settings.mapping import TRANSFORMS

from .crm import conversation


def settings(mapping: str, **given: Any) -> KrayinSettings:
    return KrayinSettings(
        **{"api_url": "https://crm.example.com", "api_token": "3|abc", "attributes": mapping, **given}
    )


def attribute(type_: str, **options: int) -> Attribute:
    return Attribute(entity="persons", id=61, code="thing", type=type_, options=options)


def fitted(type_: str, value: Any, steps: str = "", **given: Any) -> Any:
    """Return what an attribute of this type gets for the contact attribute's value."""
    options = given.pop("options", {})
    facts = {"attributes": [attribute(type_, **options)], "timezone": "Asia/Kolkata"}
    chosen = settings(f"person.thing=contact.it{steps}", facts=facts, **given)
    return attribute_values(chosen, "persons", Contact(id=1, custom_attributes={"it": value})).get("thing")


def problems(type_: str, value: Any, steps: str = "", **options: int) -> list[str]:
    chosen = settings(f"person.thing=contact.it{steps}", facts={"attributes": [attribute(type_, **options)]})
    return attribute_problems(chosen, "persons", Contact(id=1, custom_attributes={"it": value}))


@pytest.mark.parametrize(
    ("type_", "value", "kept"),
    [
        ("text", " Gold\nplan ", "Gold plan"),
        ("text", 12.0, "12"),
        ("text", 0.1, "0.1"),
        ("text", True, "yes"),
        ("text", ["a", "", "b"], "a, b"),
        ("text", "é" * 40_000, "é" * 32_767),
        ("textarea", " one\r\n\r\ntwo ", "one\n\ntwo"),
        ("price", "1,234.50 €", 1234.5),
        ("price", "CZK 1 234,567891", 1234.5679),
        ("price", "1,200", 1200),
        ("price", 99.99, 99.99),
        ("price", 0, 0),
        ("boolean", True, 1),
        ("boolean", "No", 0),
        ("boolean", 1, 1),
        ("select", "  gOLD ", 7),
        ("multiselect", ["Gold", "silver"], [7, 8]),
        ("checkbox", "silver, gold", [7, 8]),
        ("date", "2026-01-05", "2026-01-05"),
        ("date", "31.12.2026", "2026-12-31"),
        ("date", "2026-01-04T23:00:00.000Z", "2026-01-05"),
        ("date", 1767567600, "2026-01-05"),
        ("datetime", "2026-01-05T10:00:00Z", "2026-01-05 15:30:00"),
        ("datetime", "2026-01-05T10:00", "2026-01-05 14:30:00"),
        ("datetime", "2026-07-05", "2026-07-05 03:30:00"),
    ],
)
def test_a_value_is_written_as_its_type_takes_it(type_: str, value: Any, kept: Any) -> None:
    options = {"gold": 7, "silver": 8}

    assert fitted(type_, value, timezone="Europe/Prague", options=options) == kept


def test_every_type_that_can_be_written_is_tried_above() -> None:
    (mark,) = test_a_value_is_written_as_its_type_takes_it.pytestmark

    assert {case[0] for case in mark.args[1]} == TYPES.keys()


@pytest.mark.parametrize("value", [None, "", "  ", [], {}, ["", None]])
@pytest.mark.parametrize("type_", TYPES)
def test_what_is_empty_in_chatwoot_is_left_as_it_is_in_krayin(type_: str, value: Any) -> None:
    assert fitted(type_, value) is None
    assert problems(type_, value) == []


@pytest.mark.parametrize(
    ("type_", "value", "clause"),
    [
        ("price", "much", "is no number (much)"),
        ("price", "12k", "is no number (12k)"),
        ("price", "-5", "is a number that Krayin does not take (-5)"),
        ("price", 10**12, "is a number that Krayin does not take (1000000000000)"),
        ("price", float("nan"), "is no number (nan)"),
        ("boolean", "perhaps", "is neither yes nor no (perhaps)"),
        ("select", "Platinum", "is none of its options (Platinum)"),
        ("date", "03/04/2026", "is no date (03/04/2026)"),
        ("date", 10**30, "is no date (1000000000000000000000000000000)"),
        ("datetime", "2026-01-05", "is a time, and Krayin's time zone is not known; set server_timezone"),
        ("text", {"a": 1}, "is a group of values; name one of them, such as contact.social_profiles.twitter"),
        ("lookup", "x", "has no place: setup did not find the attribute; see crmhost check"),
    ],
)
def test_a_value_that_does_not_fit_is_left_out_and_told(type_: str, value: Any, clause: str) -> None:
    assert problems(type_, value, gold=7) == [f"person.thing: contact.it {clause}."]
    assert clause.startswith("is a time") or fitted(type_, value) is None


def test_of_several_choices_those_that_krayin_has_are_written() -> None:
    value = ["gold", "vip"]

    assert fitted("multiselect", value, options={"gold": 7}) == [7]
    assert problems("multiselect", value, gold=7) == [
        "person.thing: contact.it has what is none of its options (vip)."
    ]


@pytest.mark.parametrize(
    ("steps", "value", "kept"),
    [
        ("|strip", "a \n  b", "a b"),
        ("|lower", "ABC", "abc"),
        ("|upper", ["ab", "c"], "AB, C"),
        ("|title", "ANNA mae", "Anna Mae"),
        ("|truncate:5", "abcdefg", "abcd…"),
        ("|truncate:5", "abcde", "abcde"),
        ("|first", ["", "x", "y"], "x"),
        ("|first", "x y", "x y"),
        ("|join", ["x", "y"], "x, y"),
        ("|join:;", ["x", "", "y"], "x;y"),
        ("|number", "1.234,50", "1234.5"),
        ("|yes_no", "on", "yes"),
        ("|date", "2026-01-05T23:30:00Z", "2026-01-06"),
        ("|date:%d/%m/%Y", "03/04/2026", "2026-04-03"),
        ("|map:free>Basic;PRO>Professional", "pro", "Professional"),
        ("|map:free>Basic", "pro", "pro"),
        ("|map:free>Basic;*>Other", "pro", "Other"),
        ("|map:free>Basic;*>", "pro", None),
        ("|map:a>x", ["a", "b"], "x, b"),
        ("|default:none yet", "", "none yet"),
        ("|default:none yet", "some", "some"),
        ("|map:free>|default:no plan|upper", "Free", "NO PLAN"),
        (" | lower | truncate: 3", "ABCD", "ab…"),
    ],
)
def test_a_transform_does_what_its_name_says(steps: str, value: Any, kept: str | None) -> None:
    assert fitted("text", value, steps, timezone="Europe/Prague") == kept


def test_every_transform_that_can_be_named_is_there_and_tried_above() -> None:
    (mark,) = test_a_transform_does_what_its_name_says.pytestmark

    tried = {case[0].strip(" |").partition(":")[0].partition("|")[0].strip() for case in mark.args[1]}
    assert list(TRANSFORMS) == list(STEPS)
    assert tried == TRANSFORMS.keys()


@pytest.mark.parametrize(
    ("text", "number"),
    [("1,234", "1234"), ("1,23", "1.23"), ("1.234", "1.234"), ("1.234.567", "1234567"), ("1'234.5", "1234.5"),
     ("100,-", "100"), ("1 234 Kč", "1234"), ("$5", "5"), ("-3.5", "-3.5"), ("5 %", "5")],
)  # fmt: skip
def test_a_number_is_read_as_people_write_it(text: str, number: str) -> None:
    assert str(number_of(text)) == number


CUSTOMER = Contact(
    id=5821,
    name="Anna",
    identifier="A-17",
    custom_attributes={"plan": "gold", "name": "shadowed"},
    additional_attributes={"plan": "lead", "city": "Brno", "social_profiles": {"twitter": "anna"}},
)


def talk(**fields: Any) -> Conversation:
    return conversation(731, CUSTOMER, **fields)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("contact.name", "Anna"),
        ("contact.identifier", "A-17"),
        ("contact.plan", "gold"),
        ("contact.city", "Brno"),
        ("contact.social_profiles.twitter", "anna"),
        ("additional.plan", "lead"),
        ("additional.page", "/pricing"),
        ("conversation.page", "/pricing"),
        ("conversation.budget", "500"),
        ("conversation.id", "731"),
        ("conversation.channel", "WebWidget"),
        ("conversation.labels", "vip, hot"),
        ("conversation.created_at", "2026-01-05 11:00"),
        ("conversation.team", None),
    ],
)
def test_a_source_is_a_field_or_an_attribute(source: str, value: str | None) -> None:
    facts = {"attributes": [attribute("text")]}
    chosen = settings(f"person.thing={source}", facts=facts, timezone="Europe/Prague")
    begun = talk(
        channel="Channel::WebWidget",
        labels=["vip", "hot"],
        created_at=1767607200,
        custom_attributes={"budget": 500},
        additional_attributes={"page": "/pricing", "plan": "conversation's"},
    )

    assert attribute_values(chosen, "persons", CUSTOMER, begun).get("thing") == value


@pytest.mark.parametrize("source", ["conversation.budget", "conversation.id", "additional.page"])
def test_without_a_conversation_nothing_is_known_of_it_not_even_a_default(source: str) -> None:
    facts = {"attributes": [attribute("text")]}
    chosen = settings(f"person.thing={source}|default:none", facts=facts)

    assert attribute_values(chosen, "persons", CUSTOMER) == {}
    assert attribute_values(chosen, "persons", CUSTOMER, talk()) != {}


def test_persons_and_leads_get_what_is_mapped_to_them() -> None:
    facts = {"attributes": [attribute("text"), {**attribute("text").model_dump(), "entity": "leads"}]}
    chosen = settings("person.thing=contact.plan, lead.thing=contact.city", facts=facts)

    assert attribute_values(chosen, "persons", CUSTOMER) == {"thing": "gold"}
    assert attribute_values(chosen, "leads", CUSTOMER) == {"thing": "Brno"}


@pytest.mark.parametrize(
    ("mapping", "clause"),
    [
        ("plan=contact.plan", "plan is no attribute; name one such as person.plan or lead.budget"),
        ("deal.plan=contact.plan", "deal.plan is no attribute"),
        ("person.my plan=contact.plan", "person.my plan is no attribute"),
        ("person.job_title=contact.job", "person.job_title is Krayin's own"),
        ("lead.expected_close_date=contact.date", "lead.expected_close_date is Krayin's own"),
        ("person.plan=plan", "person.plan has no source plan"),
        ("person.plan=", "person.plan has no source"),
        ("person.plan=contact.", "person.plan has no source contact."),
        ("person.plan=contact.plan|shout", "there is no transform shout"),
        ("person.plan=contact.plan|lower:3", "the transform lower takes nothing after a colon"),
        ("person.plan=contact.plan|truncate", "the transform truncate needs a number"),
        ("person.plan=contact.plan|truncate:0", "the transform truncate needs a number"),
        ("person.plan=contact.plan|default:", "the transform default needs a text"),
        ("person.plan=contact.plan|map:a", "the transform map needs pairs"),
        ("person.plan=contact.plan|date:dd/mm", "the transform date takes a form"),
        ("person.plan=contact.plan|date:%Y-%Q", "the transform date takes a form"),
    ],
)
def test_a_mapping_that_cannot_be_read_is_refused_in_a_clause(mapping: str, clause: str) -> None:
    with pytest.raises(ValidationError) as refused:
        settings(mapping)

    (error,) = refused.value.errors()
    assert error["loc"] == ("attributes",)
    assert error["msg"].startswith(f"Value error, {clause}")


def test_a_date_beyond_any_calendar_is_told() -> None:
    value = date.max.isoformat() + "T23:59:59Z"

    assert problems("date", value) == []
    assert fitted("datetime", value) is None
