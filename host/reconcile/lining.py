"""Putting in line what was read from Chatwoot's API, as if its webhook had come."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from ..store import clock, connections, deliveries, hours, lanes, notes
from ..store.deliveries import Arrival
from ..webhooks import Event, Kind, as_changed, told_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

Row = Mapping[str, Any]
Item = TypeVar("Item")
BATCH = 100
"""How many are looked up, and committed, at once."""


@dataclass(frozen=True)
class Origin:
    """Where arrivals come from: their event's name, and what tells them from earlier ones of its kind.

    The same state may come again within a day, and mean something again.
    """

    connection_id: int
    event: str
    mark: str
    background: bool = False

    def contact(self, row: Row, *, event: str = "") -> Arrival:
        """Return what has a contact brought up to date."""
        told = Event(event or self.event, "contact_updated", row["id"], told=told_of(row), contact=row)
        return self._arrival(told, row)

    def conversation(
        self, row: Row, kind: Kind, *, event: str = "", changed: Collection[str] = ()
    ) -> Arrival:
        """Return what has a conversation begun or ended, or these things of it looked at again."""
        sender = sender_of(row)
        told = Event(event or self.event, kind, sender["id"], row["id"], moment_of(row), contact=sender)
        return self._arrival(told, as_changed(row, changed) if changed else row)

    def _arrival(self, event: Event, row: Row) -> Arrival:
        body = json.dumps(row)
        digest = hashlib.sha256(f"{self.mark} {body}".encode()).hexdigest()
        return Arrival(self.connection_id, None, digest, event, time.time(), body, self.background)


def line_up(tx: Connection, arrivals: Sequence[Arrival]) -> list[Arrival]:
    """Store them and make their lanes due; return those that were new. The sweep of a worker rings."""
    # Their connection may have been removed while Chatwoot was read, and SQLite gives its id out again.
    there = connections.there(tx, {one.connection_id for one in arrivals})
    known = [one for one in arrivals if one.connection_id in there]
    stored = deliveries.store(tx, known) if known else []
    if not stored:
        return []
    wanted = [(one.connection_id, one.event.contact_id) for one in stored]
    lanes.add_work(tx, wanted, clock.now(tx), 0, background=stored[0].background)
    hours.note(tx, notes.received(stored))
    return stored


def sender_of(row: Row) -> Row:
    """Return the contact of a conversation; {} where Chatwoot does not show it."""
    sender = (row.get("meta") or {}).get("sender")
    return sender if isinstance(sender, dict) and isinstance(sender.get("id"), int) else {}


def moment_of(row: Row) -> float:
    """Return when a conversation changed last; 0 where Chatwoot does not say."""
    moment = row.get("updated_at")
    return float(moment) if isinstance(moment, int | float) else 0.0


def batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Yield the items in lists of BATCH."""
    each = iter(items)
    while batch := list(islice(each, BATCH)):
        yield batch
