"""Deliveries: stored in batches, read by lane, ended one by one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from sqlalchemy import Connection, Insert, and_, bindparam, func, null, select, text, update

from ..states import STATES
from ..webhooks import Event, changes
from . import bodies, many, notes
from .causes import cause_of
from .prepared import Prepared
from .tables import LIVE, deliveries
from .text import storable
from .upsert import upsert_in


@dataclass(frozen=True)
class Arrival:
    """A webhook that is authentic and means something, not stored yet."""

    connection_id: int
    uid: str | None
    digest: str
    """SHA-256 of the raw body, in hex."""
    event: Event
    received_at: float
    body: str
    background: bool = False
    """Whether it tells of the past, and what is live goes before it."""

    @property
    def key(self) -> tuple[int, int, str]:
        """What makes it the same as another: its connection, whom it is about, and its body."""
        return self.connection_id, self.event.contact_id, self.digest


@dataclass(frozen=True)
class Delivery:
    """A stored webhook that waits to be applied."""

    id: int
    kind: str
    contact_id: int
    conversation_id: int | None
    version: float | None
    due_since: float
    """When it was received, or taken up again."""
    body: str
    attempts: int
    attempted: Mapping[str, Any] | None = field(default=None, hash=False)
    """What the plugin was handed by an attempt that wrote, where that has not ended well."""
    attempted_at: float | None = None
    """Since when a write may still be carried out whose answer never came."""
    background: bool = False

    @cached_property
    def payload(self) -> Any:
        """The body, read."""
        return json.loads(self.body)

    @cached_property
    def changed(self) -> frozenset[str]:
        """What it says is new of its conversation, some of CHANGES."""
        says = self.kind in {"conversation_changed", "conversation_resolved"}
        return changes(self.payload) if says else frozenset()

    @property
    def record(self) -> str:
        """The record it is about: ``contact:5821`` or ``conversation:731``."""
        if self.conversation_id is None:
            return f"contact:{self.contact_id}"
        return f"conversation:{self.conversation_id}"


DUE_SINCE = func.coalesce(deliveries.c.revived_at, deliveries.c.received_at)
DELIVERY = (
    deliveries.c.id,
    deliveries.c.kind,
    deliveries.c.contact_id,
    deliveries.c.conversation_id,
    deliveries.c.version,
    DUE_SINCE,
    deliveries.c.body,
    deliveries.c.attempts,
    deliveries.c.attempted,
    deliveries.c.attempted_at,
    deliveries.c.background,
)

STORED = (
    *("connection_id", "uid", "digest", "event", "kind", "contact_id", "conversation_id", "version"),
    *("received_at", "body", "state", "attempts", "background", "told"),
)


# Made once: SQLAlchemy takes four times as long to make a statement as to run it.
_LANE = and_(
    deliveries.c.connection_id == bindparam("connection"), deliveries.c.contact_id == bindparam("contact")
)
_IN_ORDER = select(*DELIVERY).where(_LANE, deliveries.c.state == "pending").order_by(deliveries.c.id)
_PENDING = Prepared(_IN_ORDER.limit(bindparam("most")))
_STRANGERS = Prepared(
    select(deliveries.c.id, deliveries.c.conversation_id, deliveries.c.outcome).where(
        _LANE, deliveries.c.state == "ignored", deliveries.c.body != ""
    )
)
_FINAL = ("state", "reason", "fix", "outcome", "finished_at", "cause")
_FINISH = Prepared(
    update(deliveries)
    .where(deliveries.c.id.in_(bindparam("ids", expanding=True)))
    .values({name: bindparam(f"its_{name}", type_=deliveries.c[name].type) for name in _FINAL})
    .values(attempted=null(), attempted_at=None, attempts=deliveries.c.attempts + bindparam("tried"))
    .returning(deliveries.c.connection_id, DUE_SINCE)
)


def store(tx: Connection, arrivals: Sequence[Arrival]) -> list[Arrival]:
    """Store the arrivals that are new, in their order; return those that were.

    Taken once of a contact's are the same ``X-Chatwoot-Delivery``, and the same body within a day; neither
    against a delivery that is dead.
    """
    first = _first_of_each(arrivals)
    fresh = bodies.new(tx, list(first.values()))
    if not fresh:
        return []
    rows = [_row(arrival) for arrival in fresh]
    keys = set(many.new(tx, _insert(tx.dialect.name), STORED, rows, bodies.KEY))
    refused = {arrival.key for arrival in fresh} - keys
    stored = [arrival for arrival in fresh if arrival.key in keys]
    notes.about(tx, stored)
    if refused:
        # Their id is known with another body. The body is not: it may come under an id of its own.
        bodies.forget(tx, sorted(refused))
        stored += store(tx, [a for a in arrivals if a.key in refused and a is not first[a.key]])
    return stored


@cache
def _insert(dialect: str) -> Insert:
    unless_known = upsert_in(dialect, deliveries).on_conflict_do_nothing(
        index_elements=["connection_id", "contact_id", "uid"], index_where=text(LIVE)
    )
    return unless_known.returning(*(deliveries.c[name] for name in bodies.KEY))


def _first_of_each(arrivals: Iterable[Arrival]) -> dict[tuple[int, int, str], Arrival]:
    """Return the first arrival of each body: one statement cannot touch a row two times."""
    by_body: dict[tuple[int, int, str], Arrival] = {}
    for arrival in arrivals:
        by_body.setdefault(arrival.key, arrival)
    return by_body


def _row(arrival: Arrival) -> tuple[Any, ...]:
    """Return what is stored of an arrival, in the order of STORED."""
    event = arrival.event
    return (
        arrival.connection_id,
        arrival.uid,
        arrival.digest,
        event.name,
        event.kind,
        event.contact_id,
        event.conversation_id,
        event.version,
        arrival.received_at,
        arrival.body,
        "pending",
        0,
        arrival.background,
        event.told,
    )


def pending(tx: Connection, connection_id: int, contact_id: int, limit: int = 500) -> list[Delivery]:
    """Return a lane's pending deliveries in order of arrival."""
    given = {"connection": connection_id, "contact": contact_id, "most": limit}
    return [Delivery(*row) for row in _PENDING.rows(tx, given)]


def background_pending(tx: Connection, connection_id: int) -> int:
    """Return how many deliveries of the past a connection has in line."""
    query = select(func.count()).select_from(deliveries).where(deliveries.c.connection_id == connection_id)
    return tx.scalar(query.where(deliveries.c.state == "pending", deliveries.c.background)) or 0


def finish(
    tx: Connection,
    ids: Sequence[int],
    state: str,
    *,
    now: float,
    reason: str = "",
    fix: str = "",
    outcome: Mapping[str, Any] | None = None,
) -> None:
    """End these deliveries in a final state."""
    values = {
        "state": state,
        "reason": storable(reason),
        "fix": storable(fix),
        "outcome": dict(outcome) if outcome else None,
        "finished_at": now,
        "cause": cause_of(storable(reason) or "") if state == "dead" else None,
    }
    given = {f"its_{name}": value for name, value in values.items()}
    ended = _FINISH.rows(tx, {"ids": list(ids), "tried": int(state != "superseded"), **given})
    notes.ended(tx, [(row[0], row[1]) for row in ended], state, now, outcome)
    if state == "dead":
        _let_in_again(tx, ids)


def _let_in_again(tx: Connection, ids: Sequence[int]) -> None:
    """Let the same body in again: a dead delivery must not swallow the one that could succeed."""
    keys = select(*(deliveries.c[name] for name in bodies.KEY)).where(deliveries.c.id.in_(ids))
    bodies.forget(tx, [(row[0], row[1], row[2]) for row in tx.execute(keys)])


def forget_payloads(tx: Connection, before: float, limit: int = 1000) -> int:
    """Forget what deliveries said that were finished before then (unix seconds); return of how many."""
    old = select(deliveries.c.id).where(deliveries.c.finished_at < before, deliveries.c.body != "")
    gone = update(deliveries).where(deliveries.c.id.in_(old.limit(limit)))
    query = gone.values(body="", attempted=null(), attempted_at=None)
    return tx.execute(query).rowcount


def of_a_stranger(tx: Connection, connection_id: int, contact_id: int) -> dict[int, str]:
    """Return the conversation that each delivery is about which was ignored because its contact was.

    Those whose payload has been forgotten are left out: there is nothing to apply any more.
    """
    rows = _STRANGERS.rows(tx, {"connection": connection_id, "contact": contact_id})
    return {row[0]: f"conversation:{row[1]}" for row in rows if (row[2] or {}).get("stranger")}


def revive(tx: Connection, ids: Sequence[int], reason: str, now: float) -> None:
    """Make finished deliveries pending again, each in its place, with as much time as a new one has."""
    values = {
        "state": "pending",
        "reason": reason,
        "outcome": None,
        "finished_at": None,
        "attempts": 0,
        "revived_at": now,
        "cause": None,
    }
    tx.execute(update(deliveries).where(deliveries.c.id.in_(ids)).values(values))


def counts(tx: Connection) -> dict[str, int]:
    """Return how many deliveries there are in each state."""
    rows = tx.execute(select(deliveries.c.state, func.count()).group_by(deliveries.c.state))
    return dict.fromkeys(STATES, 0) | {row[0]: row[1] for row in rows}


def oldest_pending(tx: Connection) -> float | None:
    """Return since when the oldest pending delivery has been due."""
    since: float | None = tx.scalar(select(func.min(DUE_SINCE)).where(deliveries.c.state == "pending"))
    return since
