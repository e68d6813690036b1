"""The token of a connection whose CRM's expire: kept for all workers, and made anew by one of them at a time.

A CRM may give a new refresh token with each, and take the old one no more. So nobody may make one beside
another, and what was given is kept at once, whatever becomes of the delivery that needed it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from redis.exceptions import LockError

from .errors import NotYet
from .store import clock, tokens

if TYPE_CHECKING:
    from .context import Make, Token
    from .house import House

LONGEST = 60.0
"""Seconds after which another worker may make one: the call that does takes less."""
PATIENCE = 30.0
"""Seconds that a worker waits while another one makes it."""


class KeptTokens:
    """Implements ``crmhost.Tokens`` for one connection."""

    def __init__(self, house: House, connection_id: int) -> None:
        self._house = house
        self._id = connection_id

    def get(self, make: Make) -> str:
        """Return the token; where there is none that is good, make one, and nobody else does meanwhile."""
        token, good = self._read()
        if token and good:
            return token.value
        with self._alone():
            token, good = self._read()  # another worker may have made it
            if not (token and good):
                token = make(token.keep if token else {})
                with self._house.store.write() as tx:
                    tokens.save(tx, self._house.vault, self._id, token, clock.now(tx))
        return token.value

    def refused(self, value: str) -> None:
        """Let the token with this value be good no more, unless there is another one already."""
        with self._house.store.write() as tx:
            kept = tokens.load(tx, self._house.vault, self._id)
            if kept and kept[0].value == value:
                tokens.expire(tx, self._id)

    def _read(self) -> tuple[Token | None, bool]:
        with self._house.store.read() as tx:
            kept = tokens.load(tx, self._house.vault, self._id)
            return (kept[0], kept[1] > clock.now(tx)) if kept else (None, False)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        lock = self._house.redis.lock(f"crmhost:token:{self._id}", timeout=LONGEST, thread_local=False)
        if not lock.acquire(blocking_timeout=PATIENCE):
            raise NotYet("Another worker is making a new token.", delay=1.0)
        try:
            yield
        finally:
            with suppress(LockError):
                lock.release()
