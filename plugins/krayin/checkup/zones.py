"""Which time zone a clock keeps, told by how far it is ahead of UTC at some of its times."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from ..clients.memory import Sign
from ..mappers.dates import begins_day

Readings = Mapping[datetime, timedelta]
"""By the clock's own time, without a zone: how far it is ahead of UTC then."""

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


def agrees(zone: str, readings: Readings) -> bool:
    """Whether a clock in this zone would be so far ahead."""
    return all(local.replace(tzinfo=ZoneInfo(zone)).utcoffset() == ahead for local, ahead in readings.items())


def zones_of(readings: Readings, signs: Collection[Sign] = (), guess: str = "") -> list[str]:
    """Return the zones where a clock would be so far ahead, the guess first and then the well-known ones.

    Of those zones, the ones that most of the signs are true of.
    """
    zones = [zone for zone in _candidates(guess) if agrees(zone, readings)]
    fits = {zone: sum(_is_true(sign, zone) for sign in signs) for zone in zones}
    return [zone for zone in zones if fits[zone] == max(fits.values())]


def others_of(zones: Sequence[str], year: int) -> list[str]:
    """Return one each of the zones whose days begin otherwise than the first one's, this year or next."""
    kinds: dict[tuple[timedelta | None, ...], str] = {}
    for zone in zones:
        kinds.setdefault(_offsets(zone, year) + _offsets(zone, year + 1), zone)
    return list(kinds.values())[1:]


def spoken(readings: Readings) -> str:
    """Return ``+01:00 in January, +02:00 in July``."""
    return ", ".join(f"{_signed(ahead)} in {local:%B}" for local, ahead in readings.items())


def _candidates(guess: str) -> Iterable[str]:
    others = sorted(name for name in available_timezones() if "/" in name)
    return dict.fromkeys(filter(None, (guess, *WELL_KNOWN, *others)))


def _is_true(sign: Sign, zone: str) -> bool:
    if sign.local is None:
        return begins_day(sign.instant, zone)
    return sign.instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == sign.local


@lru_cache(maxsize=2048)
def _offsets(zone: str, year: int) -> tuple[timedelta | None, ...]:
    """Return how far ahead of UTC each of the year's days begins."""
    first = datetime(year, 1, 1, tzinfo=ZoneInfo(zone))
    return tuple((first + timedelta(days=day)).utcoffset() for day in range(365))


def _signed(ahead: timedelta) -> str:
    minutes = round(ahead.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
