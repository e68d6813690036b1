"""What Krayin last said of its rate limit, remembered by the process.

A throttled 500 looks like that of a wrong token unless one knows that an answer said «0 remaining».
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

from .budget import limit_and_remaining

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

    def note(self, headers: Mapping[str, str]) -> None:
        """Keep what an answer's headers say; an answer without them says nothing.

        Answers of several threads come out of order: within a window the smallest number is the newest.
        """
        heard = limit_and_remaining(headers)
        if heard is None:
            return
        limit, left = heard
        with self._lock:
            now = self._clock()
            if self._remaining is None or self._is_new(now, limit, left):
                self._began, self._remaining = now, left
            else:
                self._remaining = min(self._remaining, left)

    def wait(self) -> float | None:
        """Return the seconds until the window ends, at most, if it is used up; else None."""
        with self._lock:
            left = self._began + WINDOW - self._clock()
            return left if self._remaining == 0 and left > 0 else None

    def accepted(self) -> None:
        """Note that Krayin let a request in."""
        with self._lock:
            self._refused_since = None

    def refused(self, patience: float | None = None) -> bool:
        """Note that Krayin let nothing in; say if it has been so for ``patience`` seconds, or a window.

        A wrong token, a minute that another program used up for the same user and a Krayin in trouble
        look alike; only a token stays wrong.
        """
        with self._lock:
            if self._refused_since is None:
                self._refused_since = self._clock()
                return False
            return self._clock() - self._refused_since >= (WINDOW if patience is None else patience)

    def _is_new(self, now: float, limit: int, left: int) -> bool:
        """Whether a window began: time says so, or more is left again than answers on their way explain."""
        return now - self._began >= WINDOW or left - (self._remaining or 0) >= limit / 2
