"""Taking a lane: a lock in Redis lets one worker work it, a number in the database lets one commit."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from redis.exceptions import LockError, RedisError

from .errors import TryAgain
from .redis_client import in_one_trip
from .store import clock, lanes

if TYPE_CHECKING:
    from redis import Redis
    from redis.lock import Lock
    from sqlalchemy import Connection

    from .store import Store
    from .store.lanes import Lane

LEASE = 60.0
"""Seconds after which a lane whose worker was killed is free again; renewed while calls are made."""
MARGIN = 5.0
"""Seconds that a lane is to be ours beyond the end of a call."""


class LaneLost(Exception):
    """The lane is another worker's now, or Redis is away: nothing more may be written or committed."""


class HeldLane:
    """A lane while it is this worker's."""

    def __init__(self, store: Store, lane: Lane, lock: Lock) -> None:
        self.lane = lane
        self.fence = 0
        self.now = 0.0
        """The time (unix seconds) when what is committed was begun."""
        self.ended = False
        """Whether its work has come to an end."""
        self.goes_on = False
        """Whether its worker takes another lane with the commit that ends this one."""
        self.following: HeldLane | None = None
        """The lane that was taken so, whose lock is not had yet."""
        self._store = store
        self._lock = lock
        self._until = time.monotonic() + LEASE

    def guard(self, writes: bool, longest: float) -> None:
        """Let a call to the CRM begin only if the lane is ours until the call must have ended.

        A write also checks the fencing number: whoever counted it up may be writing already.
        """
        if writes:
            with self._store.read() as tx:
                if not lanes.holds(tx, self.lane, self.fence):
                    raise LaneLost(self.lane)
        if self._until - time.monotonic() < longest + MARGIN:
            self._renew()

    @contextmanager
    def committing(self, *, durable: bool = True) -> Iterator[Connection]:
        """Open a transaction that only the lane's holder can commit."""
        with self._store.write(durable=durable) as tx:
            now = lanes.held_at(tx, self.lane, self.fence)
            if now is None:
                raise LaneLost(self.lane)
            self.now = now
            yield tx

    def keep(self) -> None:
        """Renew a lease that is about to end; where that fails, the next call or commit will see."""
        if self._until - time.monotonic() < LEASE / 3:
            with suppress(LaneLost):
                self._renew()

    def _renew(self) -> None:
        asked_at = time.monotonic()
        try:
            self._lock.reacquire()
        except (LockError, RedisError) as error:
            raise LaneLost(self.lane) from error
        with self.committing() as tx:
            lanes.keep(tx, self.lane, self.now)
        self._until = asked_at + LEASE

    def follow(self, lane: Lane, fence: int) -> None:
        """Say which lane was taken in the transaction that ends this one, and its fencing number."""
        self.following = HeldLane(self._store, lane, _lock(self._lock.redis, lane))
        self.following.fence, self.following.now = fence, self.now

    def exchange(self, following: HeldLane) -> bool:
        """Let go and lock the lane that follows, in one trip; say whether that was to be had.

        What is sent is what redis-py's own locks send. It is no transaction, as the keys of two lanes
        need not be on one server.
        """
        held, wanted, token = self._lock, following._lock, secrets.token_hex(16)
        letting_go, held.local.token = held.local.token, None
        wanted.local.token = token.encode()  # also where no answer comes: it may be locked all the same
        release = ("EVAL", held.LUA_RELEASE_SCRIPT, 1, held.name, letting_go)
        lock = ("SET", wanted.name, token, "NX", "PX", int(LEASE * 1000))
        with suppress(RedisError):
            return bool(in_one_trip(held.redis, release, lock)[1] in {b"OK", "OK"})
        held.local.token = letting_go  # it may be locked yet: ``release`` is for that
        return False

    def release(self) -> None:
        """Let go; where the lock has gone already there is nothing to do."""
        with suppress(LockError, RedisError):
            self._lock.release()


@contextmanager
def held_by_hand(redis: Redis, store: Store, lane: Lane, *, patience: float) -> Iterator[HeldLane]:
    """Hold a lane while the block lasts, for what a person asked for; TryAgain where a worker keeps it."""
    lock = _lock(redis, lane)
    if not lock.acquire(blocking_timeout=patience):
        raise TryAgain("This customer is being worked just now.", fix="Try again in a moment.")
    held = HeldLane(store, lane, lock)
    try:
        with store.write() as tx:
            held.fence = lanes.seize(tx, lane, clock.now(tx))
        yield held
    finally:
        try:
            with suppress(LaneLost), held.committing() as tx:
                lanes.let_be(tx, lane)
        finally:
            held.release()


def lock_name(lane: Lane) -> str:
    """Return under which key in Redis the lane is locked."""
    return f"crmhost:lane:{lane[0]}:{lane[1]}"


def take(redis: Redis, store: Store, lane: Lane) -> HeldLane | None:
    """Take the lane without waiting; None where another worker has it, or it is not due."""
    lock = _lock(redis, lane)
    if not _acquired(redis, lock):
        return None
    held = HeldLane(store, lane, lock)
    try:
        with store.write(durable=False) as tx:
            taken = lanes.take(tx, lane)
    except BaseException:
        held.release()
        raise
    if taken is None:
        held.release()
        return None
    held.fence, held.now = taken
    return held


def _acquired(redis: Redis, lock: Lock) -> bool:
    """Lock it, if nobody has; where an answer is lost on the way, it is not left locked for nobody.

    redis-py asks again where a connection breaks, and is told then that it is locked: by itself.
    """
    # A token of its own would be a UUID of this computer, for which a daemon is asked first.
    lock.local.token = token = secrets.token_hex(16).encode()
    try:
        return bool(redis.set(lock.name, token, nx=True, px=int(LEASE * 1000))) or lock.owned()
    except RedisError:
        with suppress(LockError, RedisError):
            lock.release()
        raise


def _lock(redis: Redis, lane: Lane) -> Lock:
    made: Lock = redis.lock(lock_name(lane), timeout=LEASE, thread_local=False)
    return made
