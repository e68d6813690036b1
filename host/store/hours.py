"""What became of how much in each hour, by connection: received, tried, each state that ends a delivery."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Insert, func, select

from . import many
from .page_tables import hours
from .upsert import upsert_in

HOUR = 3600
KEY = ("connection_id", "what", "hour")
RECEIVED, TRIED = "received", "tried"
"""What is counted beside the states; a try that failed has calls as well."""


@dataclass(frozen=True)
class Moment:
    """One thing that happened to a delivery: to whose, what, how many calls it took, how late it was."""

    connection_id: int
    what: str
    at: float
    calls: int = 0
    waited: float = 0.0


def note(tx: Connection, moments: Iterable[Moment]) -> None:
    """Count what happened.

    Rows are written in one order always. What arrives and what ends have rows of their own: a receiver
    and a worker never wait for each other here.
    """
    rows: dict[tuple[int, str, int], dict[str, Any]] = {}
    for one in moments:
        key = (one.connection_id, one.what, int(one.at // HOUR))
        row = rows.setdefault(key, dict.fromkeys(("count", "calls", "waited", "longest", "last_at"), 0))
        row["count"] += 1
        row["calls"] += one.calls
        row["waited"] += one.waited
        row["longest"] = max(row["longest"], one.waited)
        row["last_at"] = max(row["last_at"], one.at)
    keyed = [dict(zip(KEY, key, strict=True)) | rows[key] for key in sorted(rows)]
    many.write(tx, _add(tx.dialect.name), keyed)


@cache
def _add(dialect: str) -> Insert:
    insert = upsert_in(dialect, hours)
    new, larger = insert.excluded, func.max if dialect == "sqlite" else func.greatest
    added = {name: hours.c[name] + new[name] for name in ("count", "calls", "waited")}
    most = {name: larger(hours.c[name], new[name]) for name in ("longest", "last_at")}
    return insert.on_conflict_do_update(index_elements=list(KEY), set_=added | most)


@dataclass(frozen=True)
class Count:
    """What was counted of one thing in one hour, or in several together."""

    count: int = 0
    calls: int = 0
    waited: float = 0.0
    longest: float = 0.0
    last_at: float = 0.0

    def __add__(self, other: Count) -> Count:
        """Return both as one."""
        return Count(
            self.count + other.count,
            self.calls + other.calls,
            self.waited + other.waited,
            max(self.longest, other.longest),
            max(self.last_at, other.last_at),
        )


def since(tx: Connection, connection_ids: Sequence[int], hour: int) -> dict[tuple[int, str, int], Count]:
    """Return what was counted from that hour on, by (connection, what, hour)."""
    query = select(hours).where(hours.c.connection_id.in_(connection_ids), hours.c.hour >= hour)
    return {(row[0], row[1], row[2]): Count(*row[3:]) for row in tx.execute(query)}


def last(tx: Connection, connection_id: int, what: str) -> float | None:
    """Return when this happened last."""
    here = (hours.c.connection_id == connection_id) & (hours.c.what == what)
    moment: float | None = tx.scalar(
        select(hours.c.last_at).where(here).order_by(hours.c.hour.desc()).limit(1)
    )
    return moment


def altogether(tx: Connection) -> dict[tuple[int, str], Count]:
    """Return all that was ever counted, by (connection, what)."""
    columns = (func.sum(hours.c.count), func.sum(hours.c.calls), func.sum(hours.c.waited))
    rows = tx.execute(
        select(hours.c.connection_id, hours.c.what, *columns).group_by(hours.c.connection_id, hours.c.what)
    )
    return {(row[0], row[1]): Count(int(row[2]), int(row[3]), row[4]) for row in rows}
