"""A server that says when to ask again is heeded, whichever way it says so."""

from datetime import UTC, datetime

import pytest

from crmhost.retry_after import retry_after

NOW = datetime(2026, 11, 22, 22, 0, 0, tzinfo=UTC)
LATER = "Sun, 22 Nov 2026 22:02:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "58"}, 58),
        ({"retry-after": LATER}, 120),
        ({"retry-after": LATER, "date": "Sun, 22 Nov 2026 22:01:30 GMT"}, 30),
        ({"retry-after": LATER, "date": "yesterday"}, 120),
        ({"retry-after": "Sunday, 22-Nov-26 22:02:00 GMT"}, 120),
    ],
)
def test_a_number_and_a_date_by_the_servers_own_clock_are_read(
    headers: dict[str, str], seconds: float
) -> None:
    assert retry_after(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("said", "seconds"), [("0", 1), ("Sun, 22 Nov 2020 22:00:00 GMT", 1), ("9" * 400, 86_400)]
)
def test_nobody_is_hammered_and_nobody_is_left_for_good(said: str, seconds: float) -> None:
    assert retry_after({"retry-after": said}, NOW) == seconds


@pytest.mark.parametrize("headers", [{}, {"retry-after": "soon"}, {"retry-after": "-5"}, {"retry-after": ""}])
def test_what_says_nothing_asks_for_nothing(headers: dict[str, str]) -> None:
    assert retry_after(headers, NOW) is None
