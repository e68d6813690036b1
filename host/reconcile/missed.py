"""What Chatwoot has and we never received, or not in its present state: put in line as if it had come."""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ..models import Contact, is_identifiable
from ..store import clock, counters, deliveries, known, lanes
from ..store.deliveries import Arrival
from ..webhooks import Event, Kind

if TYPE_CHECKING:
    from ..store import Store
    from ..store.known import Talk

Row = Mapping[str, Any]
EVENT = "reconcile"
"""The event's name of what was found here."""
BATCH = 100
SLACK = 0.001
"""Seconds: both of Chatwoot's ways to say when a conversation changed are floats."""


@dataclass
class Missed:
    """Finds what was missed of one connection; ``counts`` says how much, by what it becomes."""

    store: Store
    connection_id: int
    since: float
    """When the connection was made: what was over by then is none of its business."""
    began: float = field(default_factory=time.time)
    counts: dict[Kind, int] = field(default_factory=dict)

    def contacts(self, rows: Iterable[Row]) -> Iterator[Arrival]:
        """Yield contacts that differ from what was received about them last, or were never heard of."""
        with self.store.read() as tx:
            newest = known.newest_contact_deliveries(tx, self.connection_id)
        each = iter(rows)
        while batch := list(islice(each, BATCH)):
            with self.store.read() as tx:
                bodies = known.bodies(tx, [newest[row["id"]] for row in batch if row["id"] in newest])
            for row in batch:
                body = bodies.get(newest.get(row["id"], 0))
                if self._is_news(row, body):
                    yield self._arrival("contact_updated", row["id"], None, None, row)

    def conversations(self, rows: Iterable[Row]) -> Iterator[Arrival]:
        """Yield conversations whose beginning or end was not received."""
        with self.store.read() as tx:
            received = known.conversations(tx, self.connection_id)
        for row in rows:
            sender = (row.get("meta") or {}).get("sender") or {}
            kind = _kind(row, received.get(row["id"]))
            if kind and is_identifiable(sender):
                yield self._arrival(kind, sender["id"], row["id"], float(row["updated_at"]), row)

    def put(self, arrivals: Iterable[Arrival]) -> None:
        """Store them, and make their lanes due; the sweep of the next worker rings."""
        each = iter(arrivals)
        while batch := list(islice(each, BATCH)):
            with self.store.write() as tx:
                now = clock.now(tx)
                stored = deliveries.store(tx, batch)
                if stored:
                    counters.add(tx, Counter({(self.connection_id, "reconcile", "lost"): len(stored)}))
                wanted = [(one.connection_id, one.event.contact_id) for one in stored]
                if wanted:
                    lanes.add_work(tx, wanted, now, 0)

    def _is_news(self, row: Row, body: str | None) -> bool:
        """Whether a contact is not as it was received last; of one never received, whether it is new."""
        if body is None:
            return max(row.get("created_at") or 0, row.get("last_activity_at") or 0) >= self.since
        try:
            return _told(row) != _told(json.loads(body))
        except ValidationError:
            return False

    def _arrival(
        self, kind: Kind, contact_id: int, conversation_id: int | None, version: float | None, row: Row
    ) -> Arrival:
        self.counts[kind] = self.counts.get(kind, 0) + 1
        body = json.dumps(row)
        # The same state may come again within a day, and mean something again: the moment tells them apart.
        digest = hashlib.sha256(f"{self.began} {body}".encode()).hexdigest()
        event = Event(EVENT, kind, contact_id, conversation_id, version)
        return Arrival(self.connection_id, None, digest, event, time.time(), body)


def _told(payload: Row) -> Contact:
    """Return the contact that a payload tells of, without its labels: lists and webhooks have none."""
    return Contact.model_validate({**payload, "labels": ()})


def _kind(row: Row, received: Talk | None) -> Kind | None:
    """Return what a conversation is to be handled as; None where all of it was received."""
    if row.get("status") != "resolved":
        return "conversation_created" if received is None else None
    last = received.resolved if received else None
    is_new = last is None or last < float(row["updated_at"]) - SLACK
    return "conversation_resolved" if is_new else None
