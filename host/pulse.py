"""Noticing that the store was restored from a backup: what it does not know of is then looked for first.

Nobody has to say so. Workers beat, and keep the count of it in Redis and in their memory as well: a
store that has counted less is an old one. A Redis in the same data folder may have been restored along
with it, so that there a store in which nobody has lived for a while counts as an old one too.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import structlog
from redis.exceptions import RedisError

from .store import clock
from .store import pulse as beats

if TYPE_CHECKING:
    from redis import Redis
    from sqlalchemy import Connection

    from .store import Store
    from .store.pulse import Beat

PERIOD = 10.0
"""Seconds from one beat to the next."""
GAP = 30.0
"""Seconds without a beat after which nobody can have lived in the store."""
log = structlog.get_logger(__name__)


class Pulse:
    """A process's part in it; ``apart`` says that Redis is not in the store's own folder."""

    def __init__(self, store: Store, redis: Redis, *, apart: bool) -> None:
        self._store = store
        self._redis = redis
        self._apart = apart
        self.seen = 0
        """The count that was seen last, in whatever transaction."""
        self._next = 0.0

    def beat(self) -> None:
        """Beat, if it is time; look first whether the store is as it was left."""
        if time.monotonic() < self._next:
            return
        with self._store.read() as tx:
            before = beats.last(tx)
        # Asked before the store is looked at again: who beats meanwhile has counted further in both.
        kept = self._kept(before.name) if before else None
        with self._store.write() as tx:
            now = clock.now(tx)
            known = beats.first(tx, now)
            if before is None:
                kept = self._kept(known.name)
            if self._is_old(known, kept, now):
                away = round(now - known.beat_at)
                log.warning("the store may be a restored one: what it lacks is looked for first", since=away)
                beats.doubt(tx, now, max(known.count, kept or 0, self.seen))
            count = beats.beat(tx, now)
        self.seen = count  # committed: whoever reads from now on must find it
        self._keep(known.name)
        self._next = time.monotonic() + PERIOD

    def doubt(self, tx: Connection, seen: int) -> float | None:
        """Return until when the CRM may have got what the store does not know of; None where it has not.

        ``seen`` is what was seen before the transaction began: of a beat that was committed since, it
        may know nothing.
        """
        known = beats.last(tx)
        if known is not None and known.count < seen:  # it was restored a moment ago
            return clock.now(tx)
        return known.doubt_at if known else None

    def _is_old(self, known: Beat, kept: int | None, now: float) -> bool:
        if known.count < max(kept or 0, self.seen):
            return True
        if known.count and kept is None and not self.seen:
            return True  # whoever kept it has been emptied, or was somewhere else
        return now - known.beat_at > GAP and not (self._apart and kept is not None)

    def _kept(self, name: str) -> int | None:
        try:
            kept = self._redis.get(_key(name))
        except RedisError as error:
            log.warning("the pulse cannot be compared", error=str(error))
            return None
        return int(str(kept, "ascii")) if isinstance(kept, bytes) else None

    def _keep(self, name: str) -> None:
        try:
            self._redis.set(_key(name), self.seen)
        except RedisError as error:
            log.warning("the pulse cannot be kept", error=str(error))


def _key(name: str) -> str:
    return f"crmhost:pulse:{name}"
