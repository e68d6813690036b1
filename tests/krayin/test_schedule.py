"""When a conversation was, as Krayin's server writes times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmhost_krayin.mappers.schedule import conversation_to_schedule, local_time, time_to_text

from .talks import opened

KOLKATA, PRAGUE = "Asia/Kolkata", "Europe/Prague"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "began", "last", "start", "end"),
    [
        ("UTC", "2026-01-05 09:00", "2026-01-05 10:00", "2026-01-05 09:00:00", "2026-01-05 10:00:00"),
        (PRAGUE, "2026-01-05 09:00", "2026-01-05 10:00", "2026-01-05 10:00:00", "2026-01-05 11:00:00"),
        (PRAGUE, "2026-07-05 09:00", "2026-07-05 10:00", "2026-07-05 11:00:00", "2026-07-05 12:00:00"),
        (KOLKATA, "2026-07-05 09:00", "2026-07-05 09:00", "2026-07-05 14:30:00", "2026-07-05 14:35:00"),
        # clocks go forward: 01:59 is followed by 03:00
        (PRAGUE, "2026-03-29 00:58", "2026-03-29 00:59", "2026-03-29 01:58:00", "2026-03-29 03:03:00"),
        # clocks go back: 02:50, twenty minutes on, is 02:10, and it would end before it began
        (PRAGUE, "2026-10-25 00:50", "2026-10-25 01:10", "2026-10-25 02:50:00", "2026-10-25 03:10:00"),
        # what was said last is older than the conversation
        ("UTC", "2026-01-05 09:00", "2026-01-05 08:00", "2026-01-05 09:00:00", "2026-01-05 09:05:00"),
    ],
)  # fmt: skip
def test_times_are_the_servers(zone: str, began: str, last: str, start: str, end: str) -> None:
    talk = opened(created_at=at(began), last_activity_at=at(last))

    assert conversation_to_schedule(talk, zone=zone) == {"schedule_from": start, "schedule_to": end}


def test_without_a_last_activity_the_last_change_is_the_end() -> None:
    talk = opened(created_at=at("2026-01-05"), updated_at=at("2026-01-06"))

    assert conversation_to_schedule(talk, zone="UTC")["schedule_to"] == "2026-01-06 00:00:00"


def test_what_nobody_said_the_time_of_has_none() -> None:
    assert conversation_to_schedule(opened(), zone="UTC") == {}


@given(
    minutes=st.integers(0, 60 * 24 * 365 * 10),
    took=st.timedeltas(min_value=timedelta(), max_value=timedelta(days=9)),
    zone=st.sampled_from(["UTC", "Europe/Prague", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]),
)
def test_whatever_the_clocks_do_it_ends_after_it_began(minutes: int, took: timedelta, zone: str) -> None:
    began = at("2026-01-01") + timedelta(minutes=minutes)

    said = conversation_to_schedule(opened(created_at=began, last_activity_at=began + took), zone=zone)

    assert said["schedule_from"] < said["schedule_to"]


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("UTC", "2026-06-18 09:12 UTC"),
        ("Europe/Prague", "2026-06-18 11:12 CEST"),
        ("Asia/Kolkata", "2026-06-18 14:42 IST"),
    ],
)
def test_people_read_times_in_their_own_zone(zone: str, text: str) -> None:
    assert time_to_text(at("2026-06-18 09:12"), zone) == text


def test_at_the_end_of_the_calendar_a_time_stays_as_it_is() -> None:
    last = at("9999-12-31 23:59")

    assert local_time(last.replace(tzinfo=None), "Asia/Kolkata") == last
