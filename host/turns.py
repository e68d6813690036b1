"""Whose turn it is in this process: the lane a thread works next, so that nobody waits for another's many.

Connections take turns, and what is live goes before what tells of the past. Where there are several
connections none has all the threads. A connection that may make no calls for a while is passed over;
each process learns that for itself, by one attempt.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING

from .store import clock, connections, due

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from .store import Store
    from .store.lanes import Lane


MOMENT = 1.0
"""Seconds for which a lane is left alone that was not to be had."""
CROWD, MOST_ASIDE = 16, 64
"""Among how many more due lanes a worker chooses that met another one, and among how many at the most."""


class Turns:
    """The lanes that this process's threads have, and those that they have next."""

    def __init__(self, store: Store, threads: int) -> None:
        self._store = store
        self._threads = threads
        # Taken within a transaction, never around one: they are few, and who has one may wait for it.
        self._lock = threading.Lock()
        self._ours: set[Lane] = set()
        self._after: dict[Lane, Lane] = {}
        self._last = 0
        self._left: dict[Lane, float] = {}
        self._crowd = 0
        self._resting: dict[tuple[int, bool], float] = {}

    def next(self) -> Lane | None:
        """Choose the lane whose turn it is, for the thread that asks; None where none is due."""
        with self._store.read() as tx, self._lock:
            chosen = self._chosen(tx, clock.now(tx), self._busy())
            if chosen is not None:
                self._ours.add(chosen)
            return chosen

    def after(self, lane: Lane, tx: Connection, now: float) -> Lane | None:
        """Choose the lane that follows one, for the thread that ends that one; None where none is due.

        From here on it is the following one that counts: the thread goes on to it, or ends.
        """
        with self._lock:
            chosen = self._chosen(tx, now, self._busy(but=lane))
            if chosen is not None:
                self._after[lane] = chosen
            return chosen

    def go_on(self, lane: Lane) -> None:
        """Say that the thread is done with the lane, and turns to the one that follows."""
        with self._lock:
            self._ours.discard(lane)
            self._ours.add(self._after.pop(lane))

    def begin(self, lane: Lane) -> bool:
        """Say that a thread turns to the lane; no where one has it, or its connection has its share."""
        with self._store.read() as tx, self._lock:
            busy = self._busy()
            full = lane[0] in self._full(busy)
            if lane in busy | self._ours or (full and connections.several(tx)):
                return False
            self._ours.add(lane)
            return True

    def end(self, lane: Lane) -> None:
        """Say that the thread is done with the lane."""
        with self._lock:
            self._ours.discard(lane)
            self._after.pop(lane, None)

    def leave(self, lane: Lane) -> None:
        """Leave a lane alone for a moment that another worker has; look aside of what all others look at."""
        with self._lock:
            self._left[lane] = time.monotonic() + MOMENT
            self._crowd = min(self._crowd + CROWD, MOST_ASIDE)

    def _busy(self, but: Lane | None = None) -> set[Lane]:
        """Return the lanes that the threads have or, where they are about to end one, have next."""
        return {self._after.get(lane, lane) for lane in self._ours if lane != but}

    def _chosen(self, tx: Connection, now: float, busy: set[Lane]) -> Lane | None:
        aside = self._aside()
        chosen = self._choose(tx, now, busy, skip=aside) if aside else None
        chosen = chosen or self._choose(tx, now, busy)
        if chosen is not None:
            self._last = chosen[0]
        return chosen

    def _aside(self) -> int:
        """Return how many due lanes to pass over, so that not all workers want the same one.

        Who met one worker goes on in the order of arrival; only where that happens again is there a crowd.
        """
        self._crowd = max(self._crowd - 1, 0)
        if self._crowd < CROWD:
            return 0
        return random.randint(0, self._crowd)  # noqa: S311 - it spreads workers, it keeps no secret

    def unheard(self, tx: Connection, now: float, silent_since: float) -> list[Lane]:
        """Return due lanes whose bells have brought nobody, as many as there are threads without work."""
        found: list[Lane] = []
        with self._lock:
            for _ in range(self._threads - len(self._ours)):
                lane = self._choose(tx, now, self._busy() | set(found), silent_since)
                if lane is None:
                    break
                found.append(lane)
        return found

    def rest(self, connection_id: int, seconds: float, *, background: bool) -> None:
        """Pass the connection over for so long; with ``background`` only what tells of the past."""
        until = time.monotonic() + seconds
        with self._lock:
            for kind in {True, background}:
                self._resting[connection_id, kind] = max(until, self._resting.get((connection_id, kind), 0.0))

    def rests(self, connection_id: int, *, background: bool) -> float:
        """Return for how many seconds the connection is passed over."""
        return max(self._resting.get((connection_id, background), 0.0) - time.monotonic(), 0.0)

    def rest_ends_in(self) -> float | None:
        """Return after how many seconds the next connection that is passed over is so no more."""
        now = time.monotonic()
        with self._lock:
            left = [until - now for until in self._resting.values() if until > now]
        return min(left, default=None)

    def _choose(
        self,
        tx: Connection,
        now: float,
        busy: set[Lane],
        silent_since: float | None = None,
        *,
        skip: int = 0,
    ) -> Lane | None:
        moment = time.monotonic()
        self._left = {lane: until for lane, until in self._left.items() if until > moment}
        full = self._full(busy)
        served = full if full and connections.several(tx) else set()
        for background in (False, True):
            lane = due.next_in_turn(
                tx,
                now,
                background=background,
                after=self._last,
                not_of=served | self._at_rest(background=background),
                but=busy | self._ours | self._left.keys(),
                skip=skip,
                silent_since=silent_since,
            )
            if lane is not None:
                return lane
        return None

    def _at_rest(self, *, background: bool) -> set[int]:
        now = time.monotonic()
        return {
            connection_id
            for (connection_id, kind), until in self._resting.items()
            if kind is background and until > now
        }

    def _full(self, busy: set[Lane]) -> set[int]:
        """Return the connections that have three threads of four: no more, where there are others."""
        share = self._threads - self._threads // 4
        have = Counter(lane[0] for lane in busy)
        return {connection_id for connection_id, count in have.items() if count >= share}
