"""Titles, descriptions and values of leads, from the settings' templates."""

from __future__ import annotations

import pytest

from crmhost_krayin.mappers.template import (
    amount,
    description,
    filled,
    known_of_contact,
    known_of_conversation,
    needs_conversation,
    places_of,
    title,
    unknown_places,
)

from .crm import contact, conversation

ANN = contact(
    7,
    name="Ann Lee",
    email="Ann@Example.com",
    phone="+447700900123",
    company="Globex",
    custom_attributes={"plan": "pro", "seats": 12, "vip": True, "tags": ["a", "b"], "empty": ""},
).model_copy(update={"additional_attributes": {"company_name": "Globex", "city": "Brno", "plan": "old"}})
TALK = conversation(
    731, ANN, inbox_id=4, custom_attributes={"budget": "1000"}, additional_attributes={"referer": "/x"}
)


def said(template: str) -> str:
    places = places_of(template)
    return filled(template, known_of_contact(places, ANN, region="") | known_of_conversation(places, TALK))


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{name} ({company})", "Ann Lee (Globex)"),
        ("{email} {phone} {id}", "ann@example.com +447700900123 7"),
        ("inbox {inbox}: {conversation.budget}", "inbox 4: 1000"),
        ("{contact.plan}, {contact.city}, {contact.seats}", "pro, Brno, 12"),
        ("{contact.vip} {contact.tags}", "yes a, b"),
        ("[{contact.nothing}{contact.empty}{conversation.nothing}{nonsense}]", "[]"),
        ("{conversation.referer} {} {", "/x  {"),
    ],
)
def test_a_template_is_filled_with_what_is_known(template: str, text: str) -> None:
    assert said(template) == text


def test_a_customers_own_braces_are_not_filled() -> None:
    assert filled("{name}", {"name": "{email}", "email": "x@y.cz"}) == "{email}"


def test_setup_is_told_which_places_are_unknown() -> None:
    template = "{name} {nmae} {contact.plan} {contact.} {deal.size} {conversation.x}"

    assert unknown_places(template) == ["nmae", "contact.", "deal.size"]


def test_it_is_known_whether_a_conversation_is_needed() -> None:
    assert needs_conversation("{name}", "{conversation.x}")
    assert not needs_conversation("{name}", "{contact.x}")


@pytest.mark.parametrize(
    ("template", "name", "text"),
    [
        ("{x}", "Ann", "Ann"),
        (" \n ", "Ann", "Ann"),
        ("a\nb\t c", "Ann", "a b c"),
        ("ž" * 300, "A", "ž" * 255),
    ],
)
def test_a_title_is_one_line_that_krayin_keeps_whole(template: str, name: str, text: str) -> None:
    assert title(template, {}, name) == text


def test_a_description_is_cut_between_letters() -> None:
    text = description("ž" * 40_000, {})

    assert text == "ž" * 32_767


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", "0"),
        (None, "0"),
        ("0", "0"),
        ("0.0000", "0"),
        ("1000.0000", "1000"),
        (" 1000.50 ", "1000.5"),
        (12, "12"),
        (1.5, "1.5"),
        ("1.00005", "1.0001"),
        ("1e3", "1000"),
        ("99999999.9999", "99999999.9999"),
        ("100000000", None),
        ("-5", None),
        ("1,000", None),
        ("1_000", None),
        ("1 000", None),
        ("abc", None),
        ("NaN", None),
        ("Infinity", None),
        ("٣", None),
        ("1e999", None),
    ],
)
def test_a_value_is_a_number_that_krayin_takes(text: object, value: str | None) -> None:
    assert amount(text) == value
