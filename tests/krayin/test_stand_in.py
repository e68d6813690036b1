"""The stand-in: what it holds as tables, and whether that is what it should be."""

from __future__ import annotations

import pytest

from crmhost import Contact, Expected
from crmhost_krayin import KrayinSettings, info, stand_in
from crmhost_krayin.stand_in import KrayinStandIn

from .crm import FOUND, Desk, contact, conversation

JANE = contact(1, name="Jane Doe", email="jane@example.com", phone="+447700900123", company="Globex Ltd")
WANDA = contact(2, name="Wanda", phone="+447700900555")
TALK = conversation(731, JANE, status="resolved")
EXPECTED = Expected((JANE, WANDA, contact(3, name="a visitor")), (TALK,))


@pytest.fixture
def played(desk: Desk) -> tuple[KrayinStandIn, Desk]:
    """A stand-in to which all that is expected was delivered."""
    krayin = KrayinStandIn(rate_limit=1000)
    desk.stage.app = krayin.app
    settings = {**krayin.settings(desk.url), **FOUND}
    desk = Desk(desk.url, desk.stage, krayin.sandbox, desk.pool, settings)
    for customer in (JANE, WANDA):
        desk.contact(customer)
    desk.created(conversation(731, JANE))
    desk.resolved(TALK)
    return krayin, desk


def test_the_hook_gives_a_new_stand_in_each_time() -> None:
    assert stand_in() is not stand_in()


def test_its_settings_are_settings_of_the_plugin() -> None:
    assert info().settings is KrayinSettings
    KrayinSettings(**KrayinStandIn().settings("http://127.0.0.1:8090"))


def test_what_is_as_expected_has_no_differences(played: tuple[KrayinStandIn, Desk]) -> None:
    assert played[0].differences(EXPECTED) == []


def test_tables_are_rows_of_texts(played: tuple[KrayinStandIn, Desk]) -> None:
    tables = played[0].tables()

    assert tables["persons"][0] == {
        "id": "1",
        "name": "Jane Doe",
        "emails": "jane@example.com",
        "phones": "+447700900123",
        "organization": "Globex Ltd",
    }
    assert [row["name"] for row in tables["organizations"]] == ["Globex Ltd"]
    assert [row["person"] for row in tables["leads"]] == ["Jane Doe", "Wanda"]
    assert [row["title"] for row in tables["activities"]] == ["Chatwoot conversation 3/731"]


def test_each_kind_of_mistake_is_a_sentence(played: tuple[KrayinStandIn, Desk]) -> None:
    krayin, desk = played
    desk.contact(contact(4, name="Eve", email="eve@example.com"))
    desk.created(conversation(732, JANE))
    jane = desk.state.persons[1]
    jane["name"], jane["organization_id"], jane["contact_numbers"] = "Janet", None, []
    desk.state.leads.pop(2)
    for note in desk.state.activities.values():
        note["comment"] = "…"

    assert krayin.differences(EXPECTED) == [
        "Contact 1, Jane Doe, is called Janet in Krayin.",
        "Contact 1, Jane Doe, has the phone +447700900123, which is not on the card in Krayin.",
        "Contact 1, Jane Doe, is of Globex Ltd, and of none in Krayin.",
        "Contact 2, Wanda, has 0 leads instead of one.",
        "Person 3, Eve, is nobody's.",
        "Lead 3 is nobody's.",
        f"Activity {max(desk.state.activities)}, Chatwoot conversation 3/732, is nobody's.",
        "Conversation 731 is resolved, and its note does not say so.",
    ]


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        (
            Expected((*EXPECTED.contacts, contact(9, email="x@y.cz")), (TALK,)),
            "Contact 9, x@y.cz, is 0 persons instead of one.",
        ),
        (
            Expected(EXPECTED.contacts, (TALK, conversation(9, JANE))),
            "Conversation 9 has 0 notes instead of one.",
        ),
    ],
)
def test_what_is_missing_is_a_sentence(
    played: tuple[KrayinStandIn, Desk], missing: Expected, sentence: str
) -> None:
    assert played[0].differences(missing) == [sentence]


def test_a_person_made_twice_is_a_sentence(played: tuple[KrayinStandIn, Desk]) -> None:
    krayin, desk = played
    copy = dict(desk.state.persons[1], id=99)
    desk.state.persons[99] = copy

    assert krayin.differences(EXPECTED)[0] == "Contact 1, Jane Doe, is 2 persons instead of one."


def test_a_shared_phone_may_be_on_one_card_only(played: tuple[KrayinStandIn, Desk]) -> None:
    krayin, desk = played
    ben: Contact = contact(5, name="Ben", email="ben@example.com", phone="+447700900123")
    desk.contact(ben)

    assert krayin.differences(Expected((*EXPECTED.contacts, ben), (TALK,))) == []
