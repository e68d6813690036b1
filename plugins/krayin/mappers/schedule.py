"""Times: as people read them, and as Krayin wants them, in its server's zone and without an offset."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from crmhost import Conversation

SHORTEST = timedelta(minutes=5)
"""How long a conversation takes at least: it is scheduled when it has only just begun."""


def conversation_to_schedule(conversation: Conversation, *, zone: str) -> dict[str, str]:
    """Return from when until when the conversation went; {} where nobody says when.

    Krayin reads ``Y-m-d H:i:s`` as its server's time and throws an offset away. In the hour in which
    clocks are set back, what ends later can be written earlier: then the time it took is added instead.
    """
    last = conversation.last_activity_at or conversation.updated_at
    first = conversation.created_at or last
    if first is None:
        return {}
    begin = _aware(first)
    took = max(_aware(last or first) - begin, SHORTEST)
    start, end = (local_time(moment, zone).replace(tzinfo=None) for moment in (begin, begin + took))
    return {"schedule_from": _stored(start), "schedule_to": _stored(end if end > start else start + took)}


def time_to_text(moment: datetime, zone: str) -> str:
    """Return a time as people read it: ``2026-06-18 11:12 CEST``."""
    return local_time(moment, zone).strftime("%Y-%m-%d %H:%M %Z")


def local_time(moment: datetime, zone: str) -> datetime:
    """Return the moment in the zone's time; in UTC where that would be beyond the calendar."""
    try:
        return _aware(moment).astimezone(ZoneInfo(zone))
    except OverflowError:
        return _aware(moment)


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _stored(moment: datetime) -> str:
    return moment.isoformat(sep=" ", timespec="seconds")
