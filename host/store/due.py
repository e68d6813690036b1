"""Which lane is due: whose turn it is, and when the next one will be."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Integer,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    tuple_,
)

from .lanes import Lane
from .prepared import Prepared
from .tables import connections, lanes

_NOW: BindParameter[float] = bindparam("now")
GOING = connections.c.paused_reason.is_(None) | (connections.c.paused_until <= _NOW)
"""Chooses the connections whose work does not wait at ``now``."""


def next_in_turn(
    tx: Connection,
    now: float,
    *,
    background: bool,
    after: int = 0,
    not_of: Collection[int] = (),
    but: Collection[Lane] = (),
    skip: int = 0,
    silent_since: float | None = None,
) -> Lane | None:
    """Return the lane that is due, and nobody has, of the connection whose turn it is after another's.

    Left out are connections that wait (``not_of``, and paused ones), these lanes (``but``), and those
    whose bell was rung after ``silent_since``. With ``skip`` it is the lane of the connection that
    comes so many after the one that has been due for longest. It costs a look at each connection,
    however many lanes are due.
    """
    given: dict[str, object] = {"now": now, "after": after, "skip": skip, "since": silent_since}
    given |= {"not_of": list(not_of), "but": list(but)}
    each = _in_turn(background=background, unheard=silent_since is not None).rows(tx, given)
    return next(((row[0], row[1]) for row in each if row[1] is not None), None)


@cache
def _in_turn(*, background: bool, unheard: bool) -> Prepared:
    """Return the connections in turn, each with the lane of it that has been due for longest."""
    due = and_(
        free(background=background),
        lanes.c.due_at <= _NOW,
        tuple_(lanes.c.connection_id, lanes.c.contact_id).not_in(bindparam("but", expanding=True)),
    )
    if unheard:
        due &= or_(lanes.c.rung_at.is_(None), lanes.c.rung_at < bindparam("since"))
    chosen = select(lanes.c.contact_id).where(due).order_by(lanes.c.due_at)
    longest = chosen.limit(1).offset(bindparam("skip", type_=Integer)).scalar_subquery()
    turn = case((connections.c.id > bindparam("after"), 0), else_=1)
    return Prepared(
        select(connections.c.id, longest.label("contact_id"))
        .where(GOING, connections.c.id.not_in(bindparam("not_of", expanding=True)))
        .order_by(turn, connections.c.id)
    )


def next_due(tx: Connection, now: float) -> float | None:
    """Return when the next lane that waits becomes due, or the next connection goes on."""
    later = (free(background=background) & (lanes.c.due_at > now) for background in (False, True))
    earliest = (select(func.min(lanes.c.due_at)).where(each).scalar_subquery() for each in later)
    each = select(*earliest, case((connections.c.paused_until > now, connections.c.paused_until)))
    moments = [moment for row in tx.execute(each.select_from(connections)) for moment in row]
    return min((moment for moment in moments if moment is not None), default=None)


def free(*, background: bool) -> ColumnElement[bool]:
    """Choose the lanes of a connection that nobody has, in the words of the index on them."""
    return and_(
        lanes.c.connection_id == connections.c.id,
        lanes.c.background == background,
        lanes.c.taken_at.is_(None),
    )
