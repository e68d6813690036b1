"""The sweep: a loop in every worker that rings what is due and was not rung. Losing Redis costs seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from .store import contacts, deliveries, identities, lanes

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from .store import Store
    from .store.lanes import Lane

PERIOD = 2.0
"""Seconds between two looks at the database, at the most."""
TIDY = 600.0
"""Seconds between two cleanings of what is kept for a day only."""
PATIENCE = 30.0
"""Seconds after which a bell that brought nobody is rung again."""
log = structlog.get_logger(__name__)


class Sweep:
    """Rings lanes in time; ``wake`` makes it look earlier than it would by itself.

    Payloads of deliveries that were finished ``keep`` seconds ago are forgotten, and who the contacts are.
    """

    def __init__(self, store: Store, ring: Callable[[Iterable[Lane]], None], *, keep: float) -> None:
        self._keep = keep
        self._store = store
        self._ring = ring
        self._next = 0.0
        self._tidied = 0.0
        self._going = True
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="sweep", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Stop looking; returns when the loop has ended."""
        with self._changed:
            self._going = False
            self._changed.notify()
        self._thread.join()

    def wake(self, at: float) -> None:
        """Look at this time (unix seconds) at the latest."""
        with self._changed:
            # By the monotonic clock: the other one may be set back while we sleep.
            moment = time.monotonic() + (at - time.time())
            if moment < self._next:
                self._next = moment
                self._changed.notify()

    def _run(self) -> None:
        while self._wait():
            try:
                self._look()
            except SQLAlchemyError as error:
                log.warning("the sweep cannot read the database", error=type(error).__name__)

    def _wait(self) -> bool:
        """Sleep until it is time; false where the sweep was stopped."""
        with self._changed:
            while self._going and (left := self._next - time.monotonic()) > 0:
                self._changed.wait(min(left, PERIOD))
            self._next = time.monotonic() + PERIOD
            return self._going

    def _look(self) -> None:
        now = time.time()
        with self._store.write() as tx:
            due = lanes.ring_due(tx, now, PATIENCE)
            next_due = lanes.next_due(tx, now)
            if now - self._tidied > TIDY:
                self._tidy(tx, now)
        self._ring(due)
        if next_due is not None:
            self.wake(next_due)

    def _tidy(self, tx: Connection, now: float) -> None:
        """Forget what is kept for a time only; where there is much, go on with the next look."""
        deliveries.forget_old_bodies(tx, now)
        identities.forget_old(tx, now)
        gone = deliveries.forget_payloads(tx, now - self._keep) + contacts.forget(tx, now - self._keep)
        if gone == 0:
            self._tidied = now
