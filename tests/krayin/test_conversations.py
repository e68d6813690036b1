"""Conversations against the sandbox: the notes that Krayin holds, and how many calls they took."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import httpx
import pytest
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

from crmhost import TryAgain

from .crm import Desk, Stage, contact, conversation
from .talks import HELLO, JANE, REFERENCE, TalkDesk, acquainted, activities, desk_at, ended, opened


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


def test_a_note_that_was_deleted_is_made_again(met: Desk) -> None:
    met.created(opened())
    met.delete(f"activities/{activities(met)[0]['id']}")

    met.resolved(ended())

    assert [note["title"] for note in activities(met)] == [REFERENCE]


def test_a_note_that_was_deleted_is_left_so_where_the_settings_say(met: Desk) -> None:
    met = met.with_settings(on_deleted="leave")
    met.created(opened())
    met.delete(f"activities/{activities(met)[0]['id']}")

    first = met.resolved(ended())
    again = met.resolved(ended(priority="high"))

    assert not activities(met)
    assert met.calls == []
    assert first.changes == again.changes
    assert first.changes[0].note == "It was deleted in Krayin, and the settings say to leave it so."


@pytest.mark.parametrize("step", ["created", "resolved"])
def test_a_note_whose_answer_was_lost_is_not_made_twice(met: Desk, step: str) -> None:
    deliver, record = (met.created, opened()) if step == "created" else (met.resolved, ended())
    met.stage.lost = "POST /activities"

    with pytest.raises(TryAgain):
        deliver(record)
    deliver(record)
    deliver(record)

    assert len(activities(met)) == 1
    assert met.calls == []


@pytest.mark.parametrize("step", ["created", "resolved"])
def test_a_note_that_krayin_failed_at_after_writing_it_is_not_made_twice(met: TalkDesk, step: str) -> None:
    deliver, record = (met.created, opened()) if step == "created" else (met.resolved, ended())
    fail_once_after_writing(met)

    with pytest.raises(TryAgain) as failed:
        deliver(record)
    deliver(record)
    deliver(record)

    (note,) = activities(met)
    assert failed.value.unsure
    assert met.calls == []
    assert note["id"] in met.state.lead_activities[1]


def fail_once_after_writing(desk: Desk) -> None:
    """Let Krayin make the next activity, and then say 500 with whatever headers it says it with."""
    sandbox, failures = desk.stage.app, [500]

    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        about_activity = scope["method"] == "POST" and scope["path"].endswith("/activities")
        status = failures.pop() if about_activity and failures else None

        async def answer(message: Message) -> None:
            if status and message["type"] == "http.response.start":
                message = {**message, "status": status}
            await send(message)

        await sandbox(scope, receive, answer)

    desk.stage.app = failing


def test_a_throttled_note_is_neither_doubted_nor_looked_for(
    stage: Stage, url: str, pool: httpx.Client
) -> None:
    """Krayin 2.1 carries out nothing that it throttles; 2.2 throttles nothing."""
    met = acquainted(desk_at(stage, url, pool, "2.1", rate_limit=2))

    with pytest.raises(TryAgain) as throttled:
        met.created(opened())
    met.sandbox.throttle.windows.clear()
    met.created(opened())

    assert 0 < (throttled.value.delay or 0) <= 60
    assert met.calls == ["POST /activities"]
    assert len(activities(met)) == 1


def test_a_lead_whose_answer_was_lost_is_not_made_twice(desk: Desk) -> None:
    desk.stage.lost = "POST /leads"

    with pytest.raises(TryAgain):
        desk.contact(JANE)
    doubted = set(desk.store.intents)
    outcome = desk.contact(JANE)

    assert doubted == {("contact:5821", "person"), ("contact:5821", "lead")}

    assert [(change.kind, change.action) for change in outcome.changes] == [
        ("person", "linked"),
        ("lead", "linked"),
    ]
    assert (len(desk.state.persons), len(desk.state.leads)) == (1, 1)
    assert not desk.store.intents


def test_a_lead_of_its_own_whose_answer_was_lost_is_not_made_twice(desk: Desk) -> None:
    alone = desk.with_settings(create_person=False)
    desk.stage.lost = "POST /leads"

    with pytest.raises(TryAgain):
        alone.contact(JANE)
    alone.contact(JANE)

    assert len(desk.state.leads) == 1


def test_a_conversation_whose_lead_was_deleted_gets_a_new_one(met: Desk) -> None:
    met.delete("leads/1")

    with pytest.raises(TryAgain) as failed:
        met.created(opened())
    outcome = met.created(opened())

    (note,) = activities(met)
    (lead_id,) = met.state.leads
    assert failed.value.unsure
    assert note["id"] in met.state.lead_activities[lead_id]
    assert ("lead", "created") in [(change.kind, change.action) for change in outcome.changes]


def test_where_what_was_deleted_is_left_a_conversation_goes_to_the_person(met: Desk) -> None:
    met = met.with_settings(on_deleted="leave")
    met.delete("leads/1")

    with pytest.raises(TryAgain):
        met.created(opened())
    met.created(opened())
    met.contact(JANE.model_copy(update={"name": "Jane Smith"}))
    met.created(opened(732))
    took = met.calls
    met.resolved(ended())

    assert not met.state.leads
    assert took == ["POST /activities"]
    assert {note["title"] for note in activities(met)} == {REFERENCE, "Chatwoot conversation 3/732"}
    assert all(note["id"] in met.state.person_activities[1] for note in activities(met))


def test_a_lead_of_its_own_that_was_deleted_is_left_so(desk: Desk) -> None:
    alone = desk.with_settings(create_person=False, on_deleted="leave")
    alone.contact(JANE)
    desk.delete("leads/1")
    with pytest.raises(TryAgain):
        alone.created(opened())
    alone.created(opened())
    alone.contact(JANE.model_copy(update={"name": "Jane Smith"}))

    outcome = alone.created(opened(732))

    assert not desk.state.leads
    assert outcome.ignored == "Conversation 732 is with contact 5821, not in Krayin."


def test_a_note_about_a_lead_that_was_deleted_is_not_made_for_nobody(desk: Desk) -> None:
    alone = desk.with_settings(create_person=False, on_deleted="leave")
    alone.contact(JANE)
    desk.delete("leads/1")
    desk.store.intents.add(("conversation:731", "activity"))

    outcome = alone.created(opened())

    assert outcome.ignored == "Conversation 731 is with contact 5821, not in Krayin."
    assert not activities(desk)


@pytest.mark.parametrize("gone", [("leads/1",), ("leads/1", "contacts/persons/1")], ids=["lead", "customer"])
@pytest.mark.parametrize("status", [404, 500])
def test_what_a_krayin_says_of_a_lead_that_is_gone_is_no_matter(
    met: Desk, gone: tuple[str, ...], status: int
) -> None:
    """Seen is a bare 500 after the write; a newer package may as well say 404 and write nothing."""
    for path in gone:
        met.delete(path)
    if status == 404:
        refuse_once(met, "POST", status)

    with suppress(TryAgain):
        met.created(opened())
    met.created(opened())
    met.created(opened())

    (note,) = activities(met)
    (lead_id,) = met.state.leads
    assert met.calls == []
    assert note["id"] in met.state.lead_activities[lead_id]


def refuse_once(desk: Desk, method: str, status: int) -> None:
    """Let Krayin refuse the next activity, without a header and without having done anything."""
    sandbox, answers = desk.stage.app, [JSONResponse({"message": "No."}, status)]

    async def refusing(scope: Scope, receive: Receive, send: Send) -> None:
        about_activity = scope["method"] == method and scope["path"].endswith("/activities")
        await (answers.pop() if about_activity and answers else sandbox)(scope, receive, send)

    desk.stage.app = refusing


def test_a_conversation_whose_customer_was_deleted_brings_the_customer_back(met: Desk) -> None:
    met.delete("leads/1")
    met.delete("contacts/persons/1")

    with pytest.raises(TryAgain):
        met.created(opened())
    met.created(opened())

    (note,) = activities(met)
    (lead_id,) = met.state.leads
    assert note["id"] in met.state.lead_activities[lead_id]


def test_a_note_is_completed_though_its_customer_was_deleted_meanwhile(met: Desk) -> None:
    met.created(opened())
    met.state.lead_activities[1].clear()
    met.delete("leads/1")
    met.delete("contacts/persons/1")

    met.resolved(ended())

    (note,) = activities(met)
    (lead_id,) = met.state.leads
    assert "resolved" in note["comment"]
    assert len(met.state.persons) == 1
    assert note["id"] in met.state.lead_activities[lead_id]


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
