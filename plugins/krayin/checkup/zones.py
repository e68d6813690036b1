"""Which time zone a clock keeps, told by how far it is ahead of UTC at some of its times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

WELL_KNOWN = (
    "UTC", "Asia/Kolkata", "Europe/London", "Europe/Berlin", "Europe/Athens", "Europe/Istanbul",
    "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Phoenix",
    "America/Mexico_City", "America/Bogota", "America/Caracas", "America/Halifax", "America/Santiago",
    "America/Sao_Paulo", "America/St_Johns", "America/Anchorage", "Pacific/Honolulu", "Africa/Lagos",
    "Africa/Johannesburg", "Africa/Nairobi", "Asia/Dubai", "Asia/Karachi", "Asia/Dhaka", "Asia/Bangkok",
    "Asia/Singapore", "Asia/Tokyo", "Asia/Tehran", "Asia/Jerusalem", "Asia/Kathmandu", "Asia/Yangon",
    "Australia/Sydney", "Australia/Brisbane", "Australia/Adelaide", "Australia/Darwin", "Australia/Perth",
    "Pacific/Auckland",
)  # fmt: skip
"""Of zones with the same clock, the one that most people would name."""


def moments(today: date) -> tuple[datetime, datetime]:
    """Return noon of the last mid-January and the last mid-July, in order: one of the two is in summer."""
    noons = (
        datetime.combine(date(today.year - (today <= date(today.year, month, 15)), month, 15), time(12))
        for month in (1, 7)
    )
    first, then = sorted(noons)
    return first, then


def agrees(zone: str, readings: Mapping[datetime, timedelta]) -> bool:
    """Whether a clock in this zone would be so far ahead."""
    return all(local.replace(tzinfo=ZoneInfo(zone)).utcoffset() == ahead for local, ahead in readings.items())


def zone_of(readings: Mapping[datetime, timedelta], guess: str = "") -> str | None:
    """Return the guess if a clock there would be so far ahead, else a zone where it would; None: nowhere."""
    return next((zone for zone in _candidates(guess) if agrees(zone, readings)), None)


def spoken(readings: Mapping[datetime, timedelta]) -> str:
    """Return ``+01:00 in January, +02:00 in July``."""
    return ", ".join(f"{_signed(ahead)} in {local:%B}" for local, ahead in readings.items())


def _candidates(guess: str) -> Iterator[str]:
    if guess:
        yield guess
    yield from WELL_KNOWN
    yield from sorted(name for name in available_timezones() if "/" in name)


def _signed(ahead: timedelta) -> str:
    minutes = round(ahead.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
