"""Krayin's clock: which time zone the server lives in, which no call says.

What is sent as the time of an activity is taken for the server's own, and comes back as UTC. So setup
makes an activity and removes it: a call, since all versions take one with a schedule, that belongs to
nobody and invites nobody, so that nobody gets an e-mail; in the past, so that it is in nobody's way.
"""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

from crmhost import PluginError, TryAgain

from .activities import ACTIVITIES
from .errors import ADDRESS_FIX
from .transport import Transport

TITLE = "crmhost asks what time it is here"
COMMENT = "Made and removed at once by crmhost, to learn the server's time zone. If you see this, delete it."
SENT = "%Y-%m-%d %H:%M:%S"

Readings = dict[datetime, timedelta]
"""By the server's own time, without a zone: how far it is ahead of UTC then."""


class Clock:
    """The clock of one Krayin."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def read(self, first: datetime, then: datetime) -> tuple[Readings, int | None]:
        """Return how far ahead of UTC the server is at two of its times, the earlier first.

        Beside it the id of the activity that was made for it, where it could not be removed again.
        """
        made = self._make(first, then)
        left = None if self._removed(made["id"]) else int(made["id"])
        return {first: _ahead(first, made, "schedule_from"), then: _ahead(then, made, "schedule_to")}, left

    def _make(self, first: datetime, then: datetime) -> dict[str, Any]:
        times = {"schedule_from": first.strftime(SENT), "schedule_to": then.strftime(SENT)}
        try:
            return self._transport.write(
                "POST", ACTIVITIES, {"type": "call", "title": TITLE, "comment": COMMENT, **times}
            )
        except PluginError as error:
            if error.unsure:
                self._sweep()
            raise

    def _sweep(self) -> None:
        """Remove what may have been made although Krayin did not say so; its silence is what is reported."""
        with contextlib.suppress(PluginError):
            for row in self._transport.get(ACTIVITIES, {"title": TITLE}):
                if row.get("title") == TITLE:
                    self._removed(row["id"])

    def _removed(self, activity_id: int) -> bool:
        try:
            self._transport.do("DELETE", f"{ACTIVITIES}/{activity_id}")
        except PluginError:
            return False
        return True


def _ahead(local: datetime, made: dict[str, Any], field: str) -> timedelta:
    try:
        utc = datetime.fromisoformat(made[field]).astimezone(UTC)
    except (KeyError, TypeError, ValueError) as error:
        raise TryAgain(
            f"Krayin's answer to POST {ACTIVITIES} has no {field} in it.", fix=ADDRESS_FIX
        ) from error
    return local - utc.replace(tzinfo=None)
