"""Chatwoot's payloads and what becomes of them: add a file to samples/<mapper>/ to add a test.

A sample has the name of a Chatwoot payload in data/chatwoot-payloads, and holds what the mapper makes of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmhost import Attachment, Contact, Conversation, Message
from crmhost_leadsquared_reference.mappers.lead import contact_to_lead, news_of
from crmhost_leadsquared_reference.mappers.note import (
    LEAST,
    LIMIT,
    Style,
    conversation_to_note,
    conversation_to_transcript,
    is_shown,
    message_to_text,
)
from crmhost_leadsquared_reference.mappers.phone import to_mobile

from .crm import JANE, ended, opened, said

SAMPLES = Path(__file__).parent / "samples"
PAYLOADS = Path(__file__).parents[1] / "data" / "chatwoot-payloads"
ATTRIBUTES = {"Company": "company_name", "mx_City": "city", "mx_Plan": "plan"}
STYLE = Style("Chatwoot", "Asia/Kolkata", "https://chat.example.com/app/accounts/3/conversations/731")


def _lead(payload: Any) -> str:
    return json.dumps(contact_to_lead(Contact.model_validate(payload), ATTRIBUTES), indent=2) + "\n"


def _note(payload: Any) -> str:
    return conversation_to_note(Conversation.model_validate(payload), STYLE) + "\n"


def _transcript(payload: Any) -> str:
    conversation = Conversation.model_validate(payload)
    messages = list(filter(is_shown, conversation.messages))
    return conversation_to_transcript(conversation, messages, STYLE) + "\n"


MAPPERS: dict[str, Callable[[Any], str]] = {
    "contact_to_lead": _lead,
    "conversation_to_note": _note,
    "conversation_to_transcript": _transcript,
}
CASES = sorted(path.relative_to(SAMPLES) for name in MAPPERS for path in (SAMPLES / name).iterdir())


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_payload_becomes_what_its_sample_says(case: Path) -> None:
    payload = json.loads((PAYLOADS / f"{case.stem}.json").read_text())

    assert MAPPERS[case.parts[0]](payload) == (SAMPLES / case).read_text()


def test_each_mapper_has_samples() -> None:
    assert {case.parts[0] for case in CASES} == set(MAPPERS)


@pytest.mark.parametrize(
    ("phone", "mobile"),
    [
        ("+917507684392", "+91-7507684392"),
        ("+447700900123", "+44-7700900123"),
        ("+390612345678", "+39-0612345678"),
        ("+15555550123", "+1-5555550123"),
        ("+44123", "+44123"),
        ("07700 900123", "07700 900123"),
        ("ext. 7", "ext. 7"),
    ],
)
def test_a_phone_is_written_with_its_country_apart(phone: str, mobile: str) -> None:
    assert to_mobile(phone) == mobile


@pytest.mark.parametrize(
    ("before", "ours", "theirs", "becomes"),
    [
        (None, "Jane", None, "written"),
        ("Jane", "Jane", "Joan", "left"),
        ("Jane", "Jo", "Jane", "written"),
        ("Jane", "Jo", "JANE ", "written"),
        ("Jane", "Jo", None, "written"),
        ("Jane", "Jo", "", "written"),
        ("Jane", "Jo", "Joan", "kept"),
        ("Jane", "Jo", "jo", "left"),
        (None, "Jo", "Joan", "kept"),
        (None, "Jo", "Jo", "left"),
    ],
)
def test_a_field_is_merged_three_ways(
    before: str | None, ours: str, theirs: str | None, becomes: str
) -> None:
    known = {"FirstName": before} if before else {}

    new, kept = news_of({"FirstName": ours}, before=known, theirs={"FirstName": theirs})

    assert ("written" if new else "kept" if kept else "left") == becomes


# Transcripts


def transcript(*messages: Message, **more: Any) -> str:
    return conversation_to_transcript(opened(**more), messages, STYLE).partition("Transcript:\n")[2]


def message(number: int, content: str | None, **fields: Any) -> Message:
    return Message(id=number, content=content, sender="Jane", **fields)


def test_the_newest_message_comes_first() -> None:
    assert transcript(message(1, "Hello"), message(2, "Bye")) == "Jane: Bye\n\nJane: Hello"


def test_of_a_message_without_words_its_files_are_named() -> None:
    files = (Attachment(file_type="image"), Attachment(file_type="audio"))

    assert transcript(message(1, None, attachments=files)) == (
        "Jane: [No content]\n[Attachment: image], [Attachment: audio]"
    )


@pytest.mark.parametrize(("direction", "who"), [("incoming", "Contact 5821"), ("outgoing", "System")])
def test_who_has_no_name_is_told_otherwise(direction: str, who: str) -> None:
    assert message_to_text(Message(content="Hi", direction=direction), 5821, "UTC") == f"{who}: Hi"


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"message_type": 0}, True),
        ({"message_type": 1}, True),
        ({"message_type": 1, "private": True}, False),
        ({"message_type": 2}, False),
        ({"message_type": 3}, False),
        ({"message_type": 0, "content_attributes": {"deleted": True}}, False),
    ],
)
def test_a_transcript_is_what_customers_and_agents_said(fields: dict[str, Any], shown: bool) -> None:
    assert is_shown(Message.model_validate(fields)) is shown


def size(text: str) -> int:
    """Return the length as JavaScript and .NET count it."""
    return len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize("sign", ["x", "🦊"])
def test_a_message_that_is_too_long_is_cut_and_not_dropped(sign: str) -> None:
    note = conversation_to_transcript(opened(), [message(1, "Hello"), message(2, sign * 5000)], STYLE)

    assert size(note) <= LIMIT
    assert LIMIT - size(note) < 5
    assert f"Jane: {sign * 800}" in note
    assert note.endswith("…\n\n(earlier messages left out: 1)")


def test_the_one_message_that_is_too_long_leaves_nothing_out() -> None:
    note = transcript(message(1, "x" * 5000))

    assert note.startswith("Jane: xxx")
    assert note.endswith("xxx…")


@given(st.lists(st.integers(1, 900), min_size=1, max_size=400))
def test_however_long_the_messages_are_the_note_is_full_and_no_longer(lengths: list[int]) -> None:
    note = conversation_to_transcript(
        opened(), [message(index, "x" * length) for index, length in enumerate(lengths)], STYLE
    )

    *shown, last = note.partition("Transcript:\n")[2].split("\n\n")
    left_out = last if last.startswith("(") else ""
    texts = shown if left_out else [*shown, last]
    whole = [f"Jane: {'x' * length}" for length in reversed(lengths)]
    assert size(note) <= LIMIT
    assert texts[:-1] == whole[: len(texts) - 1]
    assert texts[-1] == whole[len(texts) - 1] or (texts[-1][-1] == "…" and len(texts[-1]) >= LEAST)
    assert left_out == (f"(earlier messages left out: {len(lengths) - len(texts)})" if left_out else "")


def test_what_there_is_no_room_for_is_counted() -> None:
    note = transcript(*(message(number, f"{number} {'word ' * 20}") for number in range(100)))

    assert note.startswith("Jane: 99 word")
    assert note.count("Jane: ") == 100 - int(note.rpartition(": ")[2].rstrip(")"))


def test_a_note_is_never_too_long() -> None:
    talk = ended(said(1, "Bye"), channel="Channel::" + "x" * 5000)

    assert size(conversation_to_note(talk, STYLE)) <= LIMIT
    assert size(conversation_to_transcript(talk, talk.messages, STYLE)) <= LIMIT


def test_a_conversation_without_words_has_a_transcript_that_says_so() -> None:
    assert conversation_to_transcript(opened(), [], STYLE) == "No messages in conversation"


def test_what_is_not_known_has_no_line() -> None:
    note = conversation_to_note(opened(channel=None), Style("Acme", "UTC", None))

    assert note == "New conversation started on Acme\n\nConversation ID: 731"


def test_jane_is_who_the_payloads_are_about() -> None:
    payload = json.loads((PAYLOADS / "contact_created.json").read_text())

    assert (payload["id"], payload["email"]) == (JANE.id, JANE.email)
