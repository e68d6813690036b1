"""The server's time zone: as it was set, or as Krayin's clock tells."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from crmhost import Rejected, ReportLine, SettingsError

from ..clients.clock import TITLE, Readings
from ..clients.errors import Failed
from ..desk import Bench
from .zones import agrees, moments, others_of, spoken, zones_of

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
    guess = bench.settings.server_timezone or bench.settings.timezone
    zones = zones_of(readings, bench.signs.known(), guess)
    if bench.settings.server_timezone:
        _check_set(bench.settings.server_timezone, zones, readings)
        said = f"{zones[0]}, as set"
    else:
        said = _told(zones, readings)
    return next(iter(zones), None), ReportLine("Time zone", said + _left_behind(left))


def _unread(bench: Bench, known: str | None) -> str:
    if bench.settings.server_timezone:
        return f"{known}, as set"
    return f"{known}, as found before" if known else "not looked for: that takes a write"


def _check_set(wanted: str, zones: Sequence[str], readings: Readings) -> None:
    """Refuse the zone that is set where the clock, or a date that came back since, tells another one."""
    if wanted in zones:
        return
    what = f"Krayin's clock is {spoken(readings)} ahead of UTC, which is not {wanted}."
    if agrees(wanted, readings):
        what = f"Dates that Krayin showed since tell that its time zone is not {wanted}."
    raise SettingsError(what, fix=f"{SET_IT}, such as {zones[0]}, or to nothing." if zones else f"{SET_IT}.")


def _told(zones: Sequence[str], readings: Readings) -> str:
    if not zones:
        return f"unknown: no zone has Krayin's clock ({spoken(readings)}). {SET_IT}."
    said = (
        f"{zones[0]}, by Krayin's clock ({spoken(readings)}). {SET_IT} if it is another with the same clock."
    )
    others = ", ".join(others_of(zones, max(readings).year))
    between = f" At other times of the year {others} have another: a date between will tell."
    return said + between if others else said


def _left_behind(activity_id: int | None) -> str:
    if activity_id is None:
        return ""
    return f" The activity «{TITLE}» ({activity_id}) could not be removed again: delete it in Krayin."
