"""What the pages need is noted as it happens, in the same commit: who it is about, and how much of what."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, func, select

from ..webhooks import sender_in
from . import contacts, hours
from .contacts import Face
from .hours import RECEIVED, TRIED, Moment
from .tables import deliveries
from .text import storable

if TYPE_CHECKING:
    from .deliveries import Arrival

_DUE_SINCE = select(
    deliveries.c.connection_id, func.coalesce(deliveries.c.revived_at, deliveries.c.received_at)
).where(deliveries.c.id.in_(bindparam("ids", expanding=True)))
__all__ = ["TRIED", "ended", "taken"]


def taken(tx: Connection, arrivals: Sequence[Arrival]) -> None:
    """Note who these are about, and that they were received."""
    if arrivals:
        contacts.note(tx, map(_face, arrivals), max(one.received_at for one in arrivals))
        hours.note(tx, (Moment(one.connection_id, RECEIVED, one.received_at) for one in arrivals))


def _face(arrival: Arrival) -> Face:
    sender = sender_in(str(arrival.event.kind), json.loads(arrival.body))
    told = (storable(str(sender.get(key) or "")[:255]) for key in ("name", "email", "phone_number"))
    return Face(arrival.connection_id, arrival.event.contact_id, *told)


def ended(
    tx: Connection, ids: Sequence[int], what: str, now: float, outcome: Mapping[str, Any] | None
) -> None:
    """Note what became of these, the calls it took, and how long they had been due."""
    calls = len((outcome or {}).get("calls", ()))
    rows = tx.execute(_DUE_SINCE, {"ids": list(ids)})
    hours.note(tx, [Moment(row[0], what, now, calls, max(now - row[1], 0.0)) for row in rows])
