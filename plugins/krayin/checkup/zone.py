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
        return known, _unread(bench, known)
    try:
        readings, left = bench.clock.read(*moments(datetime.now(UTC).date()))
    except (Rejected, Failed) as error:
        said = f"{known}: {error}" if known else f"not known: {error}"
        return known, _line(said, f"{SET_IT} if it is another.")
    guess = bench.settings.server_timezone or bench.settings.timezone
    zones = zones_of(readings, bench.signs.known(), guess)
    if bench.settings.server_timezone:
        _check_set(bench.settings.server_timezone, zones, readings)
        said, fix = f"{zones[0]}, as set", ""
    else:
        said, fix = _told(zones, readings)
    return next(iter(zones), None), _line(*_left_behind(left, said, fix))


def _line(said: str, fix: str = "") -> ReportLine:
    return ReportLine("Time zone", said, "warning" if fix else "ok", fix)


def _unread(bench: Bench, known: str | None) -> ReportLine:
    if bench.settings.server_timezone:
        return _line(f"{known}, as set")
    if known:
        return _line(f"{known}, as found before")
    return ReportLine("Time zone", "looked for when it is turned on: that takes a write", "skipped")


def _check_set(wanted: str, zones: Sequence[str], readings: Readings) -> None:
    """Refuse the zone that is set where the clock, or a date that came back since, tells another one."""
    if wanted in zones:
        return
    what = f"Krayin's clock is {spoken(readings)} ahead of UTC, which is not {wanted}."
    if agrees(wanted, readings):
        what = f"Dates that Krayin showed since tell that its time zone is not {wanted}."
    raise SettingsError(what, fix=f"{SET_IT}, such as {zones[0]}, or to nothing." if zones else f"{SET_IT}.")


def _told(zones: Sequence[str], readings: Readings) -> tuple[str, str]:
    """Return what the clock tells, and what to do where that is nothing."""
    if not zones:
        return f"not known: no zone has Krayin's clock ({spoken(readings)}).", f"{SET_IT}."
    said = f"{zones[0]}, by Krayin's clock ({spoken(readings)})."
    same = f"{SET_IT} if it is another with the same clock."
    others = ", ".join(others_of(zones, max(readings).year))
    between = f"At other times of the year {others} have another: a date between will tell." if others else ""
    return " ".join(filter(None, (said, same, between))), ""


def _left_behind(activity_id: int | None, said: str, fix: str) -> tuple[str, str]:
    """Say as well where the activity by which the clock was read is still there."""
    if activity_id is None:
        return said, fix
    left = f"The activity «{TITLE}» ({activity_id}) could not be removed again."
    return (
        f"{said} {left}",
        " ".join(filter(None, (fix, "Delete it in Krayin."))),
    )
