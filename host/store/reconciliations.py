"""When each connection was compared with Chatwoot, what was found, and when it is done next."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from . import clock
from .tables import connections, reconciliations
from .text import storable
from .upsert import upsert

# Made once: SQLAlchemy takes four times as long to make a statement as to run it.
_FAILED = (
    select(reconciliations.c.connection_id)
    .join(connections, connections.c.id == reconciliations.c.connection_id)
    .where(
        connections.c.chatwoot_token.is_not(None),
        reconciliations.c.problem != "",
        reconciliations.c.scope.in_(bindparam("scopes", expanding=True)),
    )
)


@dataclass(frozen=True)
class Reconciliation:
    """The last comparison of a scope that came to its end, and why a later one did not."""

    due_at: float | None = None
    finished_at: float | None = None
    found: Mapping[str, int] = field(default_factory=dict)
    problem: str | None = None
    fix: str | None = None


def every(
    tx: Connection, connection_ids: Collection[int] | None = None
) -> dict[tuple[int, str], Reconciliation]:
    """Return those of some connections, or all, by connection and scope."""
    query = select(reconciliations)
    if connection_ids is not None:
        query = query.where(reconciliations.c.connection_id.in_(connection_ids))
    rows = tx.execute(query)
    return {
        (row.connection_id, row.scope): Reconciliation(
            row.due_at, row.finished_at, row.found or {}, row.problem, row.fix
        )
        for row in rows
    }


def failed(tx: Connection, scopes: Collection[str]) -> set[int]:
    """Return the connections with a token of Chatwoot's of which the last comparison failed."""
    return set(tx.scalars(_FAILED, {"scopes": scopes}))


def plan(tx: Connection, connection_id: int, scope: str, due_at: float) -> None:
    """Say when it is to be done."""
    insert = upsert(tx, reconciliations).values(connection_id=connection_id, scope=scope, due_at=due_at)
    keep = {"due_at": insert.excluded.due_at}
    tx.execute(insert.on_conflict_do_update(index_elements=["connection_id", "scope"], set_=keep))


def take(tx: Connection, connection_id: int, scope: str, lease: float) -> bool:
    """Take the turn if it is due; for so many seconds nobody else does it."""
    now = clock.now(tx)
    mine = update(reconciliations).where(_is(connection_id, scope), reconciliations.c.due_at <= now)
    return tx.execute(mine.values(due_at=now + lease)).rowcount == 1


def finish(
    tx: Connection, connection_id: int, scope: str, found: Mapping[str, int], due_at: float | None
) -> None:
    """Keep what was found; ``due_at`` is when it is done next, None where nothing changes that."""
    ended = {"finished_at": clock.now(tx), "found": dict(found), "problem": None, "fix": None}
    next_one = {} if due_at is None else {"due_at": due_at}
    values = ended | next_one
    insert = upsert(tx, reconciliations).values(connection_id=connection_id, scope=scope, **values)
    tx.execute(insert.on_conflict_do_update(index_elements=["connection_id", "scope"], set_=values))


def fail(tx: Connection, connection_id: int, scope: str, problem: str, fix: str, due_at: float) -> None:
    """Keep why it did not come to its end, and when it is tried again."""
    values = {"problem": storable(problem), "fix": storable(fix), "due_at": due_at}
    tx.execute(update(reconciliations).where(_is(connection_id, scope)).values(values))


def _is(connection_id: int, scope: str) -> Any:
    return (reconciliations.c.connection_id == connection_id) & (reconciliations.c.scope == scope)
