"""What became of how much in each hour, by connection: received, tried, each state that ends a delivery."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Insert, and_, bindparam, func, literal, select, text

from . import many
from .page_tables import REFUSED, hours
from .tables import connections
from .upsert import upsert_in

HOUR = 3600
KEY = ("connection_id", "what", "hour")
COUNTED = ("count", "calls", "waited", "longest", "last_at")
RECEIVED, TRIED = "received", "tried"
"""What is counted beside the states; a try that failed has calls as well."""


class Moment(NamedTuple):
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
    alike: dict[tuple[int, str, int], list[Moment]] = {}
    for one in moments:
        alike.setdefault((one.connection_id, one.what, int(one.at // HOUR)), []).append(one)
    rows = [(*key, *_together(alike[key])) for key in sorted(alike)]
    many.write(tx, _add(tx.dialect.name), KEY + COUNTED, rows)


def _together(moments: Sequence[Moment]) -> tuple[float, ...]:
    """Return what is counted of so many, in the order of COUNTED."""
    _, _, at, calls, waited = zip(*moments, strict=True)
    return len(moments), sum(calls), sum(waited), max(waited), max(at)


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


def since(
    tx: Connection, connection_ids: Sequence[int], hour: int, what: Sequence[str]
) -> dict[tuple[int, str, int], Count]:
    """Return what was counted of these things from that hour on, by (connection, what, hour)."""
    rows = tx.execute(_SINCE, {"ids": connection_ids, "what": what, "hour": hour})
    return {(row[0], row[1], row[2]): Count(*row[3:]) for row in rows}


def sums(tx: Connection, connection_ids: Sequence[int], hour: int, what: Sequence[str]) -> dict[int, Count]:
    """Return what was counted of these things together from that hour on, by connection."""
    rows = tx.execute(_SUMS_OF, {"ids": connection_ids, "what": what, "hour": hour})
    return {row[0]: Count(int(row[1]), int(row[2]), *row[3:]) for row in rows}


def last(tx: Connection, connection_ids: Sequence[int], what: str) -> dict[int, float]:
    """Return when this happened last, by connection; those are left out to which it never did."""
    rows = tx.execute(_LAST, {"ids": connection_ids, "what": what})
    return {row[0]: row[1] for row in rows if row[1] is not None}


def refused(tx: Connection, after: float) -> set[int]:
    """Return the connections of which webhooks were refused since then, and none was taken after that."""
    return set(tx.scalars(_REFUSED, {"after": after, "hour": int(after // HOUR)}))


def altogether(tx: Connection) -> dict[tuple[int, str], Count]:
    """Return all that was ever counted, by (connection, what)."""
    key = (hours.c.connection_id, hours.c.what)
    rows = tx.execute(select(*key, *_SUMS[:3]).group_by(*key))
    return {(row[0], row[1]): Count(int(row[2]), int(row[3]), row[4]) for row in rows}


def refusing(tx: Connection, after: float) -> set[int]:
    """Return the connections of which any webhook was refused since then."""
    query = select(hours.c.connection_id).distinct().where(text(REFUSED), hours.c.hour >= int(after // HOUR))
    return set(tx.scalars(query))


def _newest(what: Any, connection_id: Any) -> Any:
    """Return when this happened to a connection last, as a part of a statement."""
    newest = hours.alias()
    here = and_(newest.c.connection_id == connection_id, newest.c.what == what)
    return select(newest.c.last_at).where(here).order_by(newest.c.hour.desc()).limit(1).scalar_subquery()


_SUMS = (
    *(func.sum(hours.c[name]) for name in ("count", "calls", "waited")),
    *(func.max(hours.c[name]) for name in ("longest", "last_at")),
)
# By all that comes before the hour in the key as well: so an index is used.
_THESE = and_(
    hours.c.connection_id.in_(bindparam("ids", expanding=True)),
    hours.c.what.in_(bindparam("what", expanding=True)),
    hours.c.hour >= bindparam("hour"),
)
# Made once: SQLAlchemy takes four times as long to make a statement as to run it.
_SINCE = select(hours).where(_THESE)
_SUMS_OF = select(hours.c.connection_id, *_SUMS).where(_THESE).group_by(hours.c.connection_id)
_LAST = select(connections.c.id, _newest(bindparam("what"), connections.c.id)).where(
    connections.c.id.in_(bindparam("ids", expanding=True))
)
_REFUSED = (
    select(hours.c.connection_id)
    .distinct()
    .where(
        text(REFUSED),
        hours.c.hour >= bindparam("hour"),
        hours.c.last_at > bindparam("after"),
        hours.c.last_at > func.coalesce(_newest(literal(RECEIVED), hours.c.connection_id), 0),
    )
)
