"""What was said in a conversation, in its note: whole, in order, and within what Krayin keeps."""

from __future__ import annotations

import json
import re
from typing import Any
from unittest.mock import Mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmhost import Message, TryAgain
from crmhost_krayin.mappers.conversation import COMMENT_LIMIT, conversation_to_comment
from crmhost_krayin.mappers.markup import plain, size
from crmhost_krayin.mappers.message import is_shown, messages_to_html
from crmhost_krayin.transcripts import Transcript

from .crm import Desk
from .talks import (
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
from .test_markup import HOSTILE, Reader

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
ADDRESS = "https://chat.example.com/app/accounts/3/conversations/731"


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


# Within what Krayin keeps


def messages(*contents: str) -> list[Message]:
    return [Message(id=number, content=content, sender="Jane") for number, content in enumerate(contents, 1)]


def test_only_the_newest_whole_messages_are_kept() -> None:
    html = messages_to_html(messages("one", "two" * 50, "three"), room=200, zone="UTC")

    assert html == (
        "<p>2 earlier messages are left out: see Chatwoot</p><p><strong>Jane</strong></p><p>three</p>"
    )


def test_one_that_is_left_out_is_one_message() -> None:
    html = messages_to_html(messages("one"), room=1_000, zone="UTC", earlier=1, address=ADDRESS)

    assert html.startswith(f"<p>1 earlier message is left out: {ADDRESS}</p>")


def test_a_message_that_could_never_be_whole_is_cut_to_what_the_newer_ones_leave() -> None:
    html = messages_to_html(messages("first", "&" * 9_000, "last"), room=5_000, zone="UTC")

    assert html.startswith("<p>1 earlier message is left out: see Chatwoot</p><p><strong>Jane</strong></p>")
    assert "&amp;…</p><p><strong>Jane</strong></p><p>last</p>" in html
    assert 4_900 < len(html) <= 5_000


def test_a_name_without_end_leaves_room_for_what_was_said() -> None:
    html = messages_to_html([Message(content="Hi", sender="J" * 70_000)], room=1_000, zone="UTC")

    assert html.endswith("J…</strong></p><p>Hi</p>")


def test_files_have_a_line_each_and_too_many_a_number() -> None:
    files = [{"file_type": "file", "url": f"https://x.example/{number}"} for number in range(17)]
    message = Message.model_validate({"attachments": files})

    html = messages_to_html([message], room=COMMENT_LIMIT, zone="UTC")

    assert html.count("<p>file: https://x.example/") == 15
    assert html.endswith("<p>and 2 more files</p>")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({"message_type": 0}, True),
        ({"message_type": 1}, True),
        ({"message_type": 3}, True),
        ({"message_type": 2}, False),
        ({"message_type": 9}, False),
        ({"message_type": "unknown"}, False),
        ({"message_type": 0, "private": True}, False),
        ({"message_type": 0, "content_attributes": {"deleted": True}}, False),
        ({"message_type": 0, "content_attributes": {"deleted": None}}, True),
    ],
)
def test_only_what_customer_agent_and_chatwoot_said_openly_is_shown(
    said: dict[str, Any], shown: bool
) -> None:
    assert is_shown(Message.model_validate(said)) is shown


FILES = st.builds(
    lambda name, url: {"file_type": "image", "fallback_title": name, "data_url": url}, HOSTILE, HOSTILE
)
SAID = st.fixed_dictionaries(
    {
        "content": st.none() | HOSTILE | st.text(alphabet="\ud800\udfff\u202e\u200f\x00 <a&🦊"),
        "times": st.sampled_from([1, 1, 1, 60, 3_000]),
        "message_type": st.sampled_from([0, 1, 2, 3, "incoming", "odd"]),
        "private": st.booleans(),
        "sender": st.none() | st.fixed_dictionaries({"name": HOSTILE}),
        "created_at": st.none() | st.integers(0, 2**60),
        "attachments": st.lists(FILES, max_size=2),
    }
)
ODD_TALK = st.lists(SAID, max_size=8)


def read_all(said: list[dict[str, Any]]) -> list[Message]:
    """Return the messages, some of them huge, with ids in their order."""
    huge = ({**one, "content": (one["content"] or "") * one["times"]} for one in said)
    return [Message.model_validate({**one, "id": number}) for number, one in enumerate(huge, 1)]


@given(ODD_TALK, HOSTILE, st.booleans())
@settings(max_examples=150)
def test_whatever_is_said_the_note_is_words_and_whole_messages(
    said: list[dict[str, Any]], label: str, private_notes: bool
) -> None:
    every = Transcript().with_news(read_all(said), private_notes=private_notes)
    shown = every.shown(private_notes=private_notes)

    html = conversation_to_comment(saying(labels=[label], status=label), shown, zone="Asia/Kolkata")

    read = Reader(html)
    left_out = re.search(r"(\d+) earlier messages? (?:is|are) left out", read.words)
    newest = shown[int(left_out[1]) + 1 :] if left_out else shown[1:]  # the first of them may be a cut one
    assert read.tags <= {"p", "br", "strong"}
    assert size(html) <= COMMENT_LIMIT
    assert [one.id for one in newest if bare(one.content) not in bare(read.words)] == []


@given(ODD_TALK)
@settings(max_examples=50)
def test_what_is_kept_is_small_and_comes_back_the_same(said: list[dict[str, Any]]) -> None:
    every = Transcript().with_news(read_all(said), private_notes=False)

    text = json.dumps(every.to_keep(), ensure_ascii=False)
    again = Transcript.kept(json.loads(text))

    assert size(text) < 70_000
    assert again.earlier + len(again.messages) == len(every.messages)
    assert again.messages == every.messages[again.earlier :]


def bare(words: str | None) -> str:
    return re.sub(r"\s", "", plain(words or ""))


@given(ODD_TALK)
@settings(max_examples=50)
def test_messages_brought_in_any_order_make_one_transcript(said: list[dict[str, Any]]) -> None:
    every = read_all(said)

    forwards, backwards = Transcript(), Transcript()
    for message in every:
        forwards = forwards.with_news([message], private_notes=False)
    for message in reversed(every):
        backwards = backwards.with_news([message, *every[:1]], private_notes=False)

    assert forwards == backwards == Transcript().with_news(every, private_notes=False)
