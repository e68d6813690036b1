"""Dates and times between Krayin's answers, in UTC, and what it wants back: the server's own digits."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo


def close_date(shown: object, zone: str) -> str | None:
    """Return the date of a close date as answers show it: the instant at which that day began.

    2026-12-31 is ``2026-12-30T18:30:00.000000Z`` in Kolkata (recordings 580-588). None where there is
    none; ValueError where no day of this zone begins then: the server's zone is another one.
    """
    moment = _moment(shown)
    if moment is None:
        return None
    if not begins_day(moment, zone):
        raise ValueError(f"no day begins at {shown} in {zone}")
    return moment.astimezone(ZoneInfo(zone)).date().isoformat()


def begins_day(moment: datetime, zone: str) -> bool:
    """Whether a day of this zone begins at that instant."""
    day = moment.astimezone(ZoneInfo(zone)).date()
    # Compared the other way round, since where clocks change at midnight a day begins at one.
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC) == moment


def server_time(shown: object, zone: str) -> str | None:
    """Return a time as Krayin wants it back, without a zone; it would throw one away (recordings 398-400)."""
    moment = _moment(shown)
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S") if moment else None


def is_shown_as(sent: str, shown: object, zone: str) -> bool:
    """Whether a time that was sent, without a zone, is shown as one of this zone; True of what is no time."""
    moment = _moment(shown)
    if moment is None:
        return True
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == datetime.fromisoformat(sent)


def _moment(shown: object) -> datetime | None:
    """Return the instant; None too for a date of noughts, which is before all calendars."""
    if not isinstance(shown, str):
        return None
    try:
        moment = datetime.fromisoformat(shown)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None
