"""What operators were told of, so that nothing is told twice and its end is told too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, or_, select, update

from .tables import connections, counters, deliveries, notices, reconciliations
from .upsert import upsert

TURN = "turn"
"""The row that says when any process last looked: one of them does, not each."""


@dataclass(frozen=True)
class Known:
    """What was last told of one thing: how many by then, when, and whether that was its end."""

    count: int
    told_at: float
    over: bool


def take_turn(tx: Connection, now: float, period: float) -> bool:
    """Whether it is this process's turn to look; for ``period`` seconds it is nobody else's."""
    tx.execute(
        upsert(tx, notices).values(key=TURN, count=0, told_at=0.0, over=False).on_conflict_do_nothing()
    )
    mine = update(notices).where(notices.c.key == TURN, notices.c.told_at <= now - period)
    return tx.execute(mine.values(told_at=now)).rowcount == 1


def known(tx: Connection) -> dict[str, Known]:
    """Return what was told of, by key."""
    columns = notices.c.key, notices.c.count, notices.c.told_at, notices.c.over
    rows = tx.execute(select(*columns).where(notices.c.key != TURN))
    return {key: Known(count, told_at, over) for key, count, told_at, over in rows}


def keep(tx: Connection, told: Mapping[str, Known]) -> None:
    """Keep that these were told."""
    for key, one in told.items():
        values = {"count": one.count, "told_at": one.told_at, "over": one.over}
        insert = upsert(tx, notices).values(key=key, **values)
        tx.execute(insert.on_conflict_do_update(index_elements=["key"], set_=values))


@dataclass(frozen=True)
class Paused:
    """Why the host let a connection wait, and for how long its CRM has not been reached."""

    reason: str
    fix: str
    away_for: float | None


def paused(tx: Connection) -> dict[int, Paused]:
    """Return the connections that the host paused."""
    query = select(
        connections.c.id,
        connections.c.paused_reason,
        connections.c.paused_fix,
        connections.c.paused_until - connections.c.away_since,
    )
    held = connections.c.paused_until.is_not(None) & connections.c.paused_reason.is_not(None)
    return {row[0]: Paused(row[1], row[2] or "", row[3]) for row in tx.execute(query.where(held))}


def dead(tx: Connection) -> dict[int, tuple[int, str]]:
    """Return how many deliveries of each connection ever died, and why the last one did."""
    ended = deliveries.c.state == "dead"
    query = select(deliveries.c.connection_id, func.count(), func.max(deliveries.c.id)).where(ended)
    rows = list(tx.execute(query.group_by(deliveries.c.connection_id)))
    last = select(deliveries.c.id, deliveries.c.reason).where(deliveries.c.id.in_([row[2] for row in rows]))
    reasons = {row[0]: row[1] or "" for row in tx.execute(last)}
    return {row[0]: (row[1], reasons.get(row[2], "")) for row in rows}


def not_compared(tx: Connection) -> dict[int, tuple[str, str]]:
    """Return of the connections that cannot be compared with Chatwoot why, where a person can mend it."""
    query = select(reconciliations.c.connection_id, reconciliations.c.problem, reconciliations.c.fix)
    mendable = reconciliations.c.problem.is_not(None) & reconciliations.c.fix.is_not(None)
    return {row[0]: (row[1], row[2]) for row in tx.execute(query.where(mendable))}


def forget(tx: Connection, connection_id: int) -> None:
    """Forget what was told of a connection that is removed: the next one may get its number."""
    tx.execute(notices.delete().where(notices.c.key.like(f"%:{connection_id}")))


def counted(tx: Connection, family: str, *names: str) -> dict[int, int]:
    """Return how many of these were ever counted, by connection."""
    any_of = or_(*(counters.c.name == name for name in names))
    query = select(counters.c.connection_id, func.sum(counters.c.count))
    query = query.where(counters.c.family == family, any_of).group_by(counters.c.connection_id)
    return {row[0]: int(row[1]) for row in tx.execute(query)}
