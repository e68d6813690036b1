"""Notes in trouble: an answer was lost, Krayin failed or had no time, or what a note is about was deleted."""

from __future__ import annotations

from contextlib import suppress

import httpx
import pytest
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

from crmhost import TryAgain
from crmhost.testing import Stage

from .crm import Desk
from .talks import JANE, REFERENCE, TalkDesk, acquainted, activities, desk_at, ended, opened


@pytest.fixture
def met(desk: Desk) -> TalkDesk:
    """A Krayin in which Jane is a person with a lead."""
    return acquainted(desk)


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


def test_a_throttled_note_is_looked_for_before_it_is_made(stage: Stage, url: str, pool: httpx.Client) -> None:
    """Krayin 2.1 carries out nothing that it throttles, and says what it says where PHP has died of it."""
    met = acquainted(desk_at(stage, url, pool, "2.1", rate_limit=5))
    for _ in range(3):
        met.ask("GET", "get")

    with pytest.raises(TryAgain) as throttled:
        met.created(opened())
    met.sandbox.throttle.windows.clear()
    met.created(opened())

    assert 0 < (throttled.value.delay or 0) <= 61
    assert met.calls == ["GET /activities", "GET /leads", "GET /contacts/persons", "POST /activities"]
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
    assert not activities(desk)
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
