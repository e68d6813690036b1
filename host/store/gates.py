"""Whether a connection's work goes on: who closes its gate, who may try whether it opens, who opens it.

A gate that is closed by itself has a time at which one lane tries (``paused_until``); one that a person
closed has none, and only a person opens it.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, case, func, select, update

from . import clock
from .tables import connections, deliveries, lanes
from .text import storable

SHORTEST, LONGEST = 2.0, 60.0
"""Seconds between two tries to reach a CRM that is away: half as long as it has been away by then."""
TRY = 60.0
"""Seconds that one try may take before another lane tries: its worker may have died."""
NO_PLUGIN = "Its plugin is missing. "
"""How the reason begins where a connection waits for its plugin."""
THEN_START = " Then start crmhost again: the connection goes on by itself."


def pause(tx: Connection, connection_id: int, reason: str, fix: str) -> None:
    """Close the gate, as a person wants it."""
    _set(tx, connections.c.id == connection_id, reason, fix, None)


def resume(tx: Connection, connection_id: int) -> None:
    """Open the gate, as a person wants it: what waits to be tried again is tried at once.

    It takes the place in the line that it had when it arrived; what was due keeps its own.
    """
    _open(tx, connections.c.id == connection_id)
    now = clock.now(tx)
    arrived = (
        select(func.min(func.coalesce(deliveries.c.revived_at, deliveries.c.received_at)))
        .where(
            deliveries.c.connection_id == lanes.c.connection_id,
            deliveries.c.contact_id == lanes.c.contact_id,
            deliveries.c.state == "pending",
        )
        .scalar_subquery()
    )
    ours = lanes.c.connection_id == connection_id
    place = case((arrived < now, arrived), else_=now)
    tx.execute(update(lanes).where(ours, lanes.c.due_at > now).values(due_at=place))
    tx.execute(update(lanes).where(ours, lanes.c.rung_at.is_not(None)).values(rung_at=None))


def refused(tx: Connection, connection_id: int, reason: str, fix: str, until: float) -> None:
    """Close the gate: the CRM refuses us, or a setting is wrong."""
    _set(tx, _ours(connection_id), reason, fix, until)


def without_plugin(tx: Connection, connection_id: int, reason: str, fix: str, until: float) -> None:
    """Close the gate: there is no plugin to bring anything with."""
    _set(tx, _ours(connection_id), NO_PLUGIN + reason, fix + THEN_START, until)


def plugins_there(tx: Connection, names: Collection[str]) -> None:
    """Open the gates that waited for one of these plugins."""
    waited = connections.c.paused_reason.startswith(NO_PLUGIN, autoescape=True)
    _open(tx, waited & connections.c.plugin.in_(names))


def away(tx: Connection, connection_id: int, reason: str, fix: str, now: float, delay: float) -> float:
    """Close the gate: the CRM cannot be reached. Return when it is tried next, after ``delay`` at least."""
    known = select(connections.c.away_since).where(connections.c.id == connection_id)
    # Not the key: whoever stores for it just now holds that, and may wait for the lane that is held here.
    since = tx.scalar(known.with_for_update(key_share=True)) or now
    until = now + max(delay, min(max((now - since) / 2, SHORTEST), LONGEST))
    _set(tx, _ours(connection_id), reason, fix, until, away_since=since)
    return until


def may_try(tx: Connection, connection_id: int, now: float) -> bool:
    """Let one lane, of all workers', try whether a closed gate opens; whoever asks first has it."""
    time_has_come = _ours(connection_id) & (connections.c.paused_until <= now)
    mine = update(connections).where(time_has_come, connections.c.paused_reason.is_not(None))
    return tx.execute(mine.values(paused_until=now + TRY)).rowcount == 1


def tried_in_vain(tx: Connection, connection_id: int, now: float) -> None:
    """Let the next lane try: this one did not come to ask the CRM anything."""
    closed = _ours(connection_id) & connections.c.paused_reason.is_not(None)
    tx.execute(update(connections).where(closed).values(paused_until=now))


def reached(tx: Connection, connection_id: int) -> None:
    """Open the gate: a try succeeded."""
    _open(tx, _ours(connection_id))


def _ours(connection_id: int) -> ColumnElement[bool]:
    """Choose the connection, unless a person paused it."""
    by_hand = connections.c.paused_reason.is_not(None) & connections.c.paused_until.is_(None)
    return (connections.c.id == connection_id) & ~by_hand


def _open(tx: Connection, which: ColumnElement[bool]) -> None:
    opened = {"paused_reason": None, "paused_fix": None, "paused_until": None, "away_since": None}
    tx.execute(update(connections).where(which).values(opened))


def _set(
    tx: Connection,
    which: ColumnElement[bool],
    reason: str,
    fix: str,
    until: float | None,
    away_since: float | None = None,
) -> None:
    closed = {
        "paused_reason": storable(reason),
        "paused_fix": storable(fix),
        "paused_until": until,
        "away_since": away_since,
    }
    tx.execute(update(connections).where(which).values(closed))
