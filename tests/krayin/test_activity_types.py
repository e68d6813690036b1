"""Conversations that become more than notes: calls, meetings, tasks, with their times and who takes part."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from crmhost import Rejected, TryAgain
from crmhost.testing import Stage
from crmhost_krayin import KrayinSettings
from crmhost_krayin.conversations import wanted_by_notes
from crmhost_krayin.settings import Facts

from .crm import Desk
from .talks import REFERENCE, TalkDesk, acquainted, activities, desk_at, ended, opened

BEGAN, SAID, CLOSED = 1781773961, 1781774031, 1781860000  # 2026-06-18 09:12:41 UTC, 70 s and a day later
VOICE: dict[str, Any] = {
    "channel": "Channel::Voice",
    "created_at": BEGAN,
    "last_activity_at": SAID,
    "updated_at": CLOSED,
}
IST = ("2026-06-18 14:42:41", "2026-06-18 14:47:41")


@pytest.fixture
def met(desk: Desk) -> TalkDesk:
    """A Krayin in which Jane is a person with a lead."""
    return acquainted(desk)


def calling(desk: TalkDesk, type_: str = "call", **settings: Any) -> TalkDesk:
    return desk.with_settings(activity_types={"Channel::Voice": type_}, **settings)


def times(activity: Any) -> tuple[Any, Any]:
    return activity["schedule_from"], activity["schedule_to"]


@pytest.mark.parametrize("type_", ["call", "lunch", "task", "meeting"])
def test_a_channel_has_its_type_with_times_in_the_servers_zone(met: TalkDesk, type_: str) -> None:
    met = calling(met, type_)

    met.created(opened(**VOICE))
    took = met.calls
    met.created(opened(732, channel="Channel::WebWidget", created_at=BEGAN))

    call, note = activities(met)
    assert took == ["POST /activities"]
    assert (call["type"], note["type"]) == (type_, "note")
    assert (times(call), times(note)) == (IST, (None, None))
    assert (call["title"], call["is_done"], note["is_done"]) == (REFERENCE, 0, 1)
    assert not met.state.participants


def test_the_server_s_zone_may_be_set(met: TalkDesk) -> None:
    met.sandbox.set_timezone("Europe/Prague")
    met = calling(met, facts=Facts(), server_timezone="Europe/Prague")

    met.created(opened(**VOICE))

    assert times(activities(met)[0]) == ("2026-06-18 11:12:41", "2026-06-18 11:17:41")


def test_a_call_is_done_and_has_its_length_when_it_is_resolved(met: TalkDesk) -> None:
    met = calling(met)
    met.created(opened(**VOICE))

    met.resolved(ended(**VOICE | {"last_activity_at": BEGAN + 3600}))
    took = met.calls
    met.resolved(ended(**VOICE | {"last_activity_at": BEGAN + 3600}))

    (call,) = activities(met)
    assert (took, met.calls) == ([f"PUT /activities/{call['id']}"], [])
    assert call["is_done"] == 1
    assert times(call) == ("2026-06-18 14:42:41", "2026-06-18 15:42:41")
    assert call["id"] in met.state.lead_activities[1] & met.state.person_activities[1]


def test_a_call_that_is_first_seen_when_it_is_over_is_done_by_a_call_more(met: TalkDesk) -> None:
    met = calling(met)

    outcome = met.resolved(ended(**VOICE))
    took = met.calls
    met.resolved(ended(**VOICE))

    (call,) = activities(met)
    assert took == ["GET /activities", "POST /activities", f"PUT /activities/{call['id']}"]
    assert [change.action for change in outcome.changes] == ["created"]
    assert (call["is_done"], met.calls) == (1, [])


def test_a_call_whose_end_got_lost_is_ended_by_the_next_attempt(met: TalkDesk) -> None:
    met = calling(met)
    met.stage.lost = f"PUT /activities/{max(met.state.activities, default=0) + 1}"
    with pytest.raises(TryAgain, match="504"):
        met.resolved(ended(**VOICE))

    met.resolved(ended(**VOICE))

    (call,) = activities(met)
    assert (met.calls, call["is_done"]) == ([f"PUT /activities/{call['id']}"], 1)


def test_a_reopened_call_is_not_done_any_more_and_done_again_in_the_end(met: TalkDesk) -> None:
    met = calling(met)
    met.created(opened(**VOICE))
    met.resolved(ended(**VOICE))

    met.reopened(opened(**VOICE))
    took, done = met.calls, activities(met)[0]["is_done"]
    met.reopened(opened(**VOICE))
    same = met.calls
    met.resolved(ended(**VOICE))

    (call,) = activities(met)
    assert (took, done, same) == ([f"PUT /activities/{call['id']}"], 0, [])
    assert (met.calls, call["is_done"]) == (took, 1)


def test_a_reopened_note_is_no_call(met: TalkDesk) -> None:
    met.created(opened())
    met.resolved(ended())

    outcome = met.reopened(opened())

    assert (outcome.state, met.calls) == ("unchanged", [])
    assert met.reopened(opened(999)).ignored == "Conversation 999 has no activity in Krayin."


def test_a_call_that_was_deleted_is_not_reopened(met: TalkDesk) -> None:
    met = calling(met)
    met.resolved(ended(**VOICE))
    met.delete(f"activities/{activities(met)[0]['id']}")

    assert met.reopened(opened(**VOICE)).changes[0].note == "It was deleted in Krayin."


def test_a_meeting_at_a_time_that_is_taken_is_a_note_and_says_so(met: TalkDesk) -> None:
    met = calling(met, "meeting")
    met.created(opened(**VOICE))

    outcome = met.created(opened(732, **VOICE))
    took = met.calls
    met.resolved(ended(732, **VOICE))

    meeting, note = activities(met)
    assert (meeting["type"], note["type"]) == ("meeting", "note")
    assert took == ["POST /activities"] * 2
    assert outcome.changes[0].note == "Krayin takes no meeting here, so it is a note."
    assert met.calls == [f"PUT /activities/{note['id']}"]
    assert (note["is_done"], times(note)) == (1, (None, None))
    assert not met.store.intents


def test_on_2_2_a_meeting_is_taken_for_another_whenever_that_is(
    stage: Stage, url: str, pool: httpx.Client
) -> None:
    met = calling(acquainted(desk_at(stage, url, pool, "2.2 with rest-api 2.2.0")), "meeting")
    met.created(opened(**VOICE))

    met.created(opened(732, **VOICE | {"created_at": BEGAN + 9_000_000, "last_activity_at": None}))

    assert [row["type"] for row in activities(met)] == ["meeting", "note"]


def answering(desk: TalkDesk, status: int, body: Any, **headers: str) -> None:
    """Let Krayin answer each new activity that is no note with this."""
    sandbox = desk.stage.app

    async def refusing(scope: Scope, receive: Receive, send: Send) -> None:
        if (scope["method"], scope["path"]) != ("POST", "/api/v1/activities"):
            await sandbox(scope, receive, send)
            return
        message = await receive()

        async def again() -> Any:
            return message

        is_note = b'"type":"note"' in message["body"].replace(b" ", b"")
        await (sandbox if is_note else JSONResponse(body, status, headers))(scope, again, send)

    desk.stage.app = refusing


@pytest.mark.parametrize(
    ("type_", "status", "body"),
    [
        ("meeting", 302, None),
        ("task", 422, {"message": "No.", "errors": {"type": ["The selected type is invalid."]}}),
    ],
    ids=["a redirect", "an unknown type"],
)
def test_other_ways_of_refusing_a_type_end_in_a_note_too(
    met: TalkDesk, type_: str, status: int, body: Any
) -> None:
    """A redirect comes where a proxy drops X-Requested-With; newer packages may know few types."""
    answering(
        met, status, body, **{"location": met.url, "X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "9"}
    )

    calling(met, type_).created(opened(**VOICE))

    assert [row["type"] for row in activities(met)] == ["note"]


def test_a_refusal_of_something_else_is_for_a_person_to_see(met: TalkDesk) -> None:
    answering(met, 422, {"message": "No.", "errors": {"title": ["It is odd."]}})

    with pytest.raises(Rejected, match="title: It is odd"):
        calling(met).created(opened(**VOICE))

    assert not activities(met)


def test_a_customer_takes_part_only_where_that_is_set_and_it_is_told(met: TalkDesk) -> None:
    outcome = calling(met, invite_customers=True).created(opened(**VOICE))
    calling(met, "task", invite_customers=True).created(opened(732, **VOICE))

    (taking_part,) = met.state.participants.values()
    call, task = activities(met)
    assert (taking_part["activity_id"], taking_part["person_id"]) == (call["id"], 1)
    assert task["type"] == "task"
    assert outcome.changes[0].note == "Krayin e-mails the customer, who takes part in it."


def test_a_call_whose_answer_got_lost_is_found_whatever_the_settings_say_now(met: TalkDesk) -> None:
    met.stage.lost = "POST /activities"
    with pytest.raises(TryAgain, match="504"):
        calling(met).created(opened(**VOICE))

    met.created(opened(**VOICE))
    met.resolved(ended(**VOICE))

    (call,) = activities(met)
    assert (call["type"], call["is_done"]) == ("call", 1)
    assert len(met.calls) == 1


def test_a_conversation_of_unknown_time_is_a_note(met: TalkDesk) -> None:
    calling(met).created(opened(channel="Channel::Voice"))

    assert [row["type"] for row in activities(met)] == ["note"]


def test_it_was_held_on_a_page_or_else_in_an_inbox(met: TalkDesk) -> None:
    page = "https://shop.example.com/" + "x" * 300
    met.created(opened(inbox_id=12, additional_attributes={"referer": page}))
    met.created(opened(732, inbox_id=12))
    met.created(opened(733))

    assert [row["location"] for row in activities(met)] == [page[:255], "Inbox 12", None]


def test_what_the_sales_team_typed_as_the_place_stays(met: TalkDesk) -> None:
    met.created(opened(inbox_id=12))
    activities(met)[0]["location"] = "Praha"

    met.resolved(ended(inbox_id=12))

    assert activities(met)[0]["location"] == "Praha"


def test_no_conversation_is_an_email() -> None:
    """Krayin's timeline opens, and unlinks, the mail that has the activity's number."""
    with pytest.raises(ValidationError, match="take task"):
        KrayinSettings(api_url="http://crm", api_token="1|x", activity_types="Email=email")


@pytest.mark.parametrize(
    ("given", "chatwoot", "wanted"),
    [
        ({}, False, {"message"}),
        ({}, True, set()),
        ({"transcript": False}, False, set()),
        ({"activity_types": "Voice=call"}, True, {"status"}),
        ({"activity_types": "Voice=note"}, True, set()),
        ({"activity_types": "Voice=call", "sync_activities": False}, False, set()),
    ],
)
def test_only_the_changes_that_an_activity_needs_are_wanted(
    given: dict[str, Any], chatwoot: bool, wanted: set[str]
) -> None:
    settings = KrayinSettings(api_url="http://crm", api_token="1|x", **given)

    assert wanted_by_notes(settings, chatwoot=chatwoot) == wanted
