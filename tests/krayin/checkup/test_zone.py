"""How setup learns Krayin's time zone, and leaves nothing behind."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import HTMLResponse, JSONResponse
from starlette.types import Message, Receive, Scope, Send

from crmhost import PluginError, SettingsError, SetUpAgain
from crmhost_krayin.checkup.zones import agrees, moments, others_of, spoken, zones_of
from crmhost_krayin.clients.memory import Sign

from ..crm import PROFILES, Desk
from ..leading import JANE, SMITH, talk
from .conftest import Fresh
from .test_versions import facts_of, said_of

ZONES = {
    "Europe/Prague": "Europe/Berlin",  # the same clock
    "Europe/London": "Europe/London",
    "America/Sao_Paulo": "America/Sao_Paulo",
    "UTC": "UTC",
    "Asia/Kolkata": "Asia/Kolkata",
    "Australia/Sydney": "Australia/Sydney",
    "America/St_Johns": "America/St_Johns",
    "Pacific/Chatham": "Pacific/Chatham",
}


def noon(year: int, month: int) -> datetime:
    """Return noon of the month's middle, by the server's own clock."""
    return datetime(year, month, 15, 12)  # noqa: DTZ001 - which zone that is, is the question


JANUARY, JULY = noon(2026, 1), noon(2026, 7)


@pytest.mark.parametrize(("kept", "told"), ZONES.items())
def test_the_clock_tells_a_zone_with_the_same_clock(fresh: Fresh, kept: str, told: str) -> None:
    assert facts_of(fresh(timezone=kept)).timezone == told


def test_each_version_has_such_a_clock(krayin: Desk) -> None:
    assert facts_of(krayin).timezone == "Asia/Kolkata"


def test_of_zones_with_the_same_clock_the_one_of_the_transcripts_is_taken(fresh: Fresh) -> None:
    desk = fresh(timezone="Europe/Prague")

    assert facts_of(desk, timezone="Europe/Prague").timezone == "Europe/Prague"


def test_the_report_names_the_zone_and_how_to_set_another(fresh: Fresh) -> None:
    assert said_of(fresh(timezone="Europe/Prague"), "Time zone") == (
        "Europe/Berlin, by Krayin's clock (+01:00 in January, +02:00 in July). "
        "Set server_timezone to Krayin's APP_TIMEZONE if it is another with the same clock."
    )


def test_the_probe_is_gone_afterwards_and_invited_nobody(krayin: Desk) -> None:
    krayin.setup()

    assert not krayin.state.activities
    assert not krayin.state.participants


def test_a_zone_that_is_set_is_kept_if_the_clock_agrees(fresh: Fresh) -> None:
    desk = fresh(timezone="Europe/Berlin")

    assert facts_of(desk, server_timezone="Europe/Prague").timezone == "Europe/Prague"
    assert said_of(desk, "Time zone", server_timezone="Europe/Prague") == "Europe/Prague, as set"


def test_a_zone_that_is_set_and_not_the_clocks_is_refused_with_one_that_is(desk: Desk) -> None:
    with pytest.raises(
        SettingsError, match=r"\+05:30 in July ahead of UTC, which is not Europe/Prague"
    ) as wrong:
        desk.setup(server_timezone="Europe/Prague")

    assert "such as Asia/Kolkata" in wrong.value.fix
    assert not desk.state.activities


class Odd:
    """A Krayin that answers requests about activities with something of its own, after doing them or not."""

    def __init__(self, krayin: Any, method: str, answer: Any, *, does: bool) -> None:
        self.krayin, self.method, self.answer, self.does = krayin, method, answer, does

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != self.method or "/activities" not in scope["path"]:
            await self.krayin(scope, receive, send)
            return
        if self.does:
            await self.krayin(scope, receive, _unheard)
        await self.answer(scope, receive, send)


async def _unheard(_message: Message) -> None:
    """Let the answer go nowhere."""


@pytest.mark.parametrize(
    "answer",
    [
        HTMLResponse("504", 504),
        JSONResponse({"message": "Server Error"}, 500, {"x-ratelimit-limit": "60"}),
        JSONResponse({"data": None}),
    ],
)
def test_the_probe_is_removed_though_its_answer_was_lost(krayin: Desk, answer: Any) -> None:
    krayin.stage.app = Odd(krayin.sandbox, "POST", answer, does=True)

    with contextlib.suppress(PluginError):
        krayin.setup()

    assert [request.method for request in krayin.sandbox.requests].count("DELETE") == 1
    assert not krayin.state.activities


def test_an_answer_without_times_is_no_zone_and_the_probe_is_removed(desk: Desk) -> None:
    desk.state.activities.next_id = 77
    desk.stage.app = Odd(desk.sandbox, "POST", JSONResponse({"data": {"id": 77}}), does=True)

    with pytest.raises(PluginError, match="has no schedule_from in it"):
        desk.setup()

    assert not desk.state.activities


def test_a_probe_that_cannot_be_removed_is_reported_with_its_name(desk: Desk) -> None:
    desk.stage.app = Odd(desk.sandbox, "DELETE", JSONResponse({"message": "No."}, 403), does=False)

    said = said_of(desk, "Time zone")

    assert said.startswith("Asia/Kolkata, ")
    assert "The activity «crmhost asks what time it is here» (1) could not be removed again" in said


def test_a_krayin_that_takes_no_probe_can_be_connected_all_the_same(desk: Desk) -> None:
    refusal = JSONResponse({"message": "No.", "errors": {"type": ["No such type."]}}, 422)
    desk.stage.app = Odd(desk.sandbox, "POST", refusal, does=False)

    said = said_of(desk, "Time zone", server_timezone="Asia/Kolkata", reference_attribute="")

    assert said.startswith("Asia/Kolkata: Krayin does not accept POST /activities: type: No such type.")


def test_the_clock_is_read_in_the_past_summer_and_winter() -> None:
    assert moments(date(2026, 11, 22)) == (JANUARY, JULY)
    assert moments(date(2026, 3, 1)) == (noon(2025, 7), JANUARY)
    assert moments(date(2026, 1, 15)) == (noon(2025, 1), noon(2025, 7))


@given(
    st.sampled_from(["Europe/Dublin", "America/Asuncion", "Asia/Tehran", "Africa/Cairo", "Asia/Kathmandu"])
)
def test_any_zones_clock_is_found_again(zone: str) -> None:
    readings = {
        local: local.replace(tzinfo=ZoneInfo(zone)).utcoffset() or timedelta() for local in (JANUARY, JULY)
    }

    found = zones_of(readings)

    assert found
    assert all(agrees(one, readings) for one in found)


# Clocks that are alike in January and in July

IN_BETWEEN = {
    # Egypt's summer begins at the end of April, the European one at the end of March.
    "Africa/Cairo": ("Europe/Athens", "2031-04-10"),
    # Morocco sets its clocks back for Ramadan.
    "Africa/Casablanca": ("Africa/Lagos", "2031-01-10"),
}


def in_between(desk: Desk, day: str) -> Desk:
    """Return the desk as setup leaves it, at a Krayin where Jane's lead is to be closed on that day."""
    ready = desk.with_settings(**desk.setup().settings)
    ready.contact(JANE)
    ready.ask("PUT", "leads/1", {"lead_pipeline_stage_id": 1, "expected_close_date": day})
    return ready


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize(("kept", "taken", "day"), [(zone, *rest) for zone, rest in IN_BETWEEN.items()])
def test_a_close_date_that_contradicts_the_zone_tells_it_from_others(
    fresh: Fresh, profile: str, kept: str, taken: str, day: str
) -> None:
    desk = in_between(fresh.of(profile, timezone=kept), day)
    before = desk.settings["facts"]["timezone"]

    with pytest.raises(SetUpAgain, match="time zone is not as it was found"):
        desk.contact(SMITH)
    again = desk.with_settings(**desk.setup().settings)
    again.contact(SMITH)

    assert (before, again.settings["facts"]["timezone"]) == (taken, kept)
    assert again.state.leads[1]["title"] == "Jane Smith"
    assert str(again.state.leads[1]["expected_close_date"]) == day


@pytest.mark.parametrize("profile", PROFILES)
def test_an_activitys_time_that_contradicts_the_zone_tells_it_from_others_too(
    fresh: Fresh, profile: str
) -> None:
    desk = fresh.of(profile, timezone="Africa/Cairo")
    calls = {"activity_types": "Voice=call"}
    desk = desk.with_settings(**calls, **desk.setup().settings)
    desk.contact(JANE)
    april = datetime(2026, 4, 10, 10, tzinfo=UTC).timestamp()
    rang: dict[str, Any] = {"channel": "Channel::Voice", "created_at": april, "last_activity_at": april + 600}

    with pytest.raises(SetUpAgain, match="time zone is not as it was found"):
        desk.created(talk(**rang))
    again = desk.with_settings(**desk.setup(**calls).settings)
    again.resolved(talk(**rang, status="resolved"))

    (call,) = again.state.activities.where(type="call")
    assert again.settings["facts"]["timezone"] == "Africa/Cairo"
    assert str(call["schedule_from"]) == "2026-04-10 12:00:00"


def test_zones_that_the_clock_does_not_tell_apart_are_named(fresh: Fresh) -> None:
    said = said_of(fresh(timezone="Africa/Cairo"), "Time zone")

    assert said.startswith("Europe/Athens, ")
    assert " Africa/Cairo, " in said
    assert said.endswith(" have another: a date between will tell.")


def test_a_zone_that_is_set_and_that_a_close_date_contradicts_is_refused(fresh: Fresh) -> None:
    desk = in_between(fresh(timezone="Africa/Cairo"), "2031-04-10")
    with pytest.raises(SetUpAgain):
        desk.contact(SMITH)

    with pytest.raises(SettingsError, match="time zone is not Europe/Athens") as no:
        desk.setup(server_timezone="Europe/Athens")

    assert "such as Africa/Cairo" in no.value.fix
    assert desk.setup(server_timezone="Africa/Cairo")


def test_signs_that_no_zone_has_change_nothing() -> None:
    readings = {JANUARY: timedelta(hours=1), JULY: timedelta(hours=2)}
    nowhere = Sign(datetime(2026, 5, 1, 11, 11, tzinfo=UTC))

    assert zones_of(readings, [nowhere]) == zones_of(readings)
    assert others_of(zones_of(readings), 2026) == []


def test_a_clock_that_no_zone_keeps_is_said_to_be_so() -> None:
    readings = {JANUARY: timedelta(hours=-3, minutes=-20), JULY: timedelta(hours=1)}

    assert zones_of(readings) == []
    assert spoken(readings) == "-03:20 in January, +01:00 in July"
