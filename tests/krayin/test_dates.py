"""Dates as Krayin shows them and as it wants them back, by the recordings of three zones."""

from __future__ import annotations

import pytest

from crmhost_krayin.mappers.dates import close_date, server_time

from .recordings import recorded


@pytest.mark.parametrize(("number", "zone"), [(581, "Europe/Prague"), (584, "UTC"), (587, "Asia/Kolkata")])
def test_a_close_date_is_the_day_that_began_then(number: int, zone: str) -> None:
    shown = recorded(number).json()["data"]["expected_close_date"]

    assert close_date(shown, zone) == "2026-12-31"


def test_a_day_that_begins_at_one_is_that_day() -> None:
    """Clocks in Beirut went from midnight to one on 2022-03-27."""
    assert close_date("2022-03-26T22:00:00.000000Z", "Asia/Beirut") == "2022-03-27"


def test_a_zone_in_which_no_day_begins_then_is_another_one() -> None:
    with pytest.raises(ValueError, match="no day begins"):
        close_date("2026-12-30T18:30:00.000000Z", "Europe/Prague")


@pytest.mark.parametrize("shown", [None, "", "-000001-11-29T18:06:32.000000Z"])
def test_no_date_is_none(shown: str | None) -> None:
    assert close_date(shown, "Asia/Kolkata") is None
    assert server_time(shown, "Asia/Kolkata") is None


def test_a_time_goes_back_as_the_server_wrote_it() -> None:
    assert server_time("2026-11-20T04:30:00.000000Z", "Asia/Kolkata") == "2026-11-20 10:00:00"
