"""What is seen of many connections at once, of however many: nothing of it is secret."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, Text, bindparam, cast, func, or_, select

from .tables import connections

# Made once: SQLAlchemy takes four times as long to make a statement as to run it.
_IDS: BindParameter[list[int]] = bindparam("ids", expanding=True)
_OUTLINES = select(
    connections.c.id,
    connections.c.plugin,
    connections.c.account_id,
    connections.c.paused_reason,
    connections.c.away_since,
).order_by(connections.c.id)
_OUTLINES_OF = _OUTLINES.where(connections.c.id.in_(_IDS))
_ODD = _OUTLINES.where(
    or_(
        connections.c.paused_reason.is_not(None),
        connections.c.away_since.is_not(None),
        connections.c.plugin.not_in(bindparam("plugins", expanding=True)),
        connections.c.id.in_(_IDS),
    )
)
_PLUGINS_OF = select(connections.c.id, connections.c.plugin).where(connections.c.id.in_(_IDS))
_COUNT = select(func.count()).select_from(connections)
_OTHERS = (
    select(connections.c.id)
    .where(connections.c.id.not_in(_IDS))
    .order_by(connections.c.id)
    .limit(bindparam("most"))
    .offset(bindparam("after"))
)
# All that a connection's settings are made of, and what its webhooks are taken by, in one text. What is
# sealed is another text each time it is sealed.
_GIVEN = ("settings", "secrets", "found", "webhook_secrets", "unsigned")
_TEXT: ColumnElement[str] = connections.c.plugin
for _name in _GIVEN:
    _TEXT = _TEXT.concat(cast(connections.c[_name], Text))
_DIGEST = select(func.aggregate_strings(_TEXT, ""))
_DIGESTS = select(connections.c.id, _TEXT)


@dataclass(frozen=True)
class Outline:
    """What is seen of a connection where there are many: nothing of it is secret."""

    id: int
    plugin: str
    account_id: int
    paused_reason: str | None
    away_since: float | None


def some(tx: Connection, connection_ids: Collection[int] | None = None) -> list[Outline]:
    """Return what is seen of these connections, or of all, the oldest first."""
    if connection_ids is None:
        return [Outline(*row) for row in tx.execute(_OUTLINES)]
    return [Outline(*row) for row in tx.execute(_OUTLINES_OF, {"ids": list(connection_ids)})]


def odd(tx: Connection, plugins: Collection[str], or_one_of: Collection[int]) -> list[Outline]:
    """Return those that wait, or that have none of these plugins, and others that are named."""
    rows = tx.execute(_ODD, {"plugins": list(plugins), "ids": list(or_one_of)})
    return [Outline(*row) for row in rows]


def count(tx: Connection) -> int:
    """Return how many there are."""
    return tx.scalar(_COUNT) or 0


def others(tx: Connection, but: Collection[int], limit: int, offset: int) -> list[int]:
    """Return the numbers of some connections that are none of these, the oldest first."""
    return list(tx.scalars(_OTHERS, {"ids": list(but), "most": limit, "after": offset}))


def digest(tx: Connection) -> int:
    """Return a number that is another one where anything that is given for a connection is."""
    return hash(tx.scalar(_DIGEST))


def digests(tx: Connection, connection_id: int | None = None) -> dict[int, int]:
    """Return the same of each connection, or of one."""
    query = _DIGESTS if connection_id is None else _DIGESTS.where(connections.c.id == connection_id)
    return {row[0]: hash(row[1]) for row in tx.execute(query)}


def plugins_of(tx: Connection, connection_ids: Iterable[int]) -> dict[int, str]:
    """Return the plugin of each of these connections."""
    rows = tx.execute(_PLUGINS_OF, {"ids": list(connection_ids)})
    return {row[0]: row[1] for row in rows}


def plugins_used(tx: Connection) -> dict[str, int]:
    """Return how many connections each plugin has."""
    query = select(connections.c.plugin, func.count()).group_by(connections.c.plugin)
    return {row[0]: row[1] for row in tx.execute(query)}


def given(tx: Connection) -> dict[int, Mapping[str, Any]]:
    """Return the settings of each connection that are not secret."""
    return {row[0]: row[1] for row in tx.execute(select(connections.c.id, connections.c.settings))}
