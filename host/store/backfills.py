"""Backfills: which list of Chatwoot's is read, up to which page, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Row, select, update

from . import clock
from .tables import backfills
from .text import storable

State = Literal["running", "paused", "done", "cancelled"]
OPEN: tuple[State, ...] = ("running", "paused")


@dataclass(frozen=True)
class Backfill:
    """One backfill as it is stored."""

    id: int
    connection_id: int
    since: float | None
    state: State
    stage: str
    page: int
    counts: Mapping[str, int]
    seconds_left: float | None
    began_at: float
    finished_at: float | None
    due_at: float
    problem: str | None
    fix: str | None


@dataclass(frozen=True)
class Place:
    """How far a backfill has come: the next page to read, and what was counted by then."""

    stage: str
    page: int
    counts: Mapping[str, int]
    seconds_left: float | None


def add(tx: Connection, connection_id: int, since: float | None, place: Place) -> Backfill:
    """Store a new one, which is due at once."""
    now = clock.now(tx)
    values = {"connection_id": connection_id, "since": since, "state": "running", **_place(place)}
    insert = backfills.insert().values(**values, began_at=now, due_at=now)
    return _read(tx.execute(insert.returning(*backfills.c)).one())


def get(tx: Connection, backfill_id: int) -> Backfill:
    """Return one of them."""
    return _read(tx.execute(select(backfills).where(backfills.c.id == backfill_id)).one())


def newest(tx: Connection, connection_id: int | None = None) -> dict[int, Backfill]:
    """Return the newest one of each connection that ever had one, or of this one."""
    query = select(backfills).order_by(backfills.c.id)
    if connection_id is not None:
        query = query.where(backfills.c.connection_id == connection_id)
    return {row.connection_id: _read(row) for row in tx.execute(query)}


def open_one(tx: Connection, connection_id: int) -> Backfill | None:
    """Return the connection's backfill that has not ended, if there is one."""
    here = (backfills.c.connection_id == connection_id) & backfills.c.state.in_(OPEN)
    row = tx.execute(select(backfills).where(here).order_by(backfills.c.id.desc()).limit(1)).first()
    return _read(row) if row else None


def due(tx: Connection) -> list[int]:
    """Return the ids of those that go on now."""
    query = select(backfills.c.id).where(backfills.c.state == "running", backfills.c.due_at <= clock.now(tx))
    return list(tx.scalars(query.order_by(backfills.c.due_at)))


def take(tx: Connection, backfill_id: int, lease: float) -> Backfill | None:
    """Take the turn of going on with one; None where another process has it, or a person stopped it."""
    now = clock.now(tx)
    mine = update(backfills).where(
        backfills.c.id == backfill_id, backfills.c.state == "running", backfills.c.due_at <= now
    )
    row = tx.execute(mine.values(due_at=now + lease).returning(*backfills.c)).first()
    return _read(row) if row else None


def turn(tx: Connection, before: Backfill, place: Place, pace: float) -> bool:
    """Keep how far it has come; false where it is elsewhere by now: another process read the same page."""
    same = (backfills.c.id == before.id) & (backfills.c.stage == before.stage)
    same &= (backfills.c.page == before.page) & (backfills.c.state == "running")
    values = {**_place(place), "due_at": clock.now(tx) + pace, "problem": None, "fix": None}
    return tx.execute(update(backfills).where(same).values(values)).rowcount == 1


def put_off(tx: Connection, backfill_id: int, delay: float, problem: str = "", fix: str = "") -> None:
    """Let it go on later, and keep why, where something is wrong."""
    values = {"due_at": clock.now(tx) + delay, "problem": storable(problem), "fix": storable(fix)}
    tx.execute(update(backfills).where(backfills.c.id == backfill_id).values(values))


def set_state(tx: Connection, backfill_id: int, state: State) -> Backfill:
    """Let it run (at once), wait or end."""
    now = clock.now(tx)
    ended = None if state in OPEN else now
    values = {"state": state, "finished_at": ended, "due_at": now, "problem": None, "fix": None}
    if ended:
        values["seconds_left"] = None
    change = update(backfills).where(backfills.c.id == backfill_id).values(values)
    return _read(tx.execute(change.returning(*backfills.c)).one())


def _place(place: Place) -> dict[str, Any]:
    return {
        "stage": place.stage,
        "page": place.page,
        "counts": dict(place.counts),
        "seconds_left": place.seconds_left,
    }


def _read(row: Row[Any]) -> Backfill:
    return Backfill(*(row._mapping[name] for name in Backfill.__dataclass_fields__))
