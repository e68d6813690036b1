"""Titles, descriptions and values of leads, from the settings' templates."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from crmhost_krayin.mappers.attributes import attribute_values
from crmhost_krayin.mappers.sources import OF_CONTACT, OF_CONVERSATION
from crmhost_krayin.mappers.template import (
    amount,
    description,
    filled,
    known_of,
    places_of,
    title,
    unknown_places,
)
from crmhost_krayin.mappers.wanted import changes_of_sources
from crmhost_krayin.settings import KrayinSettings

from .crm import contact, conversation

ANN = contact(
    7,
    name="Ann Lee",
    email="Ann@Example.com",
    phone="+447700900123",
    company="Globex",
    custom_attributes={"plan": "pro", "seats": 12, "vip": True, "tags": ["a", "b"], "empty": ""},
).model_copy(update={"additional_attributes": {"company_name": "Globex", "city": "Brno", "plan": "old"}})
ANN.additional_attributes["social_profiles"] = {"twitter": "ann_lee"}
TALK = conversation(
    731,
    ANN,
    inbox_id=4,
    created_at=1767607200,
    custom_attributes={"budget": "1000"},
    additional_attributes={"referer": "/x"},
)


def settings(**fields: Any) -> KrayinSettings:
    return KrayinSettings(api_url="https://crm.example.com", api_token=SecretStr("1|x"), **fields)


def said(template: str) -> str:
    return filled(template, known_of(places_of(template), settings(timezone="Europe/Prague"), ANN, TALK))


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
        ("{contact.social_profiles.twitter}{contact.social_profiles}", "ann_lee"),
        ("{additional.plan} {additional.referer}", "old /x"),
        ("{conversation.created_at}", "2026-01-05 11:00"),
        ("{contact.name}", "Ann Lee"),
    ],
)
def test_a_template_is_filled_with_what_is_known(template: str, text: str) -> None:
    assert said(template) == text


def test_a_customers_own_braces_are_not_filled() -> None:
    assert filled("{name}", {"name": "{email}", "email": "x@y.cz"}) == "{email}"


def test_setup_is_told_which_places_are_unknown() -> None:
    template = "{name} {nmae} {contact.plan} {contact.} {deal.size} {conversation.x}"

    assert unknown_places(template) == ["nmae", "contact.", "deal.size"]


@pytest.mark.parametrize(
    "source",
    [
        *(f"contact.{name}" for name in (*OF_CONTACT, "plan", "city", "empty", "social_profiles.twitter")),
        *(f"conversation.{name}" for name in (*OF_CONVERSATION, "budget", "referer")),
        "additional.plan",
        "additional.referer",
    ],
)
def test_a_place_is_filled_with_what_the_same_source_says_to_an_attribute(source: str) -> None:
    text = {"entity": "leads", "id": 9, "code": "thing", "type": "text"}
    mapped = settings(
        attributes=f"lead.thing={source}", facts={"attributes": [text]}, timezone="Europe/Prague"
    )

    assert said(f"{{{source}}}") == (attribute_values(mapped, "leads", ANN, TALK).get("thing") or "")


def test_the_changes_of_what_a_template_names_are_waited_for() -> None:
    chosen = settings(
        lead_title="{name} {inbox} {contact.plan} {conversation.status}",
        lead_description="{conversation.team} {conversation.id}",
        lead_value="{conversation.budget}",
    )

    assert changes_of_sources(chosen) == {"status", "team", "custom_attributes"}
    assert changes_of_sources(settings(lead_title="{name} {inbox}")) == set()


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
