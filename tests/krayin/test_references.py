"""The unique reference attribute: with it Krayin itself keeps a contact from becoming two persons."""

from __future__ import annotations

from typing import Any

import pytest

from crmhost import Rejected
from crmhost_krayin import KrayinSettings
from crmhost_krayin.mappers.reference import contact_reference, conversation_reference_for_lead

from .crm import JANE, Desk, contact
from .test_phones import person

OURS = "Chatwoot-3-contact-5821"


@pytest.fixture
def referring(desk: Desk) -> Desk:
    """A Krayin whose persons have the attribute; ``reference`` reads it."""
    desk.make_attribute("persons", "chatwoot_ref", is_unique=1)
    return desk.with_facts(references=frozenset({"persons"}))


def reference(desk: Desk, person_id: int) -> Any:
    attributes = desk.state.attributes.where(code="chatwoot_ref")
    return desk.attribute("persons", person_id, next(iter(attributes))["id"])


@pytest.mark.parametrize("leads", [True, False])
def test_a_new_person_carries_the_reference(referring: Desk, leads: bool) -> None:
    referring.with_settings(create_lead=leads).contact(contact(**JANE))

    assert reference(referring, 1) == OURS


@pytest.mark.parametrize("leads", [True, False])
def test_a_person_who_was_renamed_and_got_another_address_is_found_though_the_links_were_lost(
    referring: Desk, leads: bool
) -> None:
    desk = referring.with_settings(create_lead=leads)
    desk.contact(contact(**JANE))
    renamed = person("Jane Smith-Doe", "jane@smith.example.com", "+447700900777")
    desk.ask("PUT", "contacts/persons/1", renamed)
    desk.store.known.clear()

    outcome = desk.contact(contact(**JANE))

    assert len(desk.state.persons) == 1
    assert desk.state.persons[1]["name"] == "Jane Smith-Doe"
    assert outcome.changes[0].action == "updated"
    assert "The sales team's name stays." in outcome.changes[0].note
    create = "POST /leads" if leads else "POST /contacts/persons"
    assert desk.calls[:4] == [
        "GET /contacts/persons/search",
        create,
        "GET /contacts/persons/search",
        "PUT /contacts/persons/1",
    ]
    assert len(desk.state.leads) == leads


def test_the_first_link_of_a_person_writes_the_reference_and_is_told_as_a_link(referring: Desk) -> None:
    referring.ask("POST", "contacts/persons", person("Jane Doe", "jane.doe@example.com", "+447700900123"))
    bare = JANE | {"company": None}

    outcome = referring.contact(contact(**bare))
    took = referring.calls
    referring.contact(contact(**bare))

    assert reference(referring, 1) == OURS
    assert took == ["GET /contacts/persons/search", "PUT /contacts/persons/1", "GET /leads", "POST /leads"]
    assert [(change.kind, change.action) for change in outcome.changes] == [
        ("person", "linked"),
        ("lead", "created"),
    ]
    assert referring.calls == []


def test_a_person_who_is_another_contacts_too_keeps_that_ones_reference(referring: Desk) -> None:
    referring.contact(contact(1, **JANE))

    referring.contact(contact(2, **JANE))

    assert reference(referring, 1) == "Chatwoot-3-contact-1"


def test_the_reference_decides_against_an_address_that_came_to_belong_to_someone_else(
    referring: Desk,
) -> None:
    referring.contact(contact(**JANE))
    referring.contact(contact(2, name="Ben", email="ben@example.com"))
    referring.store.known.clear()

    referring.contact(contact(**(JANE | {"email": "ben@example.com"})))

    links = referring.store.known
    assert links["contact:5821", "person"].remote_id == "1"
    assert [row["value"] for row in referring.state.persons[1]["emails"]] == ["jane.doe@example.com"]
    assert reference(referring, 2) == "Chatwoot-3-contact-2"


def test_a_customer_who_is_called_like_a_reference_is_not_taken_for_its_person(referring: Desk) -> None:
    referring.ask("POST", "contacts/persons", person(OURS, "eve@example.com", "+447700900999"))
    referring.contact(contact(**JANE))
    referring.ask("PUT", "contacts/persons/2", person("Jane", "j@example.com", "+447700900777"))
    referring.store.known.clear()

    referring.contact(contact(**JANE))

    assert referring.store.known["contact:5821", "person"].remote_id == "2"


def test_a_reference_that_is_taken_by_nobody_is_a_refusal(
    referring: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    referring.contact(contact(**JANE))
    referring.ask("PUT", "contacts/persons/1", person("Jane", "j@example.com", "+447700900777"))
    referring.store.known.clear()
    monkeypatch.setattr("crmhost_krayin.persons.find_referred", lambda *_: None)

    with pytest.raises(Rejected, match="chatwoot_ref"):
        referring.contact(contact(**JANE))


def test_without_the_attribute_nothing_is_said_of_it(desk: Desk) -> None:
    desk.contact(contact(**JANE))

    assert len(desk.calls) == 2


def test_references_are_made_of_letters_digits_and_dashes() -> None:
    settings = KrayinSettings(api_url="http://localhost", api_token="1|a", chatwoot_name="Jan's: Shop; 2")

    assert contact_reference(settings, 3, 5821) == "Jan-s-Shop-2-3-contact-5821"
    assert conversation_reference_for_lead(settings, 3, 731) == "Jan-s-Shop-2-3-conversation-731"
