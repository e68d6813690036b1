"""For a plugin's own tests: a CRM that is asked without a network, and the stage that it stands on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
from starlette.responses import HTMLResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Stage:
    """An ASGI application that is whatever the test at hand puts on it."""

    def __init__(self, app: ASGIApp | None = None) -> None:
        self.app: ASGIApp = app or HTMLResponse("Nothing is played here.", 404)
        self.lost: str | None = None
        """The next request whose answer gets lost: ``POST /activities``, the end of the path will do."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; of the one that is to be lost, tell nothing but that no answer came."""
        method, _, path = (self.lost or "").partition(" ")
        if not (self.lost and scope["method"] == method and scope["path"].endswith(path)):
            await self.app(scope, receive, send)
            return
        self.lost = None
        await self.app(scope, receive, _unheard)
        await HTMLResponse("504 Gateway Time-out", 504)(scope, receive, send)


async def _unheard(_message: Message) -> None:
    """Let the answer go nowhere."""


@contextmanager
def asking(app: ASGIApp) -> Iterator[httpx.Client]:
    """Give a client that asks the application, whatever the address: ``crmhost.Http(client)``."""
    with httpx.Client(transport=_InProcess(app), follow_redirects=False) as client:
        yield client


class _InProcess(httpx.BaseTransport):
    """Asks an application in this process: without sockets thousands of calls take seconds."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._loop = asyncio.new_event_loop()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._loop.run_until_complete(self._answer(request))

    def close(self) -> None:
        self._loop.close()

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        told: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": request.read()}

        async def send(message: Message) -> None:
            told.append(message)

        await self._app(_scope(request), receive, send)
        content = b"".join(message.get("body", b"") for message in told)
        return httpx.Response(told[0]["status"], headers=told[0]["headers"], content=content)


def _scope(request: httpx.Request) -> Scope:
    url = request.url
    return {
        "type": "http",
        "method": request.method,
        "scheme": url.scheme,
        "path": url.path,
        "query_string": url.query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "server": (url.host, url.port),
        "client": ("127.0.0.1", 0),
    }
