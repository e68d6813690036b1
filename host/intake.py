"""Committing what arrives: one thread takes all that has queued up and commits it at once.

Durable and fast: an fsync costs the same for one delivery as for a hundred, and no answer is given
before the commit that holds its delivery.
"""

from __future__ import annotations

import asyncio
import queue
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy.exc import DBAPIError

from .signatures import SIGNED_WRONG
from .store import Store, clock, connections, counters, deliveries, hours, lanes, notes
from .store.hours import Moment

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from .store.counters import Family, Tally
    from .store.deliveries import Arrival
    from .store.lanes import Lane

BATCH = 500
GATHER = 0.01
"""Seconds for which more is gathered at the most before it is committed, while more and more comes."""
QUIET = 3
"""Turns of the loop without anything new after which it is committed: in one the last answers go out, in the
next what those send who got them is read, in the third it is handled."""
ROOM = 64 * 2**20
"""Bytes that wait at the most for a database that is stuck. Chatwoot sends nothing again, so what was
answered 503 is kept until then all the same; what finds no room is answered so at once."""
SLIP = 500
"""Bytes of whatever waits, beside its body."""
COUNTS = 10_000
"""Things to count that wait for it at the most."""
Came = bool | None
"""What came of it: true if it was stored, false if known already, None if its connection is no more."""
log = structlog.get_logger(__name__)


@dataclass(eq=False, slots=True)
class _Item:
    """Something to commit, and whoever waits for it."""

    arrival: Arrival | None
    count: tuple[int, Family, str] | None
    done: Any
    """A future of the event loop ``loop``, or one that a thread waits for."""
    loop: asyncio.AbstractEventLoop | None

    @property
    def connection_id(self) -> int:
        """Whose it is; 0 where that is nobody's."""
        if self.arrival:
            return self.arrival.connection_id
        return self.count[0] if self.count else 0

    @property
    def size(self) -> int:
        """How much room it takes, in bytes."""
        return SLIP + (sys.getsizeof(self.arrival.body) if self.arrival else 0)


class Intake:
    """The one writer of a receiving process."""

    def __init__(
        self, store: Store, ring: Callable[[Iterable[Lane]], None], *, settle: float, bells: int
    ) -> None:
        self._store = store
        self._ring = ring
        self._settle = settle
        self._bells = bells
        self._queue: queue.SimpleQueue[Sequence[_Item | None]] = queue.SimpleQueue()
        self._gathered: dict[asyncio.AbstractEventLoop, list[_Item]] = {}
        self._sizes: Counter[asyncio.AbstractEventLoop] = Counter()
        """How much room is taken by what is gathered."""
        self._out: set[asyncio.AbstractEventLoop] = set()
        """The loops that wait for the end of what they handed over."""
        self._thread = threading.Thread(target=self._run, name="intake", daemon=True)
        self._thread.start()

    def put(self, arrival: Arrival) -> Future[Came]:
        """Store an arrival; the future is done after the commit, with what came of it."""
        done: Future[Came] = Future()
        self._queue.put([_Item(arrival, None, done, None)])
        return done

    def count(self, connection_id: int, family: Family, name: str) -> Future[Came]:
        """Count one thing; the future is done after the commit, and need not be waited for."""
        done: Future[Came] = Future()
        if self._queue.qsize() < COUNTS:
            self._queue.put([_Item(None, (connection_id, family, name), done, None)])
        else:
            done.set_exception(TimeoutError())
        return done

    def stored(self, arrival: Arrival) -> asyncio.Future[Came]:
        """Store an arrival, as ``put`` does, for who waits in the running event loop.

        The future fails with a TimeoutError where there is no room for one more.
        """
        return self._awaited(arrival, None)

    def counted(self, connection_id: int, family: Family, name: str) -> asyncio.Future[Came]:
        """Count one thing, as ``count`` does, for who waits in the running event loop."""
        return self._awaited(None, (connection_id, family, name))

    def _awaited(
        self, arrival: Arrival | None, count: tuple[int, Family, str] | None
    ) -> asyncio.Future[Came]:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Came] = loop.create_future()
        item = _Item(arrival, count, done, loop)
        gathered = self._gathered.setdefault(loop, [])
        if gathered and self._sizes[loop] + item.size > ROOM:
            done.set_exception(TimeoutError())
            return done
        self._sizes[loop] += item.size
        gathered.append(item)
        if len(gathered) == 1 and loop not in self._out:
            self._begin_to_gather(loop)
        return done

    def _begin_to_gather(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.call_soon(self._gather, loop, 0, 0, time.monotonic() + GATHER)

    def _gather(self, loop: asyncio.AbstractEventLoop, had: int, quiet: int, until: float) -> None:
        """Hand over what came, once some turns of the loop have brought nothing more.

        One large commit costs less than two small ones; and while there is more to read, the thread that
        commits and the one that reads would only keep each other from computing. So nothing is handed over
        while something is out: it would be half of what it can be.
        """
        came = len(self._gathered[loop])
        quiet = 0 if came > had else quiet + 1
        if quiet < QUIET and time.monotonic() < until:
            loop.call_soon(self._gather, loop, came, quiet, until)
        else:
            self._hand_over(loop)

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        self._out.add(loop)
        gathered = self._gathered.pop(loop)
        del self._sizes[loop]
        self._queue.put(gathered[:BATCH])
        if left := gathered[BATCH:]:
            self._gathered[loop] = left
            self._sizes[loop] = sum(item.size for item in left)

    def _came_back(
        self, loop: asyncio.AbstractEventLoop, told: Iterable[tuple[Any, Came | Exception]]
    ) -> None:
        """Tell who waits in the loop what came of what was out, and gather what comes next."""
        _set(told)
        self._out.discard(loop)
        if loop in self._gathered:
            self._begin_to_gather(loop)

    def close(self) -> None:
        """Commit what is queued, then stop."""
        while self._gathered:  # their loops ended before they handed over
            self._hand_over(next(iter(self._gathered)))
        self._queue.put([None])
        self._thread.join()

    def _run(self) -> None:
        going = True
        while going:
            taken = self._take()
            going = None not in taken
            items = [item for item in taken if item is not None]
            try:
                self._commit(items)
            except Exception as error:  # noqa: BLE001 - whoever waits is told, and the thread goes on
                self._tell(dict.fromkeys(items, error))
                log.warning("could not store", items=len(items), error=type(error).__name__)

    def _take(self) -> list[_Item | None]:
        """Wait for what was handed over and take all that came meanwhile, to BATCH and the last of it."""
        taken = [*self._queue.get()]
        while len(taken) < BATCH:
            try:
                taken += self._queue.get_nowait()
            except queue.Empty:
                break
        return taken

    def _commit(self, items: list[_Item]) -> None:
        """Commit the batch, tell each who waits, then ring the lanes that were idle."""
        try:
            came, rung = self._write(items)
        except DBAPIError:
            # Once more: on PostgreSQL a worker and a receiver may wait for each other, and one is ended.
            came, rung = self._write(items)
        self._tell(came)
        try:
            self._ring(rung)
        except Exception as error:  # noqa: BLE001 - whatever bells are sent by: the sweep finds the lanes
            log.warning("no bell was rung", lanes=len(rung), error=type(error).__name__)

    def _tell(self, came: Mapping[_Item, Came | Exception]) -> None:
        """Tell each who waits what came of it; an event loop is woken once for all of its own."""
        waiting: dict[asyncio.AbstractEventLoop | None, list[tuple[Any, Came | Exception]]]
        waiting = defaultdict(list)
        for item, what in came.items():
            waiting[item.loop].append((item.done, what))
        for loop, told in waiting.items():
            if loop is None:
                _set(told)
                continue
            with suppress(RuntimeError):  # its loop has ended, and with it whoever waited
                loop.call_soon_threadsafe(self._came_back, loop, told)

    def _write(self, batch: list[_Item]) -> tuple[dict[_Item, Came], list[Lane]]:
        """Commit the batch; return what came of each, and the lanes whose bells must be rung."""
        with self._store.write() as tx:
            # Whoever was let in a moment ago may have been removed since, and SQLite gives ids out again.
            there = connections.there(tx, {item.connection_id for item in batch})
            items = [item for item in batch if item.connection_id in there or not item.connection_id]
            new = self._store_new(tx, [item for item in items if item.arrival])
            tally: Tally = Counter(item.count for item in items if item.count)
            tally.update(
                (item.arrival.connection_id, "duplicate", item.arrival.event.name)
                for item in items
                if item.arrival and item not in new
            )
            stored = [item.arrival for item in new if item.arrival]
            work = [(one.connection_id, one.event.contact_id) for one in stored]
            rung = self._add_work(tx, work) if work else []
            if tally:
                counters.add(tx, tally)
            hours.note(tx, [*notes.received(stored), *_refusals(tally, clock.now(tx) if tally else 0.0)])
        came = dict.fromkeys(batch) | {item: item.arrival is None or item in new for item in items}
        return came, rung

    def _add_work(self, tx: Connection, work: Iterable[Lane]) -> list[Lane]:
        return lanes.add_work(tx, work, clock.now(tx), self._settle, bells=self._bells)

    def _store_new(self, tx: Connection, items: list[_Item]) -> set[_Item]:
        """Store the arrivals; return the items of those that were new, one for each body."""
        if not items:
            return set()
        stored = set(map(id, deliveries.store(tx, [item.arrival for item in items if item.arrival])))
        return {item for item in items if id(item.arrival) in stored}


def _set(told: Iterable[tuple[Any, Came | Exception]]) -> None:
    for done, came in told:
        if done.done():  # nobody waits any more
            continue
        if isinstance(came, Exception):
            done.set_exception(came)
        else:
            done.set_result(came)


def _refusals(tally: Tally, now: float) -> list[Moment]:
    """Return when whose webhooks were refused, by reason: whether it goes on is worth knowing."""
    return [
        Moment(connection_id, reason, now)
        for (connection_id, family, reason), count in tally.items()
        for _ in range(count)
        if family == "refused" and connection_id and reason in SIGNED_WRONG
    ]
