"""What the pages need is noted as it happens, in the same commit: who it is about, and how much of what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from . import contacts, hours
from .contacts import Face
from .hours import RECEIVED, TRIED, Moment
from .text import storable

if TYPE_CHECKING:
    from .deliveries import Arrival

__all__ = ["TRIED", "about", "ended", "received"]


def about(tx: Connection, arrivals: Sequence[Arrival]) -> None:
    """Note who these are about."""
    if arrivals:
        contacts.note(tx, map(_face, arrivals), max(one.received_at for one in arrivals))


def received(arrivals: Iterable[Arrival]) -> list[Moment]:
    """Return that these were received, to be noted last: it is one row for all who receive for one."""
    return [Moment(one.connection_id, RECEIVED, one.received_at) for one in arrivals]


def _face(arrival: Arrival) -> Face:
    event = arrival.event
    told = [storable(str(event.contact.get(key) or "")[:255]) for key in ("name", "email", "phone_number")]
    return Face(arrival.connection_id, event.contact_id, *told)


def ended(
    tx: Connection, due: Iterable[tuple[int, float]], what: str, now: float, outcome: Mapping[str, Any] | None
) -> None:
    """Note what became of these (connection id, since when it was due), and the calls it took."""
    calls = len((outcome or {}).get("calls", ()))
    hours.note(tx, [Moment(one, what, now, calls, max(now - since, 0.0)) for one, since in due])
