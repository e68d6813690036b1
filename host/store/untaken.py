"""Work that is due and that nobody has: since when, by connection."""

from __future__ import annotations

from sqlalchemy import Connection, ScalarSelect, bindparam, select

from .due import GOING, free
from .leaps import connections_in
from .tables import connections, lanes


def since(tx: Connection, before: float) -> dict[int, float]:
    """Return since when work of each connection has been due that nobody has, where it was due by then.

    Connections that wait are left out. It costs some looks at each connection that has any, however many
    lanes are due.
    """
    moments = {row[0]: list(filter(None, row[1:])) for row in tx.execute(_SINCE, {"now": before})}
    return {connection_id: min(each) for connection_id, each in moments.items() if each}


def _earliest(*, background: bool) -> ScalarSelect[float]:
    """Return since when the first of a connection's lanes that nobody has was due."""
    due = select(lanes.c.due_at).where(free(background=background), lanes.c.due_at <= bindparam("now"))
    return due.order_by(lanes.c.due_at).limit(1).scalar_subquery()


_ANY = connections_in(lanes.c.connection_id, lanes.c.due_at.is_not(None) & lanes.c.taken_at.is_(None))
_SINCE = select(connections.c.id, _earliest(background=False), _earliest(background=True)).where(
    GOING, connections.c.id.in_(_ANY)
)
