"""Conversations against the sandbox: the notes that Krayin holds, and how many calls they took."""

from __future__ import annotations

from typing import Any

import pytest

from .crm import Desk, contact, conversation
from .talks import HELLO, JANE, REFERENCE, TalkDesk, acquainted, activities, ended, opened


@pytest.fixture
def met(desk: Desk) -> TalkDesk:
    """A Krayin in which Jane is a person with a lead."""
    return acquainted(desk)


def test_a_new_conversation_is_one_call_and_the_same_again_none(met: Desk) -> None:
    first = met.created(opened())
    took = met.calls
    again = met.created(opened())

    (note,) = activities(met)
    assert took == ["POST /activities"]
    assert (first.state, again.state, met.calls) == ("applied", "unchanged", [])
    assert note["title"] == REFERENCE
    assert "Do you offer &lt;b&gt;discounts&lt;/b&gt;?" in note["comment"]
    assert note["id"] in met.state.lead_activities[1]


def test_a_resolved_conversation_is_one_call_and_the_same_again_none(met: Desk) -> None:
    met.created(opened())

    met.resolved(ended())
    took = met.calls
    again = met.resolved(ended())

    (note,) = activities(met)
    assert took == [f"PUT /activities/{note['id']}"]
    assert (again.state, met.calls) == ("unchanged", [])
    for words in ("resolved", "Sam Rivera", "pricing", "discounts", "Yes - 15%."):
        assert words in note["comment"]
    assert note["id"] in met.state.lead_activities[1] & met.state.person_activities[1]


def test_a_resolved_conversation_that_was_never_seen_is_looked_for_and_made(met: Desk) -> None:
    met.resolved(ended())
    took = met.calls
    met.resolved(ended())
    again = met.calls
    met.created(opened())

    assert took == ["GET /activities", "POST /activities"]
    assert (again, met.calls) == ([], [])
    assert "resolved" in activities(met)[0]["comment"]


def test_a_message_that_came_after_the_resolve_is_in_the_next_one(met: Desk) -> None:
    met.resolved(ended())
    met.created(opened())
    took = met.calls

    met.resolved(ended())

    comment = activities(met)[0]["comment"]
    assert took == []
    assert len(met.calls) == 1
    assert comment.index("discounts") < comment.index("Yes - 15%.")


def test_a_late_created_event_seen_twice_is_kept_once(met: Desk) -> None:
    met.resolved(ended())
    met.created(opened())
    before = met.store.known["conversation:731", "activity"]

    met.created(opened())

    assert met.store.known["conversation:731", "activity"] is before


def test_a_conversation_reopened_and_resolved_again_is_one_call_more(met: Desk) -> None:
    met.created(opened())
    met.resolved(ended())

    met.resolved(ended(priority="high"))

    assert len(met.calls) == 1
    assert "high" in activities(met)[0]["comment"]


def test_a_note_whose_link_was_lost_is_found_and_completed(met: Desk) -> None:
    met.created(opened())
    met.store.known.pop(("conversation:731", "activity"))

    met.resolved(ended())

    assert met.calls == ["GET /activities", f"PUT /activities/{activities(met)[0]['id']}"]
    assert len(activities(met)) == 1


@pytest.mark.parametrize(
    "other", [{"title": REFERENCE.upper()}, {"title": REFERENCE, "additional": '{"ref": "another"}'}]
)
def test_a_note_that_only_looks_like_ours_is_left_alone(met: Desk, other: dict[str, Any]) -> None:
    """Krayin finds titles whatever their case."""
    met.created(opened())
    met.store.known.pop(("conversation:731", "activity"))
    theirs = activities(met)[0]
    theirs.update(other, comment="theirs")

    met.resolved(ended())

    assert theirs["comment"] == "theirs"
    assert met.calls == ["GET /activities", "POST /activities"]


def test_a_conversation_with_a_stranger_is_ignored_with_a_sentence(desk: Desk) -> None:
    outcome = desk.created(opened(sender=contact(7, name="snowy-sun-611")))

    assert outcome.ignored == "Conversation 731 is with contact 7, not in Krayin."
    assert desk.calls == []


def test_where_conversations_are_not_to_be_noted_they_are_ignored(met: Desk) -> None:
    outcome = met.with_settings(sync_activities=False).created(opened())

    assert outcome.ignored == "The settings say not to note conversations."
    assert not activities(met)


def test_without_leads_a_note_is_the_persons(desk: Desk) -> None:
    desk = desk.with_settings(create_lead=False)
    desk.contact(JANE)

    desk.created(opened())

    assert activities(desk)[0]["id"] in desk.state.person_activities[1]


def test_two_chatwoots_of_different_names_have_different_activities(met: Desk) -> None:
    met.created(opened())
    met.store.known.pop(("conversation:731", "activity"))

    met.with_settings(chatwoot_name="Shop").resolved(ended())

    assert {note["title"] for note in activities(met)} == {REFERENCE, "Shop conversation 3/731"}


@pytest.mark.many
def test_a_hundred_conversations_take_one_call_at_each_step(desk: Desk) -> None:
    took = []
    for number in range(1, 101):
        customer = contact(
            number, name=f"Customer {number}", email=f"c{number}@example.com", phone=f"+4477009{number:05}"
        )
        desk.contact(customer)
        took.append(len(desk.calls))
        for deliver, record in ((desk.created, opened), (desk.resolved, ended), (desk.resolved, ended)):
            deliver(record(number, customer))
            took.append(len(desk.calls))

    assert took == [2, 1, 1, 0] * 100
    assert len(activities(desk)) == 100


def test_a_very_long_conversation_fits_into_a_note(met: Desk) -> None:
    long = {**HELLO, "content": "ž<&\n\n" * 20_000}

    met.created(conversation(731, JANE, messages=[long]))

    comment = activities(met)[0]["comment"]
    assert 60_000 < len(comment.encode()) <= 65_535
    assert comment.endswith("…</p>")
