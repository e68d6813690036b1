"""What Krayin last said of its rate limit, remembered by the process.

Each delivery has a fresh transport, but a throttled 500 looks like that of a wrong token unless one
knows that an answer said «0 remaining». One small entry for each token; nothing is lost with it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

WINDOW = 60.0
"""Seconds that Krayin's window lasts, from its first request on."""


class Pace:
    """The window of one token; ``clock`` is a monotonic one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._remaining: int | None = None
        self._began = 0.0
        self._refused_since: float | None = None
        self.lists: dict[str, tuple[float, list[dict[str, Any]]]] = {}

    def note(self, headers: Mapping[str, str]) -> None:
        """Keep what an answer's headers say; an answer without them says nothing.

        Answers of several threads come out of order: within a window the smallest number is the newest.
        """
        limit, said = (headers.get(f"x-ratelimit-{name}", "") for name in ("limit", "remaining"))
        if not (limit.isdecimal() and said.isdecimal()):
            return
        with self._lock:
            now = self._clock()
            if self._remaining is None or self._is_new(now, int(limit), int(said)):
                self._began, self._remaining = now, int(said)
            else:
                self._remaining = min(self._remaining, int(said))

    def wait(self) -> float | None:
        """Return the seconds until the window ends, at most, if it is used up; else None."""
        with self._lock:
            left = self._began + WINDOW - self._clock()
            return left if self._remaining == 0 and left > 0 else None

    def accepted(self) -> None:
        """Note that Krayin let a request in."""
        with self._lock:
            self._refused_since = None

    def refused(self) -> bool:
        """Note a 500 that a used-up minute and a wrong token give alike; say if it is no minute any more.

        Another program may use up the same user's minute, so only what lasts longer is the token.
        """
        with self._lock:
            if self._refused_since is None:
                self._refused_since = self._clock()
                return False
            return self._clock() - self._refused_since >= WINDOW

    def _is_new(self, now: float, limit: int, said: int) -> bool:
        """Whether a window began: time says so, or more is left again than answers on their way explain."""
        return now - self._began >= WINDOW or said - (self._remaining or 0) >= limit / 2


_paces: dict[tuple[str, str], Pace] = {}
_paces_lock = threading.Lock()


def pace_of(api_url: str, token: str) -> Pace:
    """Return the one pace that this process keeps for a token; the token itself is not kept."""
    key = (api_url, sha256(token.encode()).hexdigest())
    with _paces_lock:
        return _paces.setdefault(key, Pace())
