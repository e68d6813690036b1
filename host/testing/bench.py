"""A connection whose lanes are worked by hand, with the host's own parts."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import update

from .. import overview
from ..intake import Intake
from ..locks import lock_name
from ..store import tables
from ..store.deliveries import Arrival
from ..sync import Sync
from ..turns import Turns
from ..webhooks import classify

if TYPE_CHECKING:
    from ..house import House
    from ..store.connections import CRMConnection
    from ..store.lanes import Lane


@dataclass
class Bench:
    """One connection: bring webhooks, work lanes, look; ``rung`` and ``woken`` say what the host would do."""

    house: House
    connection: CRMConnection
    rung: list[Lane] = field(default_factory=list)
    woken: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Open what receives and what works."""
        self.start_over()
        settle = self.house.settings.settle_ms / 1000
        self.intake = Intake(self.house.store, self.rung.extend, settle=settle, bells=16)

    def start_over(self) -> None:
        """Let a new process work: what the last one remembered is gone."""
        self.turns = Turns(self.house.store, 8)
        self.sync = self.worker(self.turns)

    def worker(self, turns: Turns) -> Sync:
        """Return what works lanes in a process that has these turns."""
        return Sync(self.house, turns, wake=lambda after: self.woken.append(time.time() + after))

    def close(self) -> None:
        """Stop receiving."""
        self.intake.close()

    def receive(self, payload: dict[str, Any], *, past: bool = False) -> bool:
        """Store a webhook as the receiver does; return whether it was new. ``past``: it is no live one."""
        body = json.dumps(payload)
        arrival = Arrival(
            self.connection.id,
            str(uuid.uuid4()),
            hashlib.sha256(body.encode()).hexdigest(),
            classify(payload),
            time.time(),
            body,
            background=past,
        )
        # Before the webhook, with which it is committed at the latest: nothing is written afterwards.
        self.intake.count(self.connection.id, "event", "settled")
        return bool(self.intake.put(arrival).result(10))

    def lane(self, contact_id: int) -> Lane:
        """Return the lane of one of the connection's contacts."""
        return self.connection.id, contact_id

    def work(self, contact_id: int = 5821) -> None:
        """Work the contact's lane as long as it is due."""
        self.sync.work(self.lane(contact_id))

    def kill(self, contact_id: int = 5821) -> None:
        """Let the lane's worker be as good as dead: it can commit nothing, and its lock is gone."""
        connection, contact = tables.lanes.c.connection_id, tables.lanes.c.contact_id
        here = (connection == self.connection.id) & (contact == contact_id)
        with self.house.store.write() as tx:
            tx.execute(update(tables.lanes).where(here).values(fence=tables.lanes.c.fence + 1))
        self.free(contact_id)

    def free(self, contact_id: int = 5821) -> None:
        """Let the lane's lock run out."""
        self.house.redis.delete(lock_name(self.lane(contact_id)))

    def deliveries(self) -> list[dict[str, Any]]:
        """Return the connection's deliveries in order of arrival."""
        rows = overview.newest_deliveries(self.house, 100)
        return [row for row in reversed(rows) if row["connection"] == self.connection.id]

    def states(self) -> list[str]:
        """Return the deliveries' states in order of arrival."""
        return [row["state"] for row in self.deliveries()]

    def last(self) -> dict[str, Any]:
        """Return the newest delivery."""
        return self.deliveries()[-1]

    def connection_state(self) -> dict[str, Any]:
        """Return the connection as ``crmhost connections`` shows it."""
        rows = overview.all_connections(self.house)
        return next(row for row in rows if row["id"] == self.connection.id)
