"""The stand-in: what it holds as tables, and whether that is what it should be."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crmhost import Contact, Expected
from crmhost_krayin import KrayinSettings, conversations, differences, info, lead_making, persons, stand_in
from crmhost_krayin.clients.activities import Activities
from crmhost_krayin.mappers import conversation as conversation_mapper
from crmhost_krayin.mappers import markup
from crmhost_krayin.mappers.contact import contact_to_person
from crmhost_krayin.mappers.lead import texts_to_lead
from crmhost_krayin.stand_in import KrayinStandIn

from .crm import FOUND, Desk, contact, conversation

JANE = contact(1, name="Jane Doe", email="jane@example.com", phone="+447700900123", company="Globex Ltd")
WANDA = contact(2, name="Wanda", phone="+447700900555")
WORDS = "Do you offer <b>volume</b> discounts?\n\nThanks & bye"
TALK = conversation(731, JANE, status="resolved", messages=[{"id": 2, "content": WORDS}])
EXPECTED = Expected((JANE, WANDA, contact(3, name="a visitor")), (TALK,))


@pytest.fixture
def played(desk: Desk) -> tuple[KrayinStandIn, Desk]:
    """A stand-in to which all that is expected was delivered."""
    krayin = KrayinStandIn(rate_limit=1000)
    desk.stage.app = krayin.app
    settings = {**krayin.settings(desk.url), **FOUND}
    desk = Desk(desk.url, desk.stage, krayin.sandbox, desk.pool, settings)
    play(desk)
    return krayin, desk


def play(desk: Desk) -> None:
    """Deliver all that is expected."""
    for customer in (JANE, WANDA):
        desk.contact(customer)
    desk.created(conversation(731, JANE))
    desk.resolved(TALK)


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
        "Contact 1, Jane Doe, has the phone +447700900123, which is 0 times in Krayin instead of once.",
        "Contact 1, Jane Doe, is of Globex Ltd, and of none in Krayin.",
        "Contact 2, Wanda, has 0 leads instead of one.",
        "Person 3, Eve, is nobody's.",
        "Lead 3 is nobody's.",
        f"Activity {max(desk.state.activities)}, Chatwoot conversation 3/732, is nobody's.",
        "Conversation 731 is resolved, and its note does not say so.",
        "Conversation 731 has a note without the words «Do you offer <b>volume</b> discounts?».",
        "Conversation 731 has a note without the words «Thanks & bye».",
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


def test_organizations_too_many_or_made_twice_are_sentences(played: tuple[KrayinStandIn, Desk]) -> None:
    krayin, desk = played
    for number, name in ((98, "globex ltd"), (99, "Initech")):
        desk.state.organizations[number] = {**desk.state.organizations[1], "id": number, "name": name}

    assert krayin.differences(EXPECTED) == [
        "The company Globex Ltd is 2 organizations instead of one.",
        "Organization 99, Initech, is nobody's.",
    ]


def test_notes_of_two_accounts_are_a_sentence(played: tuple[KrayinStandIn, Desk]) -> None:
    krayin, desk = played
    other = conversation(732, JANE)
    desk.created(other)
    note = desk.state.activities[max(desk.state.activities)]
    note["title"], note["additional"] = (
        "Chatwoot conversation 4/732",
        '{"ref": "Chatwoot conversation 4/732"}',
    )

    assert krayin.differences(Expected(EXPECTED.contacts, (TALK, other))) == [
        "The notes are of the accounts 3, 4 instead of one."
    ]


def test_a_note_without_its_reference_is_a_sentence(played: tuple[KrayinStandIn, Desk]) -> None:
    krayin, desk = played
    for note in desk.state.activities.values():
        note["additional"] = None

    assert krayin.differences(EXPECTED) == ["Conversation 731 has a note without its reference."]


def test_a_shared_phone_may_be_on_one_card_only(played: tuple[KrayinStandIn, Desk]) -> None:
    krayin, desk = played
    ben: Contact = contact(5, name="Ben", email="ben@example.com", phone="+447700900123")
    desk.contact(ben)

    assert krayin.differences(Expected((*EXPECTED.contacts, ben), (TALK,))) == []


Change = Callable[..., Any]


def changed(function: Any, **values: Any) -> Change:
    """Return the function with a result that has these values instead; None leaves one out."""

    def wrong(*args: Any, **kwargs: Any) -> dict[str, Any]:
        result = {**function(*args, **kwargs), **values}
        return {key: value for key, value in result.items() if value is not None}

    return wrong


def named_by_email(contact: Contact, **options: Any) -> dict[str, Any]:
    person = contact_to_person(contact, **options)
    return {**person, "name": person["emails"][0]["value"]}


def with_cut_phones(contact: Contact, **options: Any) -> dict[str, Any]:
    person = contact_to_person(contact, **options)
    numbers = [{**row, "value": row["value"][:-1]} for row in person["contact_numbers"]]
    return {**person, "contact_numbers": numbers}


def linked_to_nobody(self: Activities, activity: dict[str, Any]) -> dict[str, Any]:
    return make_activity(self, {key: value for key, value in activity.items() if key != "lead_id"})


make_activity = Activities.create
CONTACT, LEAD = "contact_to_person", "texts_to_lead"


@pytest.mark.parametrize(
    ("where", "name", "broken", "sentence"),
    [
        pytest.param(
            persons,
            CONTACT,
            changed(contact_to_person, organization_name=None),
            "The company Globex Ltd is 0 organizations instead of one.",
            id="no organization is written",
        ),
        pytest.param(
            persons,
            CONTACT,
            named_by_email,
            "Contact 1, Jane Doe, is called jane@example.com in Krayin.",
            id="the name is the e-mail",
        ),
        pytest.param(
            persons,
            CONTACT,
            with_cut_phones,
            "Contact 1, Jane Doe, has the phone +447700900123, which is 0 times in Krayin instead of once.",
            id="the phones lose their last digit",
        ),
        pytest.param(
            markup,
            "escape",
            str,
            "Conversation 731 has a note with tags that are not ours: </b> <b>",
            id="HTML is not escaped",
        ),
        pytest.param(
            conversation_mapper,
            "messages_to_html",
            lambda *_, **__: "",
            "Conversation 731 has a note without the words «Do you offer <b>volume</b> discounts?».",
            id="the note has no messages",
        ),
        pytest.param(
            Activities,
            "create",
            linked_to_nobody,
            "Conversation 731 has a note that is not linked to the customer's lead.",
            id="the note is linked to nobody",
        ),
        pytest.param(
            lead_making,
            LEAD,
            changed(texts_to_lead, title="x"),
            "Contact 1, Jane Doe, has the lead 1, which is called x.",
            id="the lead is called x",
        ),
        pytest.param(
            lead_making,
            LEAD,
            changed(texts_to_lead, lead_pipeline_stage_id=3),
            "Contact 1, Jane Doe, has the lead 1, which is in stage 3.",
            id="the lead is in another stage",
        ),
        pytest.param(
            conversation_mapper,
            "status_to_html",
            lambda _: "",
            "Conversation 731 is resolved, and its note does not say so.",
            id="the status line is empty",
        ),
        pytest.param(
            conversations,
            "conversation_to_reference",
            lambda talk, **_: f"Chatwoot conversation {talk.id}",
            "Conversation 731 has 0 notes instead of one.",
            id="the title has no account",
        ),
    ],
)
def test_a_plugin_that_is_broken_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, where: Any, name: str, broken: Change, sentence: str
) -> None:
    krayin = KrayinStandIn(rate_limit=1000)
    desk.stage.app = krayin.app
    settings = {**krayin.settings(desk.url), **FOUND}
    monkeypatch.setattr(where, name, broken)

    play(Desk(desk.url, desk.stage, krayin.sandbox, desk.pool, settings))

    assert sentence in krayin.differences(EXPECTED)


def test_the_judge_uses_none_of_the_plugins_rules() -> None:
    imports = [
        node
        for node in ast.walk(ast.parse(Path(differences.__file__).read_text()))
        if isinstance(node, ast.ImportFrom) and node.level
    ]

    assert imports == []
