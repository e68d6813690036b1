"""Chatwoot's payloads and what becomes of them: add a file to samples/<mapper>/ to add a test.

A sample has the name of a Chatwoot payload, in data/chatwoot-payloads or samples/chatwoot, and holds
what the mapper makes of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from crmhost import Contact, Conversation
from crmhost_krayin import KrayinSettings
from crmhost_krayin.mappers.contact import contact_to_fields, contact_to_person
from crmhost_krayin.mappers.conversation import (
    conversation_to_activity,
    conversation_to_changes,
    conversation_to_comment,
    conversation_to_reference,
)
from crmhost_krayin.mappers.lead import texts_to_lead
from crmhost_krayin.mappers.message import is_shown
from crmhost_krayin.mappers.phone import is_same_phone
from crmhost_krayin.mappers.placeholders import is_placeholder
from crmhost_krayin.mappers.wanted import Wanted

SAMPLES = Path(__file__).parent / "samples"
PAYLOADS = (SAMPLES / "chatwoot", Path(__file__).parents[1] / "data" / "chatwoot-payloads")
PLACEHOLDER = "{digits}@phone.invalid"


def _person(payload: Any) -> dict[str, Any]:
    return contact_to_person(Contact.model_validate(payload), placeholder=PLACEHOLDER)


def _lead(payload: Any) -> dict[str, Any]:
    texts = _texts(Contact.model_validate(payload), lone=False)
    return texts_to_lead(texts, stage_id=1, source_id=2, type_id=1, person_id=7)


def _texts(contact: Contact, *, lone: bool, **chosen: Any) -> dict[str, str]:
    settings = KrayinSettings(api_url="https://crm.example.com", api_token=SecretStr("3|abc"), **chosen)
    return Wanted(settings, contact, None, {}, is_news=True, newest={}).texts(lone=lone)


def _activity(payload: Any) -> dict[str, Any]:
    conversation = Conversation.model_validate(payload)
    reference = conversation_to_reference(conversation, name="Chatwoot", account_id=3)
    comment = conversation_to_comment(conversation, list(filter(is_shown, conversation.messages)))
    activity = conversation_to_activity(conversation, type_="note", reference=reference)
    return activity | conversation_to_changes(conversation, type_="note", comment=comment, zone="UTC")


MAPPERS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "contact_to_person": _person,
    "contact_to_lead": _lead,
    "conversation_to_activity": _activity,
}
CASES = sorted(path.relative_to(SAMPLES) for name in MAPPERS for path in (SAMPLES / name).glob("*.json"))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_payload_becomes_what_its_sample_says(case: Path) -> None:
    payload = next(path for folder in PAYLOADS if (path := folder / case.name).exists())
    expected = json.loads((SAMPLES / case).read_text())

    assert expected == MAPPERS[case.parts[0]](json.loads(payload.read_text()))


def test_each_mapper_has_samples() -> None:
    assert {case.parts[0] for case in CASES} == set(MAPPERS)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"name": "Ann", "email": "ann@example.com"}, "Ann"),
        ({"email": "Ann@Example.com", "phone": "+4477"}, "ann@example.com"),
        ({"name": " \x00 ", "phone": "+4477"}, "+4477"),
        ({"name": "ž" * 300, "phone": "+4477"}, "ž" * 255),
    ],
)
def test_everybody_has_a_name_that_fits(fields: dict[str, str], name: str) -> None:
    assert contact_to_fields(Contact(id=1, **fields))["name"] == name


def test_a_lead_of_its_own_says_how_to_reach_the_customer() -> None:
    ann = Contact(id=1, email="ann@example.com", phone="+4477")

    lead = texts_to_lead(_texts(ann, lone=True), stage_id=1)

    assert lead["description"] == "ann@example.com, +4477"
    assert "person_id" not in lead


def test_where_organizations_are_left_out_a_lead_does_not_name_the_company() -> None:
    jane = Contact(id=1, email="jane@example.com", additional_attributes={"company_name": "Globex"})

    texts = _texts(jane, lone=True, sync_organizations=False)

    assert texts["description"] == "jane@example.com"


def test_a_lead_shows_a_phone_as_its_person_has_it() -> None:
    jane = Contact(id=1, phone="020 7946 0000")

    texts = _texts(jane, lone=True, phone_region="GB", lead_title="{phone}")

    assert (texts["title"], texts["description"]) == ("+442079460000", "+442079460000")


@pytest.mark.parametrize(
    ("theirs", "same"),
    [
        ("+44 (7700) 900-123", True),
        ("0044 7700.900123", True),
        ("447700900123", True),
        ("+4477009001234", False),
        ("07700 900123", False),
        ("", False),
    ],
)
def test_a_phone_is_its_digits_however_it_is_written(theirs: str, same: bool) -> None:
    assert is_same_phone(theirs, "+447700900123") is same


def test_no_digits_are_nobodys_phone() -> None:
    assert not is_same_phone("", "ext.")


@pytest.mark.parametrize(
    ("address", "stands_in"),
    [
        ("4477@phone.invalid", True),
        ("old-pattern@chat.invalid", True),
        ("4477@sms.example.com", True),
        ("ann4477@sms.example.com", False),
        ("ann@example.com", False),
    ],
)
def test_an_address_that_only_stands_for_one_is_known(address: str, stands_in: bool) -> None:
    assert is_placeholder(address, "{digits}@sms.example.com") is stands_in
