"""Trying dead deliveries again: through their lanes, in order, and never over a newer state."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from .errors import SettingsError
from .store import clock, dead

if TYPE_CHECKING:
    from .house import House
    from .store.dead import Chosen

BATCH = 200
BREATH = 0.1
"""Seconds between two batches: a writer who waits for SQLite looks as often whether it is his turn."""
_SECONDS = {"m": 60, "h": 3600, "d": 86_400}


@dataclass(frozen=True)
class Replayed:
    """Which deliveries are tried again, and why others are not."""

    ids: tuple[int, ...]
    refused: dict[int, str]


def replay(house: House, wanted: Chosen, *, dry_run: bool = False) -> Replayed:
    """Make the chosen deliveries wait for their lanes again; with ``dry_run`` only say which.

    It is one transaction, in which no webhook can be stored on SQLite: many are for ``batches``.
    """
    with house.store.read() if dry_run else house.store.write() as tx:
        rows = dead.chosen(tx, wanted)
        missing = dict.fromkeys(set(wanted.ids) - {row.id for row in rows}, "There is no such delivery.")
        against = dead.obstacles(tx, rows)
        again = [row for row in rows if row.id not in against]
        if not dry_run:
            dead.bring_back(tx, again, clock.now(tx))
    return Replayed(tuple(row.id for row in again), missing | against)


def batches(house: House, wanted: Chosen, *, dry_run: bool = False) -> Iterator[Replayed]:
    """Replay all that are chosen, in order of arrival, a batch a transaction; yield what was done by each."""
    ids, after = sorted(set(wanted.ids)), wanted.after
    while True:
        named, ids = tuple(ids[:BATCH]), ids[BATCH:]
        done = replay(house, replace(wanted, ids=named, after=after, limit=BATCH), dry_run=dry_run)
        yield done
        seen = [*done.ids, *done.refused]
        if not ids and (named or len(seen) < BATCH):
            return
        after = max(seen)
        if not dry_run:
            time.sleep(BREATH)


def moment(text: str, now: float) -> float:
    """Read ``2h``, ``30m``, ``3d`` (so long ago) or a date and time (ISO 8601, UTC unless it says)."""
    if match := re.fullmatch(r"(\d{1,6})([mhd])", text.strip()):
        return now - int(match[1]) * _SECONDS[match[2]]
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        fix = "Write 30m, 2h or 3d (so long ago), or 2026-11-22T20:00."
        raise SettingsError(f"{text!r} is no time.", fix=fix) from error
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
