"""Lanes in the database: when each is due, when its bell was rung, whose turn it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, case, exists, func, literal, select, update

from .tables import deliveries, lanes, links
from .upsert import upsert

Lane = tuple[int, int]
"""(connection id, contact id)"""


def add_work(
    tx: Connection, wanted: Iterable[Lane], now: float, settle: float, *, background: bool = False
) -> list[Lane]:
    """Make these lanes due; return those that were idle, whose bell must be rung.

    A contact without a link waits ``settle`` seconds for the rest of the widget's burst. A lane
    that is due already, or waits to try again, is not brought forward. One with work that is not all
    ``background`` is worked as a live one.
    """
    ordered = sorted(set(wanted))
    linked = _linked(tx, ordered)
    insert = upsert(tx, lanes)
    note = insert.on_conflict_do_update(
        index_elements=["connection_id", "contact_id"],
        set_={
            "due_at": func.coalesce(lanes.c.due_at, insert.excluded.due_at),
            "rung_at": case((lanes.c.due_at.is_(None), insert.excluded.rung_at), else_=lanes.c.rung_at),
            "background": insert.excluded.background & (lanes.c.due_at.is_(None) | lanes.c.background),
        },
    ).returning(lanes.c.connection_id, lanes.c.contact_id, lanes.c.rung_at)
    rows = [
        {
            "connection_id": lane[0],
            "contact_id": lane[1],
            "due_at": now if lane in linked else now + settle,
            "background": background,
            "rung_at": now,
            "fence": 0,
        }
        for lane in ordered
    ]
    return [(row[0], row[1]) for row in tx.execute(note, rows) if row[2] == now]


def bring_forward(tx: Connection, wanted: Iterable[Lane], now: float) -> None:
    """Make these lanes due now; the sweep rings them."""
    add_work(tx, wanted, now, 0.0)
    for lane in sorted(set(wanted)):
        tx.execute(update(lanes).where(_is(lane)).values(due_at=now, rung_at=None))


def _linked(tx: Connection, wanted: Iterable[Lane]) -> set[Lane]:
    """Return those of the lanes whose contact has a link."""
    records = {
        (connection_id, f"contact:{contact_id}"): (connection_id, contact_id)
        for connection_id, contact_id in wanted
    }
    query = (
        select(links.c.connection_id, links.c.record)
        .distinct()
        .where(
            links.c.connection_id.in_({key[0] for key in records}),
            links.c.record.in_({key[1] for key in records}),
        )
    )
    return {records[row[0], row[1]] for row in tx.execute(query) if (row[0], row[1]) in records}


def take(tx: Connection, lane: Lane, now: float) -> int | None:
    """Take a lane that is due: count its fencing number up and return it; None where it is not due.

    Whoever took the lane before can commit nothing more.
    """
    query = update(lanes).where(_is(lane), lanes.c.due_at <= now).values(fence=lanes.c.fence + 1, rung_at=now)
    fence: int | None = tx.scalar(query.returning(lanes.c.fence))
    return fence


def due_at(tx: Connection, lane: Lane) -> float | None:
    """Return when the lane's work is due; None where it has none."""
    moment: float | None = tx.scalar(select(lanes.c.due_at).where(_is(lane)))
    return moment


def silence(tx: Connection, lane: Lane, now: float) -> None:
    """Say that no bell is out for a lane that waits, so that the sweep rings it in time."""
    tx.execute(update(lanes).where(_is(lane), lanes.c.due_at > now).values(rung_at=None))


def holds(tx: Connection, lane: Lane, fence: int, *, lock: bool = False) -> bool:
    """Whether the fencing number is still the lane's own; ``lock`` keeps it so until the commit."""
    query = select(lanes.c.fence).where(_is(lane))
    return tx.scalar(query.with_for_update() if lock else query) == fence


def end(tx: Connection, lane: Lane, due_at: float | None) -> None:
    """Say when the lane is due next (None: nothing is left to do), and that no bell is out for it.

    What is left may be of the past only.
    """
    live = (
        deliveries.c.connection_id == lanes.c.connection_id,
        deliveries.c.contact_id == lanes.c.contact_id,
        deliveries.c.state == "pending",
        deliveries.c.background.is_(False),
    )
    values = {"due_at": due_at, "rung_at": None, "background": ~exists().where(*live)}
    tx.execute(update(lanes).where(_is(lane)).values(values))


def ring_due(tx: Connection, now: float, patience: float, limit: int = 200) -> list[Lane]:
    """Return lanes that are due and whose bell was not rung within ``patience`` seconds; mark them rung.

    Live ones come first, then the one that has waited longest.
    """
    silent = lanes.c.rung_at.is_(None) | (lanes.c.rung_at < now - patience)
    query = select(lanes.c.connection_id, lanes.c.contact_id).where(lanes.c.due_at <= now, silent)
    query = query.order_by(lanes.c.background, lanes.c.due_at).limit(limit).with_for_update(skip_locked=True)
    due = [(row[0], row[1]) for row in tx.execute(query)]
    for lane in due:
        tx.execute(update(lanes).where(_is(lane)).values(rung_at=now))
    return due


def next_due(tx: Connection, now: float) -> float | None:
    """Return when the next lane that waits becomes due."""
    due_at: float | None = tx.scalar(select(func.min(lanes.c.due_at)).where(lanes.c.due_at > now))
    return due_at


def waiting(tx: Connection) -> int:
    """Return how many lanes have work."""
    return tx.scalar(select(func.count()).select_from(lanes).where(lanes.c.due_at.is_not(None))) or 0


def _is(lane: Lane) -> Any:
    return (lanes.c.connection_id == literal(lane[0])) & (lanes.c.contact_id == literal(lane[1]))
