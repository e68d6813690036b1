"""Of the threads that work on one SQLite, one at a time has the floor; it stands aside to write, and to wait.

All of them compute under Python's one lock. Threads that take it from each other at each statement cost a
quarter more processor, and those that began together stay together, so that their calls to the CRM begin
and end at once and nothing is computed meanwhile.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_HAD: ContextVar[threading.Lock | None] = ContextVar("floor", default=None)


class Floor:
    """What one thread has at a time, of those that ask for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @contextmanager
    def had(self) -> Iterator[None]:
        """Wait for the floor, and have it while the block lasts; for whoever stands aside where it waits."""
        with self._lock:
            before = _HAD.set(self._lock)
            try:
                yield
            finally:
                _HAD.reset(before)


@contextmanager
def aside() -> Iterator[None]:
    """Let another thread have the floor while the block waits; nothing where this one has it not."""
    lock = _HAD.get()
    if lock is None:
        yield
        return
    before = _HAD.set(None)
    lock.release()
    try:
        yield
    finally:
        lock.acquire()
        _HAD.reset(before)
