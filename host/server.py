"""The HTTP server: uvicorn, with a limit to what comes before a body and to how long that may take."""

from __future__ import annotations

import re
import socket
import threading
import time
from asyncio import BaseTransport, TimerHandle
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import ref

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from .errors import SettingsError

if TYPE_CHECKING:
    from starlette.types import ASGIApp

HEAD_LIMIT = 32 * 1024
"""Bytes that a request's line and headers may have; Chatwoot's have less than one thousand."""
HEAD_PATIENCE = 20.0
"""Seconds within which they must have arrived."""
UPGRADE = re.compile(rb"(?<=\n)upgrade(?=:)", re.IGNORECASE)
"""The name of the header in which another protocol is wished for."""
WHOLE = "crmhost.whole"
"""Among the extensions of a request (ASGI) whose body has arrived whole."""
JOIN = "join"
"""In that extension: what to call for an answer to go out in one piece; its body must not be empty."""


class Joined:
    """A connection that sends an answer's head together with its body: two packets cost twice as much."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self._head = b""
        self._has_begun = False

    def write(self, data: bytes) -> None:
        """Keep the head until the body comes."""
        if not self._has_begun:
            self._head, self._has_begun = data, True
            return
        self._transport.write(self._head + data)
        self._head = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class Guarded(HttpToolsProtocol):
    """Hangs up on who sends headers without end, or so slowly that a connection is held for nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head = 0
        self._in_head = False
        self._timer: TimerHandle | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        """Wait for a request, not for ever."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timer."""
        self._head_is_there()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Begin to count."""
        super().on_message_begin()
        self._in_head = True

    def on_headers_complete(self) -> None:
        """Let the body take its own time, which the application limits."""
        self._in_head = False
        self._head_is_there()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Tell the application that the body is there, so that it need not guard against waiting for it."""
        super().on_message_complete()
        # Weakly: what refers to itself would stay, with its body, until the collector comes.
        self.scope["extensions"] = {WHOLE: {JOIN: partial(_join, ref(self.cycle))}}

    def data_received(self, data: bytes) -> None:
        """Read on, unless what should be headers has grown too long."""
        begins = not self._in_head and not self._is_in_body()
        super().data_received(_not_to_upgrade(data) if begins else data)
        if self._in_head or self._has_answered():  # most come whole, and need no timer
            self._expect_head()
        if self._timer is None or self._is_in_body():
            return
        self._head += len(data)
        if self._head > HEAD_LIMIT and not self.transport.is_closing():
            self.send_400_response("The headers are too long.")

    def _has_answered(self) -> bool:
        """Whether nothing is being answered: what comes then, as the rest of a body, keeps nobody here."""
        return self.cycle is not None and self.cycle.response_complete

    def _is_in_body(self) -> bool:
        return not self._in_head and self.cycle is not None and self.cycle.more_body

    def _expect_head(self) -> None:
        if self._timer is None:
            self._head = 0
            self._timer = self.loop.call_later(HEAD_PATIENCE, self._hang_up)

    def _head_is_there(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _hang_up(self) -> None:
        self._timer = None
        self.transport.close()


def _not_to_upgrade(data: bytes) -> bytes:
    """Return what begins a request, the wish for another protocol ignored as it may be (RFC 9110, 7.8).

    The parser takes what comes after such a head for the other protocol's, and the body were lost. Java's
    client wishes for HTTP/2 so, with its first request. As many bytes are returned as came: a length that
    changed would have whatever comes last be taken for a request of its own.
    """
    if b"pgrade" not in data and b"PGRADE" not in data:  # many times quicker than to look for the line
        return data
    head, end, body = data.partition(b"\r\n\r\n")
    return UPGRADE.sub(b"x-grade", head) + end + body


def _join(found: ref[RequestResponseCycle]) -> None:
    if cycle := found():
        cycle.transport = Joined(cycle.transport)  # type: ignore[assignment]


@contextmanager
def serving(app: ASGIApp, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve an application in a thread while the block lasts; yield its address. Port 0 takes a free one."""
    with listening(host, port) as listener, serving_on(listener, app):
        yield address_of(host, listener)


@contextmanager
def serving_on(listener: socket.socket, app: ASGIApp) -> Iterator[None]:
    """Serve an application on an open socket, in a thread, while the block lasts; then it is closed."""
    config = uvicorn.Config(
        app, http=Guarded, ws="none", log_config=None, lifespan="off", timeout_graceful_shutdown=5
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), name="server", daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.005)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def address_of(host: str, listener: socket.socket) -> str:
    """Return the address at which an open socket is reached."""
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{listener.getsockname()[1]}"


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """Open a socket to serve on, or say in one sentence why it cannot be opened."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            # From here on nobody is turned away: who comes early waits until the server takes over.
            listener.listen(1024)
        except (OSError, OverflowError) as error:
            fix = "Choose another by --host and --port; those below 1024 are for root."
            raise SettingsError(f"{host}:{port} cannot be listened on: {error}.", fix=fix) from error
        yield listener


@contextmanager
def handed_over(number: int) -> Iterator[socket.socket]:
    """Take over the open socket that another process listens on too: who comes is taken by one of them."""
    with socket.socket(fileno=number) as listener:
        yield listener
