"""Each row of the table of calls, held exactly: the most that any customer took is what the row says."""

from __future__ import annotations

from collections import Counter

import pytest

from ...conftest import Say
from .measuring import CUSTOMERS, FEW, PROFILES, measure
from .rows import ROWS, Row

EACH_ROW = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what)
EACH_PROFILE = pytest.mark.parametrize("profile", PROFILES)


@EACH_ROW
@EACH_PROFILE
def test_an_event_takes_the_calls_that_the_table_says_and_none_the_second_time(
    profile: str, row: Row
) -> None:
    _hold(row, profile, FEW)


@pytest.mark.proof
@EACH_ROW
@EACH_PROFILE
def test_the_table_holds_for_all_the_customers_it_is_about(profile: str, row: Row, say: Say) -> None:
    number = CUSTOMERS[profile]

    most = _hold(row, profile, number)

    say(f"Krayin {profile}, {number} customers, {row.what}: {most} calls at most")


def _hold(row: Row, profile: str, number: int) -> int:
    measured = measure(row, profile, number)
    assert max(measured.first) == row.at_most, Counter(measured.first)
    assert Counter(measured.again) == {0: number}
    assert measured.shows
    return max(measured.first)
