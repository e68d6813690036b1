"""A Krayin whose answers get lost when told so: it did the work, and nobody learns of it."""

from __future__ import annotations

from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..connection import WorkerDied


class Faulty:
    """Passes requests on; the answer of one write may be lost on the way, or the worker with it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._left: int | None = None
        self._dies = False

    def arm(self, after: int, *, dies: bool) -> None:
        """Let one write go wrong, after so many others."""
        self._left, self._dies = after, dies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "GET" or not self._is_next():
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, _unheard)
        if self._dies:
            raise WorkerDied
        await HTMLResponse("504 Gateway Time-out", 504)(scope, receive, send)

    def _is_next(self) -> bool:
        if self._left is None:
            return False
        self._left = self._left - 1 if self._left else None
        return self._left is None


async def _unheard(_message: Message) -> None:
    """Let the answer go nowhere."""
