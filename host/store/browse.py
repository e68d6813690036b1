"""Looking through deliveries without counting them: pages by key, and what died of what.

However many there are, each statement here reads about as many rows as it returns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import product
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, literal, select, true, union_all

from ..states import STATES
from .leaps import connections_in
from .tables import connections, deliveries

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
    """Some, or all there are."""
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
    found: list[int] = []
    keys = _keys(tx, wanted)
    for first in range(0, len(keys), TERMS):
        parts = [_newest(key, limit, before) for key in keys[first : first + TERMS]]
        found += tx.scalars(union_all(*(select(part.c.id) for part in parts)))
    return nlargest(limit, set(found))


def _keys(tx: Connection, wanted: Wanted) -> list[Any]:
    """Return a condition for each exact key of the index that answers it."""
    if wanted == Wanted():
        return [true()]
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
        found = [one for one in wanted.contacts if not wanted.connections or one[0] in wanted.connections]
        return [and_(here == one, deliveries.c.contact_id == who, *asked, *narrow) for one, who in found]
    if asked:
        return [and_(here == one, *asked, *narrow) for one in wanted.connections or _whose(tx, wanted)]
    each = product(
        [here == one for one in wanted.connections] or [true()],
        wanted.states or STATES,
        wanted.kinds or KINDS,
    )
    return [and_(key, deliveries.c.state == state, deliveries.c.kind == kind) for key, state, kind in each]


def _whose(tx: Connection, wanted: Wanted) -> Sequence[int]:
    """Return the connections that may have what is asked for by more than its state and kind."""
    if wanted.contact_id is not None:
        return of_contact(tx, wanted.contact_id)
    if wanted.conversation_id is not None:
        return of_conversation(tx, wanted.conversation_id)
    return failed(tx)


def of_contact(tx: Connection, contact_id: int, limit: int | None = None) -> Sequence[int]:
    """Return the connections that heard of a contact of this number, the oldest first."""
    here = select(deliveries.c.connection_id).distinct().where(deliveries.c.contact_id == contact_id)
    return tx.scalars(here.order_by(deliveries.c.connection_id).limit(limit)).all()


def of_conversation(tx: Connection, conversation_id: int, limit: int | None = None) -> Sequence[int]:
    """Return the connections that heard of a conversation of this number, the oldest first."""
    here = select(deliveries.c.connection_id).distinct()
    here = here.where(deliveries.c.conversation_id == conversation_id)
    return tx.scalars(here.order_by(deliveries.c.connection_id).limit(limit)).all()


def failed(tx: Connection) -> Sequence[int]:
    """Return the connections of which a delivery is dead.

    From one to the next that has any: it looks as often as there are such connections, however many died.
    """
    return tx.scalars(_FAILED).all()


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


def causes(tx: Connection, connection_ids: Sequence[int] | None = None, limit: int = 20) -> list[Cause]:
    """Return what deliveries of these connections, or of all, are dead of, the commonest first."""
    if connection_ids is None:
        rows = tx.execute(_CAUSES, {"most": limit}).all()
    else:
        rows = tx.execute(_CAUSES_OF, {"most": limit, "connections": connection_ids}).all()
    if not rows:
        return []
    words = select(deliveries.c.id, deliveries.c.reason, deliveries.c.fix)
    newest = {
        row[0]: row[1:] for row in tx.execute(words.where(deliveries.c.id.in_([row[3] for row in rows])))
    }
    return [
        Cause(row[0], row[1] or "", row[2], row[3], newest[row[3]][0] or "", newest[row[3]][1] or "")
        for row in rows
    ]


@dataclass(frozen=True)
class Line:
    """What stands in line of a connection, and what failed; MANY + 1 where there are more than MANY."""

    waiting: int
    dead: int
    oldest_waiting: float | None
    """Since when the first one in line has waited."""


def lines(tx: Connection, connection_ids: Sequence[int] | None = None) -> dict[int, Line]:
    """Return what stands in line of these connections, or of all."""
    if connection_ids is None:
        rows = tx.execute(_LINES)
    else:
        rows = tx.execute(_LINES_OF, {"connections": connection_ids})
    return {
        row[0]: Line(row[1], row[2], min((since for since in row[3:] if since is not None), default=None))
        for row in rows
    }


def _count(state: str) -> Any:
    """Count a connection's deliveries in a state, up to MANY + 1."""
    here = and_(deliveries.c.connection_id == connections.c.id, deliveries.c.state == literal(state))
    some = select(deliveries.c.id).where(here, deliveries.c.kind.in_(KINDS)).limit(MANY + 1)
    return select(func.count()).select_from(some.correlate(connections).subquery()).scalar_subquery()


def _oldest(kind: str) -> Any:
    """Return since when a connection's first delivery of this kind has waited: an index has them in order."""
    return (
        select(func.coalesce(deliveries.c.revived_at, deliveries.c.received_at))
        .where(
            deliveries.c.connection_id == connections.c.id,
            deliveries.c.state == literal("pending"),
            deliveries.c.kind == literal(kind),
        )
        .order_by(deliveries.c.id)
        .limit(1)
        .scalar_subquery()
    )


# Made once: SQLAlchemy takes four times as long to make a statement as to run it.
_LINES = select(connections.c.id, _count("pending"), _count("dead"), *map(_oldest, KINDS))
_LINES_OF = _LINES.where(connections.c.id.in_(bindparam("connections", expanding=True)))
_CAUSES = (
    select(deliveries.c.connection_id, deliveries.c.cause, func.count(), func.max(deliveries.c.id))
    .where(deliveries.c.cause.is_not(None))
    .group_by(deliveries.c.connection_id, deliveries.c.cause)
    .order_by(func.count().desc(), deliveries.c.cause)
    .limit(bindparam("most"))
)
_CAUSES_OF = _CAUSES.where(deliveries.c.connection_id.in_(bindparam("connections", expanding=True)))
_FAILED = connections_in(deliveries.c.connection_id, deliveries.c.cause.is_not(None))
