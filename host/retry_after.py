"""When a server asks to be asked again: what its header Retry-After says (RFC 9110, 10.2.3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

SHORTEST, LONGEST = 1.0, 86_400.0
"""Seconds: who asks for none is not hammered, who asks for years is asked once a day."""


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return for how many seconds an answer asks us to wait, None where it says nothing that can be read.

    ``headers`` by lower-case name. A date is counted from the answer's own, or from ``now`` where it
    has none: the server's clock need not be ours.
    """
    said = headers.get("retry-after", "").strip()
    if said.isdecimal():
        return _bounded(float(said))
    until = _moment(said)
    if until is None:
        return None
    return _bounded((until - (_moment(headers.get("date", "")) or now)).total_seconds())


def _bounded(seconds: float) -> float:
    return min(max(seconds, SHORTEST), LONGEST)


def _moment(text: str) -> datetime | None:
    """Return what a date of HTTP's says."""
    try:
        said = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return said if said.tzinfo else said.replace(tzinfo=UTC)
