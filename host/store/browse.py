"""Looking through deliveries without counting them: pages by key, and what died of what.

However many there are, each statement here reads about as many rows as it returns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import product
from typing import Any

from sqlalchemy import Connection, Row, and_, func, literal, select, true, union_all

from ..states import STATES
from .tables import deliveries

KINDS = (
    "contact_created",
    "contact_updated",
    "conversation_created",
    "conversation_resolved",
    "conversation_changed",
)
"""What a delivery can be about."""
TERMS = 200
"""How many exact keys one statement looks for."""
MANY = 10_000
"""Beyond that it is not counted on."""
_COLUMNS = tuple(column for column in deliveries.c if column.name not in {"body", "digest"})


@dataclass(frozen=True)
class Wanted:
    """Which deliveries somebody wants to see; what is empty narrows nothing."""

    connections: tuple[int, ...] = ()
    """All there are, or the one; none are named where nothing at all narrows."""
    states: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    contact_id: int | None = None
    conversation_id: int | None = None
    cause: str | None = None
    contacts: tuple[tuple[int, int], ...] | None = None
    """Of a search: those who were found, by (connection id, contact id)."""


def page(tx: Connection, wanted: Wanted, limit: int, before: int | None = None) -> list[Row[Any]]:
    """Return the newest deliveries that are wanted, those with a smaller id than ``before``."""
    ids = _ids(tx, wanted, limit, before)
    query = select(*_COLUMNS).where(deliveries.c.id.in_(ids)).order_by(deliveries.c.id.desc())
    return list(tx.execute(query)) if ids else []


def _ids(tx: Connection, wanted: Wanted, limit: int, before: int | None) -> list[int]:
    """Return the newest ids over all exact keys: in each of them an index has them in order."""
    if wanted == Wanted():
        return list(tx.scalars(select(_newest(true(), limit, before).c.id)))
    found: list[int] = []
    keys = _keys(wanted)
    for first in range(0, len(keys), TERMS):
        parts = [_newest(key, limit, before) for key in keys[first : first + TERMS]]
        found += tx.scalars(union_all(*(select(part.c.id) for part in parts)))
    return nlargest(limit, set(found))


def _keys(wanted: Wanted) -> list[Any]:
    """Return a condition for each exact key of the index that answers it."""
    here = deliveries.c.connection_id
    narrow = [deliveries.c.state.in_(wanted.states)] if wanted.states else []
    narrow += [deliveries.c.kind.in_(wanted.kinds)] if wanted.kinds else []
    exact = {
        deliveries.c.cause: wanted.cause,
        deliveries.c.conversation_id: wanted.conversation_id,
        deliveries.c.contact_id: wanted.contact_id,
    }
    asked = [column == value for column, value in exact.items() if value is not None]
    if wanted.contacts is not None:
        found = [one for one in wanted.contacts if one[0] in wanted.connections]
        return [and_(here == one, deliveries.c.contact_id == who, *asked, *narrow) for one, who in found]
    if asked:
        return [and_(here == one, *asked, *narrow) for one in wanted.connections]
    each = product(wanted.connections, wanted.states or STATES, wanted.kinds or KINDS)
    return [
        and_(here == one, deliveries.c.state == state, deliveries.c.kind == kind) for one, state, kind in each
    ]


def _newest(key: Any, limit: int, before: int | None) -> Any:
    query = select(deliveries.c.id).where(key).order_by(deliveries.c.id.desc()).limit(limit)
    return (query if before is None else query.where(deliveries.c.id < before)).subquery()


def one(tx: Connection, delivery_id: int) -> Row[Any] | None:
    """Return a delivery with its body, or None."""
    return tx.execute(select(deliveries).where(deliveries.c.id == delivery_id)).first()


def bodies(tx: Connection, ids: Sequence[int]) -> dict[int, str]:
    """Return what these deliveries said; nothing of those whose payload was forgotten."""
    query = select(deliveries.c.id, deliveries.c.body).where(deliveries.c.id.in_(ids))
    return {row[0]: row[1] for row in tx.execute(query) if row[1]}


@dataclass(frozen=True)
class Cause:
    """What deliveries of a connection died of: how many, and the newest's own words."""

    connection_id: int
    cause: str
    count: int
    newest: int
    reason: str
    fix: str


def causes(tx: Connection, connection_ids: Sequence[int], limit: int = 20) -> list[Cause]:
    """Return what deliveries are dead of, the commonest first."""
    key = (deliveries.c.connection_id, deliveries.c.cause)
    query = select(*key, func.count(), func.max(deliveries.c.id))
    query = query.where(key[0].in_(connection_ids), key[1].is_not(None)).group_by(*key)
    rows = list(tx.execute(query.order_by(func.count().desc(), key[1]).limit(limit)))
    words = select(deliveries.c.id, deliveries.c.reason, deliveries.c.fix)
    newest = {
        row[0]: row[1:] for row in tx.execute(words.where(deliveries.c.id.in_([row[3] for row in rows])))
    }
    return [
        Cause(row[0], row[1] or "", row[2], row[3], newest[row[3]][0] or "", newest[row[3]][1] or "")
        for row in rows
    ]


def count(tx: Connection, connection_id: int, state: str) -> int:
    """Return how many deliveries are in a state; MANY + 1 where there are more than MANY."""
    here = and_(deliveries.c.connection_id == connection_id, deliveries.c.state == state)
    some = select(deliveries.c.id).where(here, deliveries.c.kind.in_(KINDS)).limit(MANY + 1).subquery()
    return tx.scalar(select(func.count()).select_from(some)) or 0


def oldest_waiting(tx: Connection, connection_id: int) -> float | None:
    """Return since when a connection's first delivery in line has waited."""
    since = func.coalesce(deliveries.c.revived_at, deliveries.c.received_at)
    parts = [
        select(deliveries.c.id, since.label("since"))
        .where(
            deliveries.c.connection_id == connection_id,
            deliveries.c.state == literal("pending"),
            deliveries.c.kind == kind,
        )
        .order_by(deliveries.c.id)
        .limit(1)
        .subquery()
        for kind in KINDS
    ]
    moments = list(tx.scalars(union_all(*(select(part.c.since) for part in parts))))
    return min(moments, default=None)
