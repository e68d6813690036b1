"""What Chatwoot has and we never received, or not in its present state: put in line as if it had come."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..models import is_identifiable
from ..store import counters, known
from ..store.deliveries import Arrival
from ..webhooks import Kind, told_of
from .lining import Origin, batches, line_up, moment_of, sender_of

if TYPE_CHECKING:
    from ..store import Store
    from ..store.known import Talk

Row = Mapping[str, Any]
Tally = Counter[tuple[str, str]]
"""How much there is of what, by the event's name and kind."""
EVENT = "reconcile"
"""The event's name of what was lost."""
AGAIN = "looked_again"
"""That of a conversation that has changed since the newest that was received of it: what, nobody can say.

A resolved one may have been opened and resolved again; of another one, what a rule is about may be new.
"""
SLACK = 0.001
"""Seconds: both of Chatwoot's ways to say when a conversation changed are floats."""


@dataclass(frozen=True)
class Missed:
    """Finds what was missed of one connection."""

    store: Store
    connection_id: int
    since: float
    """When the connection was made: what was over by then is none of its business."""
    wanted: frozenset[str] = frozenset()
    """The changes of conversations that the settings have a rule for."""
    grace: float = 0.0
    """Seconds for which a webhook may be on its way yet; what is younger is left to the next look."""
    began: float = field(default_factory=time.time)

    def contacts(self, rows: Iterable[Row]) -> Iterator[Arrival]:
        """Yield contacts that differ from what was received about them last, or were never heard of."""
        for batch in batches(rows):
            with self.store.read() as tx:
                told = known.told(tx, self.connection_id, [row["id"] for row in batch])
            yield from (self._origin.contact(row) for row in batch if self._is_news(row, told))

    def conversations(self, rows: Iterable[Row]) -> Iterator[Arrival]:
        """Yield conversations whose beginning or end was not received."""
        for batch in batches(rows):
            with self.store.read() as tx:
                received = known.conversations(tx, self.connection_id, [row["id"] for row in batch])
            for row in batch:
                event, kind = self._missing(row, received.get(row["id"]))
                if kind and is_identifiable(sender_of(row)) and moment_of(row) <= self.began - self.grace:
                    changed = self.wanted if kind == "conversation_changed" else ()
                    yield self._origin.conversation(row, kind, event=event, changed=changed)

    def put(self, arrivals: Iterable[Arrival]) -> Tally:
        """Store them, and count those that were lost; return what was found."""
        found: Tally = Counter()
        for batch in batches(arrivals):
            with self.store.write() as tx:
                stored = counted(line_up(tx, batch))
                if lost := sum(count for (event, _), count in stored.items() if event == EVENT):
                    counters.add(tx, Counter({(self.connection_id, "reconcile", "lost"): lost}))
            found += stored
        return found

    @property
    def _origin(self) -> Origin:
        return Origin(self.connection_id, EVENT, str(self.began))

    def _is_news(self, row: Row, told: Mapping[int, str]) -> bool:
        """Whether a contact is not as it was received last; of one never received, whether it is new."""
        touched = max(row.get("created_at") or 0, row.get("last_activity_at") or 0)
        if touched > self.began - self.grace:
            return False
        if row["id"] not in told:
            return touched >= self.since
        return told_of(row) != told[row["id"]]

    def _missing(self, row: Row, received: Talk | None) -> tuple[str, Kind | None]:
        """Return what a conversation is to be handled as, and by which event; no kind where nothing is."""
        changed = moment_of(row) - SLACK
        if row.get("status") != "resolved":
            if received is None:
                return EVENT, "conversation_created"
            return AGAIN, "conversation_changed" if self.wanted and received.newest < changed else None
        if received is None or received.resolved is None:
            return EVENT, "conversation_resolved"
        return AGAIN, "conversation_resolved" if received.resolved < changed else None


def counted(arrivals: Iterable[Arrival]) -> Tally:
    """Return how many there are of each event and kind."""
    return Counter((one.event.name, one.event.kind or "") for one in arrivals)
