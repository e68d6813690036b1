"""Times and numbers, as people of a place write them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_datetime, format_skeleton, format_timedelta
from babel.numbers import format_decimal
from markupsafe import Markup

from .words import gettext as _
from .words import locale

_zone: ContextVar[tzinfo] = ContextVar("zone", default=UTC)
MINUTE = 60


@contextmanager
def living_in(name: str) -> Iterator[None]:
    """Write times as in this zone while the block lasts; in UTC where there is none of that name."""
    before = _zone.set(_zone_of(name))
    try:
        yield
    finally:
        _zone.reset(before)


def zone() -> tzinfo:
    """Return the zone that times are written in now."""
    return _zone.get()


def _zone_of(name: str) -> tzinfo:
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def number(value: float, digits: int = 0) -> str:
    """Return ``12,345`` or ``12.345``, as it is written there."""
    return format_decimal(round(value, digits), locale=locale())


def moment(at: float) -> str:
    """Return date and time with seconds; the zone is named where the browser did not say its own."""
    written = format_datetime(_local(at), "medium", locale=locale())
    return f"{written} UTC" if _zone.get() is UTC else written


def day_and_hour(at: float) -> str:
    """Return such as ``12 Mar, 14:00``."""
    return f"{day(at)}, {hour(at)}"


def hour(at: float) -> str:
    """Return such as ``14:00``."""
    return format_skeleton("Hm", _local(at), locale=locale())


def clock(at: float) -> str:
    """Return such as ``14:00:05``; the zone is named as ``moment`` does."""
    written = format_skeleton("Hms", _local(at), locale=locale())
    return f"{written} UTC" if _zone.get() is UTC else written


def day(at: float) -> str:
    """Return such as ``12 Mar``."""
    return format_skeleton("MMMd", _local(at), locale=locale())


def day_of(at: datetime) -> str:
    """Return such as ``12 Mar 2026``."""
    return format_skeleton("yMMMd", _local(at.timestamp()), locale=locale())


def ago(at: float) -> str:
    """Return such as ``3 minutes ago``."""
    seconds = at - time.time()
    if -MINUTE < seconds <= 0:
        return _("just now")
    return format_timedelta(round(seconds), add_direction=True, locale=locale(), threshold=1.2)


def when(at: float | None) -> Markup:
    """Return how long ago that was, with the exact time behind it."""
    if at is None:
        return Markup("&ndash;")
    iso = datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(iso, moment(at), ago(at))


def duration(seconds: float) -> str:
    """Return such as ``0.4 s`` or ``12 minutes``."""
    if seconds < 10:
        return _("%(seconds)s s", seconds=number(seconds, 1))
    return format_timedelta(round(seconds), locale=locale(), threshold=1.2)


def _local(at: float) -> datetime:
    return datetime.fromtimestamp(at, _zone.get())
