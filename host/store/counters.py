"""What is counted: events that mean nothing, deliveries taken once, refusals by reason, what was lost."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Literal

from sqlalchemy import Connection, Insert, func, select

from . import many
from .tables import counters
from .upsert import upsert_in

Family = Literal["event", "duplicate", "refused", "reconcile"]
Tally = Counter[tuple[int, Family, str]]
"""By (connection id, family, name)."""
KEY = ("connection_id", "family", "name")


def add(tx: Connection, tally: Tally) -> None:
    """Add to the counts, in one order always."""
    rows = [(*key, count) for key, count in sorted(tally.items())]
    many.write(tx, _add(tx.dialect.name), (*KEY, "count"), rows)


@cache
def _add(dialect: str) -> Insert:
    insert = upsert_in(dialect, counters)
    return insert.on_conflict_do_update(
        index_elements=KEY,
        set_={"count": counters.c.count + insert.excluded.count},
    )


def read(tx: Connection, family: Family, connection_id: int | None = None) -> dict[str, int]:
    """Return the counts of one family by name, of one connection or of all."""
    query = select(counters.c.name, func.sum(counters.c.count)).where(counters.c.family == family)
    if connection_id is not None:
        query = query.where(counters.c.connection_id == connection_id)
    return {row[0]: int(row[1]) for row in tx.execute(query.group_by(counters.c.name))}


def each(tx: Connection, family: Family) -> dict[int, dict[str, int]]:
    """Return the counts of one family by name, by connection."""
    found: dict[int, dict[str, int]] = {}
    query = select(counters.c.connection_id, counters.c.name, counters.c.count)
    for connection_id, name, count in tx.execute(query.where(counters.c.family == family)):
        found.setdefault(connection_id, {})[name] = count
    return found
