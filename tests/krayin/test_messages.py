"""Messages as words in a note: whole ones, the newest, and nothing but words whatever they are."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crmhost import Message
from crmhost_krayin.mappers.conversation import conversation_to_comment
from crmhost_krayin.mappers.markup import TEXT_LIMIT, plain, size
from crmhost_krayin.mappers.message import is_shown, messages_to_html
from crmhost_krayin.transcripts import Transcript

from .talks import ADDRESS, saying
from .test_markup import HOSTILE, Reader


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

    html = messages_to_html([message], room=TEXT_LIMIT, zone="UTC")

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
    huge = ({**one, "content": (one["content"] or "") * one.get("times", 1)} for one in said)
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
    assert size(html) <= TEXT_LIMIT
    assert [one.id for one in newest if bare(one.content) not in bare(read.words)] == []


@given(ODD_TALK)
@example([{"content": "\x1b\n0"}])
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
