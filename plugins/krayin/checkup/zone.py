"""The server's time zone: as it was set, or as Krayin's clock tells."""

from __future__ import annotations

from datetime import UTC, datetime

from crmhost import Rejected, ReportLine, SettingsError

from ..clients.clock import TITLE, Readings
from ..clients.errors import Failed
from ..desk import Bench
from ..settings import KrayinSettings
from .zones import agrees, moments, spoken, zone_of

SET_IT = "Set server_timezone to Krayin's APP_TIMEZONE"


def zone_found(bench: Bench) -> tuple[str | None, ReportLine]:
    """Return the time zone, and what is to be said of it; the one that is set is compared with the clock."""
    known = bench.settings.server_zone
    if bench.context.read_only:
        return known, ReportLine("Time zone", _unread(bench, known))
    try:
        readings, left = bench.clock.read(*moments(datetime.now(UTC).date()))
    except (Rejected, Failed) as error:
        return known, ReportLine("Time zone", f"{known or 'unknown'}: {error} {SET_IT} if it is another.")
    zone = _agreed(bench.settings, readings)
    said = f"{zone}, as set" if bench.settings.server_timezone else _told(zone, readings)
    return zone, ReportLine("Time zone", said + _left_behind(left))


def _unread(bench: Bench, known: str | None) -> str:
    if bench.settings.server_timezone:
        return f"{known}, as set"
    return f"{known}, as found before" if known else "not looked for: that takes a write"


def _agreed(settings: KrayinSettings, readings: Readings) -> str | None:
    """Return the zone that is set or the one that the clock tells, or raise where they differ."""
    zone = zone_of(readings, settings.server_timezone or settings.timezone)
    if settings.server_timezone and not agrees(settings.server_timezone, readings):
        raise SettingsError(
            f"Krayin's clock is {spoken(readings)} ahead of UTC, which is not {settings.server_timezone}.",
            fix=f"{SET_IT}, such as {zone}, or to nothing." if zone else f"{SET_IT}.",
        )
    return zone


def _told(zone: str | None, readings: Readings) -> str:
    if zone is None:
        return f"unknown: no zone has Krayin's clock ({spoken(readings)}). {SET_IT}."
    return f"{zone}, by Krayin's clock ({spoken(readings)}). {SET_IT} if it is another with the same clock."


def _left_behind(activity_id: int | None) -> str:
    if activity_id is None:
        return ""
    return f" The activity «{TITLE}» ({activity_id}) could not be removed again: delete it in Krayin."
