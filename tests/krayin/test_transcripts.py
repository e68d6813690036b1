"""What was said in a conversation, in its note: whole, in order, and within what Krayin keeps."""

from __future__ import annotations

import json
import re
from typing import Any
from unittest.mock import Mock

import pytest

from crmhost import TryAgain
from crmhost_krayin.mappers.markup import size

from .crm import Desk
from .talks import (
    ADDRESS,
    ANSWER,
    HELLO,
    Chatwoot,
    TalkDesk,
    acquainted,
    activities,
    ended,
    opened,
    saying,
)

SECRET = {
    "id": 40213,
    "content": "She buys a lot.",
    "message_type": 1,
    "private": True,
    "sender": {"name": "Sam"},
}
SYSTEM = {"id": 40214, "content": "Sam self-assigned this conversation", "message_type": 2}
TEMPLATE = {"id": 40212, "content": "We will get back to you soon.", "message_type": 3}
DELETED = {**ANSWER, "content": "This message was deleted", "content_attributes": {"deleted": True}}
PHOTO = {
    "id": 40216,
    "content": None,
    "message_type": 0,
    "created_at": 1781773961,
    "sender": {"name": "Jane"},
    "attachments": [
        {"file_type": "image", "data_url": "https://chat.example.com/photo.jpeg", "fallback_title": "photo"}
    ],
}


@pytest.fixture
def met(desk: Desk) -> TalkDesk:
    """A Krayin in which Jane is a person with a lead."""
    return acquainted(desk)


def comment(desk: TalkDesk) -> str:
    (note,) = activities(desk)
    return str(note["comment"])


def kept(desk: TalkDesk) -> Any:
    return desk.store.known["conversation:731", "activity"].written


def text(number: int, content: str, **fields: Any) -> dict[str, Any]:
    return {"id": number, "content": content, "message_type": 0, "sender": {"name": "Jane"}, **fields}


# From Chatwoot


def test_with_a_token_chatwoot_is_asked_for_all_that_was_said(met: TalkDesk) -> None:
    met.chatwoot = Chatwoot(HELLO, TEMPLATE, SECRET, SYSTEM, ANSWER, PHOTO)
    met.created(opened())

    met.resolved(ended())
    took = met.calls
    met.resolved(ended())

    assert (len(took), met.calls, met.chatwoot.asked) == (1, [], 2)
    assert comment(met).partition("</p>")[2] == (
        "<p><strong>Jane</strong></p><p>Do you offer &lt;b&gt;discounts&lt;/b&gt;?</p>"
        "<p><strong>Chatwoot</strong></p><p>We will get back to you soon.</p>"
        "<p><strong>Sam</strong></p><p>Yes - 15%.</p>"
        "<p><strong>Jane</strong>, 2026-06-18 09:12 UTC</p>"
        "<p>image: photo https://chat.example.com/photo.jpeg</p>"
    )


def test_a_conversation_never_seen_is_two_calls_with_all_that_was_said(met: TalkDesk) -> None:
    met.chatwoot = Chatwoot(HELLO, ANSWER)

    met.resolved(ended())

    assert met.calls == ["GET /activities", "POST /activities"]
    assert "discounts" in comment(met)


def test_reopened_and_resolved_again_the_same_note_has_the_rest(met: TalkDesk) -> None:
    met.chatwoot = Chatwoot(HELLO)
    met.resolved(ended(messages=[]))
    met.chatwoot.said = (HELLO, ANSWER)

    met.resolved(ended(messages=[]))

    assert len(met.calls) == 1
    assert "Yes - 15%." in comment(met)


def test_what_was_deleted_in_chatwoot_is_not_in_the_note(met: TalkDesk) -> None:
    met.chatwoot = Chatwoot(HELLO, DELETED)
    met.created(opened())

    met.resolved(ended())

    assert "deleted" not in comment(met)
    assert "15%" not in comment(met)


def test_a_chatwoot_that_knows_nothing_any_more_takes_nothing_away(met: TalkDesk) -> None:
    met.chatwoot = Chatwoot()
    met.created(opened())

    met.resolved(ended())

    assert "discounts" in comment(met)
    assert "Yes - 15%." in comment(met)


def test_while_chatwoot_is_away_nothing_is_written(met: TalkDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    met.chatwoot = Chatwoot()
    monkeypatch.setattr(met.chatwoot, "messages", Mock(side_effect=TryAgain("Chatwoot is away.")))

    with pytest.raises(TryAgain, match="Chatwoot is away"):
        met.resolved(ended())

    assert met.calls == []


def test_private_notes_are_there_and_marked_where_the_settings_say(met: TalkDesk) -> None:
    met = met.with_settings(private_notes=True, timezone="Europe/Prague")
    met.chatwoot = Chatwoot(HELLO, {**SECRET, "created_at": 1781773961})

    met.resolved(ended())

    assert "<p><strong>Sam</strong> (private note), 2026-06-18 11:12 CEST</p><p>She buys" in comment(met)


def test_without_transcripts_there_are_the_facts_only(met: TalkDesk) -> None:
    met = met.with_settings(transcript=False)
    met.chatwoot = Chatwoot(HELLO, ANSWER)
    met.created(opened())
    begun = comment(met)

    met.resolved(ended())

    assert "discounts" not in begun + comment(met)
    assert "Status:</strong> resolved" in comment(met)
    assert met.chatwoot.asked == 0
    assert kept(met)["messages"] == []


def test_a_note_says_whose_it_is_and_where_the_conversation_is(met: TalkDesk) -> None:
    met.chatwoot_url = "https://chat.example.com"

    met.created(opened())

    facts = comment(met).partition("</p>")[0]
    assert f"<strong>In Chatwoot:</strong> {ADDRESS}" in facts
    assert facts.endswith("Written by crmhost; notes of your own belong in activities of their own.")


# From webhooks


def test_a_message_is_kept_without_a_call_and_written_in_the_end(met: TalkDesk) -> None:
    met.created(opened())
    outcomes, took = [], []
    for message in (TEMPLATE, SECRET, SYSTEM, PHOTO):
        outcomes.append(met.said(saying(message)).state)
        took += met.calls
    before = comment(met)

    met.resolved(ended())

    assert (set(outcomes), took, len(met.calls)) == ({"unchanged"}, [], 1)
    assert "get back" not in before
    assert "self-assigned" not in comment(met)
    assert "She buys" not in comment(met)
    assert re.findall("discounts|get back|15%|photo.jpeg", comment(met)) == [
        "discounts",
        "get back",
        "15%",
        "photo.jpeg",
    ]


def test_a_message_without_an_activity_is_ignored(met: TalkDesk) -> None:
    assert met.said(saying(HELLO)).ignored == "Conversation 731 has no activity in Krayin."
    assert met.calls == []
    assert not met.store.intents


def test_an_edited_message_is_written_as_it_is_now(met: TalkDesk) -> None:
    met.created(opened())

    met.said(saying({**HELLO, "content": "Any rebates?"}))
    met.resolved(ended())

    assert "Any rebates?" in comment(met)
    assert "discounts" not in comment(met)


def test_a_deleted_message_goes_and_does_not_come_back(met: TalkDesk) -> None:
    met.created(opened())
    met.said(saying(ANSWER))
    met.said(saying(DELETED))
    met.said(saying(ANSWER))

    met.resolved(ended())

    assert "15%" not in comment(met)
    assert "deleted" not in comment(met)


def test_what_is_kept_stays_small_and_what_is_left_out_is_counted(met: TalkDesk) -> None:
    met.chatwoot_url = "https://chat.example.com"
    met.created(opened(messages=[text(1, "first" + "a" * 30_000)]))
    for number in range(2, 6):
        met.said(saying(text(number, f"number {number}" + "ž" * 10_000)))
    bytes_kept = size(json.dumps(kept(met), ensure_ascii=False))

    met.said(saying(text(1, "first" + "a" * 30_000)))  # once more, which counts once
    met.resolved(ended(messages=[text(6, "last")]))

    assert bytes_kept < 66_000
    assert f"<p>2 earlier messages are left out: {ADDRESS}</p>" in comment(met)
    assert re.findall(r"first|number \d|last", comment(met)) == ["number 3", "number 4", "number 5", "last"]


def test_what_an_older_release_kept_is_no_stumbling_block(met: TalkDesk) -> None:
    met.created(opened())
    kept(met).update(messages={"40211": "<p>Do you offer discounts?</p>"})

    met.resolved(ended())

    assert "Yes - 15%." in comment(met)
