"""The store's pulse: a count that workers raise as long as they live, and until when it is in doubt.

A store that was restored from a backup has a lower count than was seen before, and an old beat. What
became of the world since then it does not know.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, update

from .prepared import Prepared
from .tables import connections, pulse
from .upsert import upsert

_LAST = Prepared(select(pulse.c.name, pulse.c.count, pulse.c.beat_at, pulse.c.doubt_at))


@dataclass(frozen=True)
class Beat:
    """The last beat: ``name`` tells this store from others."""

    name: str
    count: int
    beat_at: float
    doubt_at: float | None
    """When it was last found that the store may be older than the world."""


def last(tx: Connection) -> Beat | None:
    """Return the last beat; None where there was none."""
    row = _LAST.first(tx)
    return Beat(*row) if row else None


def first(tx: Connection, now: float) -> Beat:
    """Return the last beat; where there was none, as if it had come with the first connection."""
    known = last(tx)
    if known is None:
        began = tx.scalar(select(func.min(connections.c.created_at))) or now
        row = {"id": 1, "name": secrets.token_hex(8), "count": 0, "beat_at": began}
        tx.execute(upsert(tx, pulse).values(row).on_conflict_do_nothing())
        known = last(tx)
    if known is None:
        raise LookupError("the pulse that was just written is not there")
    return known


def beat(tx: Connection, now: float) -> int:
    """Beat once more; return the count."""
    count = tx.scalar(update(pulse).values(count=pulse.c.count + 1, beat_at=now).returning(pulse.c.count))
    return int(count or 0)


def doubt(tx: Connection, now: float, count: int) -> None:
    """Say that the store may be older than the world, and go on from a count that was seen."""
    tx.execute(update(pulse).values(doubt_at=now, count=count))
