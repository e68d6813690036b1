"""A conversation becomes two activities: each once, whatever arrives how often."""

from __future__ import annotations

import pytest

from crmhost import Message

from ..krayin.crm import contact
from .crm import JANE, Chatwoot, Connection, ended, opened, said, told

POST = "POST Create"


@pytest.fixture
def known(connection: Connection) -> Connection:
    """A connection to which Jane is known."""
    connection.contact(JANE)
    return connection


def asking_chatwoot(connection: Connection, *messages: object) -> Connection:
    connection.chatwoot = Chatwoot({731: tuple(map(Message.model_validate, messages))})
    return connection


def test_its_beginning_is_noted_once(known: Connection) -> None:
    known.chatwoot_url = "https://chat.example.com"

    assert told(known.created(opened(created_at=1781773961))) == ["note created"]
    assert known.calls == [POST]
    assert told(known.created(opened())) == ["note left"]
    assert known.calls == []
    assert known.notes() == [
        "New conversation started on Chatwoot\n\n"
        "Channel: WebWidget\n"
        "Created: 2026-06-18 14:42:41\n"
        "Conversation ID: 731\n"
        "View in Chatwoot: https://chat.example.com/app/accounts/3/conversations/731"
    ]


def test_an_activity_has_the_code_of_its_type_and_is_the_leads(known: Connection) -> None:
    known.created(opened())
    known.resolved(ended(said(1, "Bye")))

    lead_id = known.store.known["contact:5821", "lead"].remote_id
    activities = [(one["ActivityEvent"], one["RelatedProspectId"]) for one in known.account.activities]
    assert activities == [(1001, lead_id), (1002, lead_id)]


def test_its_end_is_noted_with_all_that_was_said(known: Connection) -> None:
    asking_chatwoot(known, said(1, "Hello"), said(2, "Psst") | {"private": True}, said(3, "Hi", agent=True))

    assert told(known.resolved(ended(said(3, "Hi", agent=True)))) == ["transcript created"]
    assert known.calls == [POST]
    assert known.notes()[0].endswith("Transcript:\nSam: Hi\n\nJane: Hello")


def test_without_chatwoots_token_a_transcript_has_the_last_message(known: Connection) -> None:
    known.resolved(ended(said(3, "Bye")))

    assert known.notes()[0].endswith("Transcript:\nJane: Bye")


def test_a_chatwoot_that_knows_no_messages_is_no_reason_to_have_none(known: Connection) -> None:
    asking_chatwoot(known).resolved(ended(said(3, "Bye")))

    assert known.notes()[0].endswith("Transcript:\nJane: Bye")


def test_the_same_end_again_is_no_call(known: Connection) -> None:
    known.resolved(ended(said(3, "Bye")))

    assert told(known.resolved(ended(said(3, "Bye")))) == ["transcript left"]
    assert known.calls == []


def test_an_end_without_words_is_noted_once(known: Connection) -> None:
    outcomes = [told(known.resolved(ended())) for _ in range(2)]

    assert outcomes == [["transcript created"], ["transcript left"]]
    assert known.notes() == ["No messages in conversation"]


def test_of_a_conversation_that_was_reopened_only_what_is_new_is_noted(known: Connection) -> None:
    asking_chatwoot(known, said(1, "Hello")).resolved(ended())

    asking_chatwoot(known, said(1, "Hello"), said(2, "One thing more")).resolved(ended())

    assert [note.partition("Transcript:\n")[2] for note in known.notes()] == [
        "Jane: Hello",
        "Jane: One thing more",
    ]
    assert told(known.resolved(ended())) == ["transcript left"]


@pytest.mark.parametrize("kind", ["conversation", "transcript"])
def test_what_the_settings_do_not_want_is_not_noted(known: Connection, kind: str) -> None:
    known.set_up(**{f"enable_{kind}_activity": False})

    outcome = known.created(opened()) if kind == "conversation" else known.resolved(ended(said(1, "Bye")))

    assert outcome.state == "ignored"
    assert known.calls == []


def test_a_conversation_of_somebody_who_is_not_there_is_not_noted(connection: Connection) -> None:
    stranger = contact(7, name="spring-water-12")

    assert connection.created(opened(sender=stranger)).state == "ignored"
    assert connection.calls == []
