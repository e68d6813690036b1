"""Deliveries that are dead: choosing them, seeing what stands in the way, and bringing them back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, literal, null, or_, select, text, update

from . import attempts, lanes, links
from .deliveries import revive
from .tables import LIVE, deliveries, versions

_SAME = ("connection_id", "contact_id", "uid")
"""What is the same of two that are one webhook."""
_ENDED_WELL = ("applied", "unchanged")
_COLUMNS = tuple(column for column in deliveries.c if column.name != "body")


@dataclass(frozen=True)
class Chosen:
    """Which deliveries a person means; what is not said narrows nothing."""

    ids: tuple[int, ...] = ()
    connection_id: int | None = None
    since: float | None = None
    """Unix seconds: received then or later."""
    reason: str = ""
    """A part of the reason, upper and lower case alike."""
    cause: str | None = None
    """The reason as ``causes.cause_of`` says it."""
    kind: str | None = None
    contact_id: int | None = None
    after: int = 0
    """Those with a larger id, where the dead are gone through in batches; not of those that are named."""
    limit: int | None = None


def chosen(tx: Connection, wanted: Chosen) -> list[Row[Any]]:
    """Return the deliveries that are named, or else the dead ones that fit, in order of arrival."""
    query = select(*_COLUMNS, (deliveries.c.body == "").label("purged")).order_by(deliveries.c.id)
    if wanted.ids:
        return list(tx.execute(query.where(deliveries.c.id.in_(wanted.ids))))
    query = query.where(deliveries.c.state == "dead")
    if wanted.connection_id is not None:
        query = query.where(deliveries.c.connection_id == wanted.connection_id)
    if wanted.since is not None:
        query = query.where(deliveries.c.received_at >= wanted.since)
    if wanted.reason:
        query = query.where(deliveries.c.reason.icontains(wanted.reason, autoescape=True))
    exact = {"cause": wanted.cause, "kind": wanted.kind, "contact_id": wanted.contact_id}
    query = query.where(*(deliveries.c[name] == value for name, value in exact.items() if value is not None))
    query = query.where(deliveries.c.id > wanted.after).limit(wanted.limit)
    return list(tx.execute(query))


def obstacles(tx: Connection, rows: Sequence[Row[Any]]) -> dict[int, str]:
    """Return of those that are not to be tried again why, by their ids."""
    against = {row.id: why for row in rows if (why := _obstacle(tx, row))}
    newest = {_same(row): row.id for row in rows if row.uid and row.id not in against}
    for row in rows:
        if row.id != (last := newest.get(_same(row), row.id)):
            against.setdefault(row.id, f"Delivery {last} is the same webhook, and is tried again.")
    return against


def _obstacle(tx: Connection, row: Row[Any]) -> str:
    """Return in a sentence why a delivery is not to be tried again; "" where nothing speaks against it."""
    if row.state != "dead":
        return f"It is {row.state}, not dead."
    if row.purged:
        return "What it said is no longer kept."
    if _came_again(tx, row) is not None:
        return "The same webhook came again and was taken."
    if newer := _newer(tx, row):
        return f"{newer} brought a newer state, which this one would overwrite."
    return ""


def bring_back(tx: Connection, rows: Sequence[Row[Any]], now: float) -> None:
    """Make these wait for their lane again, as if nothing had been tried but what may have been written."""
    if not rows:
        return
    _bring_back(tx, rows, "A person had it tried again.", now)
    lanes.bring_forward(tx, {(row.connection_id, row.contact_id) for row in rows}, now)


def settle_first(tx: Connection, lane: lanes.Lane, now: float) -> None:
    """Bring back, once, what was given up in a lane although its last write may have been carried out.

    It is repeated as it was before anything newer, which could not tell that write from the sales team's.
    """
    d = deliveries.c
    here = (d.connection_id == lane[0], d.contact_id == lane[1], d.state == "dead")
    rows = list(tx.execute(select(*_COLUMNS).where(*here, d.attempted.is_not(null()))))
    came_again = {row.id: number for row in rows if (number := _came_again(tx, row)) is not None}
    for row in rows:
        if row.id in came_again:
            attempts.repeat(tx, came_again[row.id], row.attempted, row.attempted_at)
            tx.execute(update(deliveries).where(d.id == row.id).values(attempted=null(), attempted_at=None))
    reason = "A newer one came: whether this one was carried out is settled first."
    _bring_back(tx, [row for row in rows if row.id not in came_again], reason, now)
    links.end_intents(tx, lane[0], [(f"contact:{lane[1]}", links.GIVEN_UP)])


def _bring_back(tx: Connection, rows: Sequence[Row[Any]], reason: str, now: float) -> None:
    attempts.keep_ended(tx, [row.id for row in rows])
    revive(tx, [row.id for row in rows], reason, now)
    for row in rows:
        if row.attempted is not None:
            attempts.repeat(tx, row.id, row.attempted, row.attempted_at)


def _same(row: Row[Any]) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in _SAME)


def _came_again(tx: Connection, row: Row[Any]) -> int | None:
    """Return the delivery with which the same id was taken once more: two live ones can't be kept."""
    if row.uid is None:
        return None
    same = (deliveries.c[name] == value for name, value in zip(_SAME, _same(row), strict=True))
    query = select(deliveries.c.id).where(*same, text(LIVE))
    found: int | None = tx.scalar(query.limit(1))
    return found


def _newer(tx: Connection, row: Row[Any]) -> str:
    """Return what overtook a state of a record; a conversation's beginning is never overtaken."""
    if row.kind == "conversation_created":
        return ""
    about_contact = row.conversation_id is None
    record = f"contact:{row.contact_id}" if about_contact else f"conversation:{row.conversation_id}"
    if row.version is not None:
        query = select(versions.c.version).where(
            versions.c.connection_id == row.connection_id, versions.c.record == record
        )
        applied = tx.scalar(query)
        if applied is not None and applied > row.version:
            return "A delivery"
    later = select(deliveries.c.id).where(
        deliveries.c.connection_id == row.connection_id,
        deliveries.c.contact_id == row.contact_id,
        deliveries.c.conversation_id.is_not_distinct_from(row.conversation_id),
        or_(literal(about_contact), deliveries.c.kind == row.kind),
        deliveries.c.state.in_(_ENDED_WELL),
        deliveries.c.id > row.id,
    )
    if row.version is not None:
        later = later.where(deliveries.c.version.is_(None) | (deliveries.c.version > row.version))
    found = tx.scalar(later.limit(1))
    return f"Delivery {found}" if found is not None else ""
