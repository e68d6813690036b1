"""A gate before the sandbox Krayin: requests go through side by side, the sales team while none does."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import ASGIApp, Receive, Scope, Send

LOOK = 0.002
"""Seconds between two looks whether the gate is open."""


class Gate:
    """An application that can be had for oneself; its server and whoever wants it run in other threads."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._inside = 0
        self._shut = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        while not self._enter():
            await asyncio.sleep(LOOK)
        try:
            await self._app(scope, receive, send)
        finally:
            with self._lock:
                self._inside -= 1

    def _enter(self) -> bool:
        with self._lock:
            self._inside += not self._shut
            return not self._shut

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Keep everybody else out while the block lasts."""
        self._shut = True
        try:
            while self._inside:
                await asyncio.sleep(LOOK)
            yield
        finally:
            self._shut = False
