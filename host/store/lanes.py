"""Lanes in the database: when each is due, whether its bell was rung, who has it, whose turn it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from functools import cache

from sqlalchemy import (
    BindParameter,
    Connection,
    Float,
    Insert,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    select,
    update,
)

from . import clock, many
from .prepared import Prepared
from .tables import deliveries, lanes, links
from .upsert import upsert, upsert_in

Lane = tuple[int, int]
"""(connection id, contact id)"""
NOTED = ("connection_id", "contact_id", "due_at", "background", "rung_at", "fence")
# Statements that are made once: SQLAlchemy takes four times as long to make one as to run it.
_THIS = and_(lanes.c.connection_id == bindparam("connection"), lanes.c.contact_id == bindparam("contact"))
_NOW: BindParameter[float] = bindparam("now")
_FENCE = Prepared(select(lanes.c.fence).where(_THIS))
_STANDING = Prepared(select(lanes.c.due_at, lanes.c.rung_at).where(_THIS))
_UPDATE = update(lanes).where(_THIS)
_SEIZE = _UPDATE.values(fence=lanes.c.fence + 1, taken_at=_NOW).returning(lanes.c.fence)
_KEEP = _UPDATE.values(taken_at=_NOW)
_BRING_FORWARD = _UPDATE.values(due_at=_NOW, rung_at=None)
_RING = _UPDATE.values(rung_at=_NOW)
_SILENCE = Prepared(_UPDATE.values(rung_at=None))
_SEEN = lanes.alias()
_FREE_FENCE = select(_SEEN.c.fence).where(
    _SEEN.c.connection_id == bindparam("connection"),
    _SEEN.c.contact_id == bindparam("contact"),
    _SEEN.c.due_at <= _NOW,
    _SEEN.c.taken_at.is_(None),
)
# On PostgreSQL a row that another transaction has is passed over: workers would wait for each other.
_TAKE_FREE = Prepared(
    _UPDATE.where(lanes.c.fence == _FREE_FENCE.with_for_update(skip_locked=True).scalar_subquery())
    .values(fence=lanes.c.fence + 1, taken_at=_NOW, rung_at=None)
    .returning(lanes.c.fence)
)
_IDS: BindParameter[list[int]] = bindparam("ids", expanding=True)
_BELLS_OUT = Prepared(
    select(lanes.c.connection_id, func.count())
    .where(lanes.c.rung_at.is_not(None), lanes.c.connection_id.in_(_IDS))
    .group_by(lanes.c.connection_id)
)
_LINKED = Prepared(
    select(links.c.connection_id, links.c.record)
    .distinct()
    .where(links.c.connection_id.in_(_IDS), links.c.record.in_(bindparam("records", expanding=True)))
)
_PENDING = exists().where(
    deliveries.c.connection_id == lanes.c.connection_id,
    deliveries.c.contact_id == lanes.c.contact_id,
    deliveries.c.state == "pending",
)
_END_IF_DONE = Prepared(
    _UPDATE.where(~_PENDING).values(due_at=None, taken_at=None, rung_at=None, background=True)
)
_LIVE = _PENDING.where(deliveries.c.background.is_(False))
_LETTING_GO = _UPDATE.values(taken_at=None, rung_at=None, background=~_LIVE)
_LET_BE, _END = Prepared(_LETTING_GO), Prepared(_LETTING_GO.values(due_at=bindparam("due")))


def add_work(
    tx: Connection,
    wanted: Iterable[Lane],
    now: float,
    settle: float,
    *,
    background: bool = False,
    bells: int = 0,
) -> list[Lane]:
    """Make these lanes due; return those whose bell must be rung.

    That are the ones that were idle, as far as no more than ``bells`` are out for a connection then:
    the others are found by who ends a lane, or by the sweep. A contact without a link waits ``settle``
    seconds for the rest of the widget's burst. A lane that is due already, or waits to try again, is
    not brought forward. One with work that is not all ``background`` is worked as a live one.
    """
    ordered = sorted(set(wanted))
    linked = _linked(tx, ordered) if settle else set(ordered)
    out = _bells_out(tx, {lane[0] for lane in ordered}) if bells else Counter()
    rows = []
    for lane in ordered:
        out[lane[0]] += 1
        due_at = now if lane in linked else now + settle
        rows.append((*lane, due_at, background, now if out[lane[0]] <= bells else None, 0))
    rings = any(row[4] is not None for row in rows)
    made_due = many.write(tx, _note_work(tx.dialect.name), NOTED, rows, returning=rings)
    return [(row[0], row[1]) for row in made_due if row[2] == now]


@cache
def _note_work(dialect: str) -> Insert:
    insert = upsert_in(dialect, lanes)
    return insert.on_conflict_do_update(
        index_elements=["connection_id", "contact_id"],
        set_={
            "due_at": func.coalesce(lanes.c.due_at, insert.excluded.due_at),
            "rung_at": case((lanes.c.due_at.is_(None), insert.excluded.rung_at), else_=lanes.c.rung_at),
            "background": insert.excluded.background & (lanes.c.due_at.is_(None) | lanes.c.background),
        },
    ).returning(lanes.c.connection_id, lanes.c.contact_id, lanes.c.rung_at)


def bring_forward(tx: Connection, wanted: Iterable[Lane], now: float) -> None:
    """Make these lanes due now; the sweep rings them."""
    ordered = sorted(set(wanted))
    add_work(tx, ordered, now, 0.0)
    for lane in ordered:
        tx.execute(_BRING_FORWARD, _this(lane, now=now))


def _bells_out(tx: Connection, connection_ids: Collection[int]) -> Counter[int]:
    """Return how many bells of each connection were rung and have brought nobody yet."""
    return Counter({row[0]: row[1] for row in _BELLS_OUT.rows(tx, {"ids": [*connection_ids]})})


def _linked(tx: Connection, wanted: Iterable[Lane]) -> set[Lane]:
    """Return those of the lanes whose contact has a link."""
    records = {
        (connection_id, f"contact:{contact_id}"): (connection_id, contact_id)
        for connection_id, contact_id in wanted
    }
    ids, names = {key[0] for key in records}, {key[1] for key in records}
    found = _LINKED.rows(tx, {"ids": [*ids], "records": [*names]})
    return {records[key] for key in found if key in records}


def rung(tx: Connection, wanted: Iterable[Lane], now: float) -> None:
    """Say that the bells of these are rung."""
    for lane in wanted:
        tx.execute(_RING, _this(lane, now=now))


def take(tx: Connection, lane: Lane) -> tuple[int, float] | None:
    """Take a lane that is due: count its fencing number up, return that and the time; None where it is not.

    Whoever took the lane before can commit nothing more.
    """
    row = _take(tx.dialect.name).first(tx, _this(lane))
    return (row[0], row[1]) if row else None


@cache
def _take(dialect: str) -> Prepared:
    now = literal_column(clock.NOW[dialect], Float)
    taken = _UPDATE.values(fence=lanes.c.fence + 1, taken_at=now, rung_at=None)
    return Prepared(taken.where(lanes.c.due_at <= now).returning(lanes.c.fence, now))


def take_free(tx: Connection, lane: Lane, now: float) -> int | None:
    """Take a lane that is due and nobody has; return its fencing number, None where another was first.

    It waits for nobody, so that a transaction that holds other rows may end with it.
    """
    row = _TAKE_FREE.first(tx, _this(lane, now=now))
    return row[0] if row else None


def seize(tx: Connection, lane: Lane, now: float) -> int:
    """Take a lane, due or not, for what a person asked for; its work keeps its place in the line."""
    insert = upsert(tx, lanes).values(connection_id=lane[0], contact_id=lane[1], background=False, fence=0)
    tx.execute(insert.on_conflict_do_nothing(index_elements=["connection_id", "contact_id"]))
    fence: int = tx.execute(_SEIZE, _this(lane, now=now)).scalar_one()
    return fence


def keep(tx: Connection, lane: Lane, now: float) -> None:
    """Say that the lane's worker is still there."""
    tx.execute(_KEEP, _this(lane, now=now))


def due_at(tx: Connection, lane: Lane) -> float | None:
    """Return when the lane's work is due; None where it has none."""
    return standing(tx, lane)[0]


def standing(tx: Connection, lane: Lane) -> tuple[float | None, bool]:
    """Return when the lane's work is due, None where it has none, and whether a bell is out for it."""
    row = _STANDING.first(tx, _this(lane))
    return (row[0], row[1] is not None) if row else (None, False)


def silence(tx: Connection, lane: Lane) -> None:
    """Say that no bell is out for a lane that waits, so that the sweep rings it in time."""
    _SILENCE.count(tx, _this(lane))


def holds(tx: Connection, lane: Lane, fence: int) -> bool:
    """Whether the fencing number is still the lane's own."""
    return _FENCE.first(tx, _this(lane)) == (fence,)


def held_at(tx: Connection, lane: Lane, fence: int) -> float | None:
    """Return the time if the fencing number is the lane's own, and keep it so until the commit; or None."""
    row = _locked_fence(tx.dialect.name).first(tx, _this(lane))
    return row[1] if row and row[0] == fence else None


@cache
def _locked_fence(dialect: str) -> Prepared:
    moment = literal_column(clock.NOW[dialect], Float)
    return Prepared(select(lanes.c.fence, moment).where(_THIS).with_for_update())


def end(tx: Connection, lane: Lane, due_at: float | None) -> None:
    """Let go of a lane, and say when it is due next; None: nothing is left to do."""
    _END.count(tx, _this(lane, due=due_at))


def end_if_done(tx: Connection, lane: Lane) -> bool:
    """Let go of a lane if nothing is pending in it; say whether that is so."""
    return _END_IF_DONE.count(tx, _this(lane)) == 1


def let_be(tx: Connection, lane: Lane) -> None:
    """Let go of a lane that could not be worked, and keeps its place in the line."""
    _LET_BE.count(tx, _this(lane))


def free_the_dead(tx: Connection, before: float) -> None:
    """Free the lanes of which nothing was heard since then: their workers have died."""
    tx.execute(update(lanes).where(lanes.c.taken_at < before).values(taken_at=None))


def waiting(tx: Connection) -> int:
    """Return how many lanes have work."""
    return tx.scalar(select(func.count()).select_from(lanes).where(lanes.c.due_at.is_not(None))) or 0


def held(tx: Connection) -> dict[int, int]:
    """Return how many lanes of each connection a worker has now."""
    each = select(lanes.c.connection_id, func.count()).where(lanes.c.taken_at.is_not(None))
    return {row[0]: row[1] for row in tx.execute(each.group_by(lanes.c.connection_id))}


def _this(lane: Lane, **values: float | None) -> dict[str, float | None]:
    """Return the parameters of a statement about one lane."""
    return {"connection": lane[0], "contact": lane[1], **values}
