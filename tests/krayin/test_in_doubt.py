"""What stands before Krayin answers in its place: whether a write was carried out, nobody knows then."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from crmhost import PluginError, TryAgain
from crmhost.testing import Stage
from crmhost.testing.gate import BROKEN, Fault, Gate, Told, passed_on, told
from crmhost_krayin import forget_contact
from crmhost_krayin.clients.memory import memory_of

from .crm import PROFILES, Desk
from .recordings import recorded
from .talks import JANE, TalkDesk, acquainted, activities, desk_at, ended, opened
from .test_activity_types import VOICE

THROTTLED = Told(500, {"content-type": "application/json"}, recorded(26).body)
"""So Krayin says that no more is allowed, and Laravel that PHP has died of its time."""
TO_ROOT = Told(302, {"location": "https://status.example.com/"})
TO_PAGE = Told(302, {"location": "https://crm.example.com/down.html"})
NO_PAGE = Told(404, {"content-type": "text/plain"}, b"404 page not found")
"""What Traefik says of a container that is being made anew."""
FIREWALL = Told(406, {"content-type": "text/html"}, b"<h1>Not Acceptable</h1>")
BUSY = Told(429, {"retry-after": "1"})

each_krayin = pytest.mark.parametrize("profile", PROFILES)


@pytest.fixture
def met(desk: Desk) -> TalkDesk:
    """A Krayin in which Jane is a person with a lead."""
    return acquainted(desk)


def befallen(desk: Desk, *faults: Fault) -> None:
    """Let these befall what is asked next, in their order."""
    gate = Gate()
    gate.app = desk.stage.app
    gate.set(dict(enumerate(faults)))
    desk.stage.app = gate


def noted_again(desk: TalkDesk, **fields: Any) -> None:
    """Have a conversation noted, which is in doubt at first, and then twice more."""
    with pytest.raises(PluginError) as doubtful:
        desk.created(opened(**fields))
    assert doubtful.value.unsure
    desk.sandbox.throttle.windows.clear()
    for _ in range(2):
        desk.created(opened(**fields))


@pytest.mark.parametrize("answer", [THROTTLED, BROKEN, TO_ROOT, TO_PAGE, NO_PAGE, FIREWALL])
def test_a_note_is_made_once_whatever_is_answered_after_it(met: TalkDesk, answer: Told) -> None:
    befallen(met, told(answer, after=True))

    noted_again(met)

    assert len(activities(met)) == 1


def test_a_redirect_after_a_call_is_not_taken_for_one_at_a_time_that_is_taken(met: TalkDesk) -> None:
    met = met.with_settings(activity_types={"Channel::Voice": "call"})
    befallen(met, told(TO_ROOT, after=True))

    noted_again(met, **VOICE)

    assert [row["type"] for row in activities(met)] == ["call"]


def test_a_note_that_php_died_of_as_the_minutes_last_is_made_once(
    stage: Stage, url: str, pool: httpx.Client
) -> None:
    """Then who we are is not to be asked any more, as where it had been throttled."""
    met = acquainted(desk_at(stage, url, pool, "2.1", rate_limit=3))
    befallen(met, told(THROTTLED, after=True))
    with pytest.raises(TryAgain):
        met.created(opened())
    met.sandbox.throttle.windows.clear()

    with pytest.raises(TryAgain):  # it takes a call more than the three that are allowed
        met.created(opened())

    assert len(activities(met)) == 1


def test_a_note_that_php_died_of_is_made_once_where_another_thread_heard_that_nothing_is_left(
    stage: Stage, url: str, pool: httpx.Client
) -> None:
    met = acquainted(desk_at(stage, url, pool, "2.1", rate_limit=60))
    befallen(met, told(THROTTLED, after=True))
    pace = memory_of(url, met.settings["api_token"]).pace
    pace.note({"x-ratelimit-limit": "60", "x-ratelimit-remaining": "0"})

    noted_again(met)

    assert len(activities(met)) == 1


@pytest.mark.parametrize("profile", list(PROFILES)[1:])
def test_a_note_is_made_once_where_krayin_has_been_in_trouble_for_a_while(
    stage: Stage, url: str, pool: httpx.Client, profile: str
) -> None:
    """By then its token is called wrong, which says nothing of what was written before."""
    met = acquainted(desk_at(stage, url, pool, profile))
    pace = memory_of(url, met.settings["api_token"]).pace
    pace.refused(0.0)
    befallen(met, told(THROTTLED, after=True), told(THROTTLED))

    noted_again(met)

    assert len(activities(met)) == 1


# What is not Krayin's word says nothing of its records


@each_krayin
def test_a_note_is_not_taken_for_deleted_for_a_page_of_somebody_elses(
    stage: Stage, url: str, pool: httpx.Client, profile: str
) -> None:
    met = acquainted(desk_at(stage, url, pool, profile)).with_settings(on_deleted="leave")
    met.created(opened())
    befallen(met, told(NO_PAGE))
    with pytest.raises(TryAgain):
        met.resolved(ended())

    met.resolved(ended())

    assert "resolved" in activities(met)[0]["comment"]


@each_krayin
def test_nobody_is_called_forgotten_who_is_not(
    stage: Stage, url: str, pool: httpx.Client, profile: str
) -> None:
    met = acquainted(desk_at(stage, url, pool, profile))
    met.created(opened())
    befallen(met, *[fault for _ in range(6) for fault in (told(NO_PAGE), passed_on)])

    with pytest.raises(TryAgain):
        met._deliver(forget_contact, contact_id=5821, conversation_ids=(731,))

    assert met.state.persons


@each_krayin
def test_a_lead_is_not_forgotten_for_a_page_of_somebody_elses(
    stage: Stage, url: str, pool: httpx.Client, profile: str
) -> None:
    met = acquainted(desk_at(stage, url, pool, profile)).with_settings(sync_tags="leads")
    met.ask("POST", "settings/tags", {"name": "pricing", "color": "#337CFF"})
    met.created(opened())
    befallen(met, *[told(NO_PAGE)] * 6)

    with pytest.raises(TryAgain):
        met.resolved(ended())

    assert ("contact:5821", "lead") in met.store.known


# Leads


@pytest.mark.parametrize("answer", [BUSY, NO_PAGE, THROTTLED])
def test_a_lead_is_made_once_also_where_nobody_says_why_it_failed(desk: Desk, answer: Told) -> None:
    met = acquainted(desk).with_settings(lead_policy="one_per_conversation")
    before = len(met.state.leads)
    befallen(met, told(THROTTLED, after=True), passed_on, told(answer))
    with pytest.raises(PluginError):
        met.created(opened())
    doubted = set(met.store.intents)

    met.created(opened())

    assert ("conversation:731", "lead") in doubted
    assert len(met.state.leads) == before + 1


def test_a_lead_whose_answer_was_lost_is_found_though_it_was_closed_since(desk: Desk) -> None:
    for entity in ("leads", "persons"):
        desk.make_attribute(entity, "chatwoot_ref", is_unique=1)
    desk = desk.with_facts(references=("leads", "persons"))
    desk.stage.lost = "POST /leads"
    with pytest.raises(TryAgain):
        desk.contact(JANE)
    desk.ask("PUT", "leads/stage/edit/1", {"lead_pipeline_stage_id": 6})

    desk.contact(JANE)

    assert len(desk.state.leads) == 1
