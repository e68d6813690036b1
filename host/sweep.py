"""The sweep: a loop in every worker that rings what is due and was not rung. Losing Redis costs seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import structlog

from .locks import LEASE
from .store import attempts, bodies, clock, contacts, deliveries, due, identities, lanes, search

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from .pulse import Pulse
    from .store import Store
    from .store.lanes import Lane
    from .turns import Turns

PERIOD = 2.0
"""Seconds between two looks at the database, at the most."""
TIDY = 600.0
"""Seconds between two cleanings of what is kept for a day only."""
AT_ONCE = 20
"""How many batches of contacts get their words in one look."""
PATIENCE = 5.0
"""Seconds after which a bell that brought nobody is rung again."""
log = structlog.get_logger(__name__)


class Sweep:
    """Rings lanes in time; ``wake`` makes it look earlier than it would by itself.

    It rings for as many lanes as there are threads without work: whoever ends a lane takes the next one
    by itself. Payloads of deliveries that were finished ``keep`` seconds ago are forgotten, and who
    the contacts are.
    """

    def __init__(
        self,
        store: Store,
        pulse: Pulse,
        turns: Turns,
        ring: Callable[[Iterable[Lane]], None],
        *,
        keep: float,
    ) -> None:
        self._keep = keep
        self._store = store
        self._pulse = pulse
        self._turns = turns
        self._ring = ring
        self._next = 0.0
        self._tidied = -TIDY
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

    def wake(self, seconds: float) -> None:
        """Look so many seconds from now at the latest."""
        with self._changed:
            moment = time.monotonic() + seconds
            if moment < self._next:
                self._next = moment
                self._changed.notify()

    def _run(self) -> None:
        while self._wait():
            try:
                self._look()
            except Exception as error:  # noqa: BLE001 - nobody would notice that the loop has ended
                log.warning("the sweep failed", error=type(error).__name__)

    def _wait(self) -> bool:
        """Sleep until it is time; false where the sweep was stopped."""
        with self._changed:
            while self._going and (left := self._next - time.monotonic()) > 0:
                self._changed.wait(min(left, PERIOD))
            self._next = time.monotonic() + PERIOD
            return self._going

    def _look(self) -> None:
        self._pulse.beat()
        with self._store.write() as tx:
            now = clock.now(tx)
            lanes.free_the_dead(tx, now - LEASE)
            unheard = self._turns.unheard(tx, now, now - PATIENCE)
            lanes.rung(tx, unheard, now)
            next_due = due.next_due(tx, now)
            if time.monotonic() - self._tidied > TIDY:
                self._tidy(tx, now)
        self._ring(unheard)
        if next_due is not None:
            self.wake(next_due - now)
        if (rest := self._turns.rest_ends_in()) is not None:
            self.wake(rest)
        self._index()

    def _index(self) -> None:
        """Have contacts found by what was received of them; of very many the rest has its turn next time."""
        for _ in range(AT_ONCE):
            with self._store.write() as tx:
                if not search.index(tx):
                    return

    def _tidy(self, tx: Connection, now: float) -> None:
        """Forget what is kept for a time only; where there is much, go on with the next look."""
        bodies.forget_old(tx, now)
        identities.forget_old(tx, now)
        before = now - self._keep
        gone = deliveries.forget_payloads(tx, before) + contacts.forget(tx, before)
        gone += attempts.forget(tx, before)
        if gone == 0:
            self._tidied = time.monotonic()
