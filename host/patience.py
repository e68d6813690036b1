"""How long a webhook waits for the database: one timer watches all who wait, none sets its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from typing import Any, TypeVar

LOOK = 0.1
"""Seconds between two looks at who has waited too long."""
Came = TypeVar("Came")


class Patience:
    """What is left of the time that the database may take for one webhook."""

    def __init__(self, seconds: float) -> None:
        self.left = seconds

    async def of(self, work: Awaitable[Came]) -> Came:
        """Wait for work that is seldom needed; TimeoutError where it takes longer than what is left."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(self.left):
                return await work
        finally:
            self.left -= time.monotonic() - began


class Waiting:
    """All who wait on one event loop."""

    def __init__(self) -> None:
        self._until: list[tuple[float, asyncio.Future[Any]]] = []
        self._timer: asyncio.TimerHandle | None = None

    def no_longer(self, seconds: float, done: asyncio.Future[Came]) -> asyncio.Future[Came]:
        """Return the future, which fails with TimeoutError if it is not done after so many seconds."""
        self._until.append((time.monotonic() + seconds, done))
        if self._timer is None:
            self._timer = done.get_loop().call_later(LOOK, self._look)
        return done

    def _look(self) -> None:
        now = time.monotonic()
        self._until = [(until, done) for until, done in self._until if not done.done()]
        for until, done in self._until:
            if until < now:
                done.set_exception(TimeoutError())
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(LOOK, self._look) if self._until else None
