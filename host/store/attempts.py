"""Attempts that have not ended a delivery: what may come of them yet, and why they failed."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, literal, select, update

from . import notes
from .causes import cause_of
from .deliveries import DUE_SINCE
from .page_tables import attempts
from .prepared import Prepared
from .tables import deliveries
from .text import storable

LAST = 10
"""How many attempts of a delivery are kept."""
AGAIN = "again"
"""Beside what the plugin was handed: that the delivery was given up before, and is tried once more."""
_KEPT = ("connection_id", "contact_id", "delivery_id", "at", "reason", "fix", "outcome")

# Made once: SQLAlchemy takes four times as long to make a statement as to run it.
_THIS = update(deliveries).where(deliveries.c.id == bindparam("delivery"))
_BEGIN = Prepared(_THIS.values(attempted=bindparam("handed"), attempted_at=bindparam("now")))
_END = Prepared(_THIS.values(attempted_at=None))


def begin_write(tx: Connection, delivery_id: int, handed: Mapping[str, Any], now: float) -> None:
    """Note that an attempt is about to write, and what the plugin was handed."""
    _BEGIN.count(tx, {"delivery": delivery_id, "handed": dict(handed), "now": now})


def repeat(tx: Connection, delivery_id: int, handed: Mapping[str, Any], since: float) -> None:
    """Have a delivery begin with what the plugin was handed when it was given up; not a second time."""
    begin_write(tx, delivery_id, {**handed, AGAIN: True}, since)


def end_writes(tx: Connection, delivery_id: int) -> None:
    """Note that every write of the attempt was answered: none is carried out later."""
    _END.count(tx, {"delivery": delivery_id})


def failed(tx: Connection, delivery_id: int, reason: str, fix: str, outcome: Mapping[str, Any]) -> None:
    """Note a failure that will pass: the delivery stays the first of its lane."""
    values = {
        "attempts": deliveries.c.attempts + 1,
        "reason": storable(reason),
        "fix": storable(fix),
        "outcome": dict(outcome),
    }
    now = time.time()
    noted = _THIS.values(values).returning(deliveries.c.connection_id, DUE_SINCE)
    tried = tx.execute(noted, {"delivery": delivery_id})
    notes.ended(tx, [(row[0], row[1]) for row in tried], notes.TRIED, now, outcome)
    _keep(tx, [delivery_id], now)


def keep_ended(tx: Connection, delivery_ids: Sequence[int]) -> None:
    """Keep the last attempt of dead deliveries, which are about to be tried anew."""
    _keep(tx, delivery_ids, None)


def _keep(tx: Connection, delivery_ids: Sequence[int], now: float | None) -> None:
    """Keep what these deliveries say of their last attempt, which ended now or when they did."""
    at = func.coalesce(deliveries.c.finished_at, 0.0) if now is None else literal(now)
    d = deliveries.c
    last = select(d.connection_id, d.contact_id, d.id, at, d.reason, d.fix, d.outcome)
    chosen = last.where(d.id.in_(delivery_ids)).order_by(d.id)
    tx.execute(insert(attempts).from_select(_KEPT, chosen))
    own = attempts.alias()
    newest = select(own.c.id).where(own.c.delivery_id == attempts.c.delivery_id).order_by(own.c.id.desc())
    too_old = newest.offset(LAST).limit(1).scalar_subquery()
    tx.execute(delete(attempts).where(attempts.c.delivery_id.in_(delivery_ids), attempts.c.id <= too_old))


def kept(tx: Connection, *delivery_ids: int) -> list[Row[Any]]:
    """Return the attempts of deliveries that are kept, the newest first."""
    query = select(attempts).where(attempts.c.delivery_id.in_(delivery_ids))
    return list(tx.execute(query.order_by(attempts.c.id.desc())))


def alike(tx: Connection, delivery_id: int, reason: str) -> int:
    """Return how many attempts in a row, the last one first, failed for what is this reason."""
    query = select(attempts.c.reason).where(attempts.c.delivery_id == delivery_id)
    kept_reasons = tx.scalars(query.order_by(attempts.c.id.desc()))
    cause = cause_of(storable(reason) or "")
    return sum(1 for _ in takewhile(lambda one: cause_of(one or "") == cause, kept_reasons))


def forget(tx: Connection, before: float, limit: int = 1000) -> int:
    """Forget attempts that were made before then (unix seconds); return how many."""
    old = select(attempts.c.id).where(attempts.c.at < before).limit(limit)
    return tx.execute(delete(attempts).where(attempts.c.id.in_(old))).rowcount
