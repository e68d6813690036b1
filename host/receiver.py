"""The ASGI application that Chatwoot posts to: verify, classify, store, and only then answer 200."""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse

from . import webhooks
from .errors import CRMHostError, DeliveryRefused
from .store import clock, connections
from .store.deliveries import Arrival
from .tracing import LENGTH, traced
from .validation import wanted_changes

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

    from .house import House
    from .intake import Intake
    from .store.connections import CRMConnection

ADDRESS = re.compile(r"[\w-]{16,64}", re.ASCII)
BODY_PATIENCE = 20.0
"""Seconds within which a body must have arrived."""
PATIENCE = 4.0
"""Seconds that the database may take; Chatwoot waits five for the answer, and never sends again."""
REMEMBER = 1.0
"""Seconds for which a connection is not read again from the database."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Addressee:
    """Whom a webhook address belongs to."""

    connection: CRMConnection
    wanted: frozenset[str]
    """The changes of conversations that the connection's rules need, some of CHANGES."""
    ahead: float = field(compare=False)
    """Seconds from this process's monotonic clock to the time that all agree on."""

    def now(self) -> float:
        """Return the time in unix seconds; this computer's own clock may be wrong, or be set."""
        return time.monotonic() + self.ahead

    def needs(self, event: webhooks.Event) -> bool:
        """Whether the event is to be stored; any other is only counted."""
        if event.kind == "conversation_changed":
            return not self.wanted.isdisjoint(event.changed)
        return event.kind is not None


class Directory:
    """Finds the connection of a webhook address, remembered for a moment."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._known: dict[str, tuple[float, Addressee]] = {}

    async def find(self, address: str, *, fresh: bool = False) -> Addressee | None:
        """Return the connection of an address; what is unknown is always looked up."""
        read_at, found = self._known.get(address, (0.0, None))
        if found and not fresh and time.monotonic() - read_at < REMEMBER:
            return found
        # Not by Starlette's threads: who waits for one of those cannot stop waiting.
        found = await asyncio.to_thread(self._read, address) if ADDRESS.fullmatch(address) else None
        self._known.pop(address, None)
        if found:
            self._known[address] = (time.monotonic(), found)
        return found

    def _read(self, address: str) -> Addressee | None:
        with self._house.store.read() as tx:
            connection = connections.by_address(tx, self._house.vault, address)
            ahead = clock.now(tx) - time.monotonic()
        if connection is None:
            return None
        return Addressee(connection, wanted_changes(self._house.plugins, connection), ahead)


class Receiver:
    """Takes webhooks for all connections; refused ones are counted and leave nothing else."""

    def __init__(self, directory: Directory, intake: Intake, *, max_body: int) -> None:
        self._directory = directory
        self._intake = intake
        self._max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI): a router and its layers would cost as much as all else that is done."""
        path, method = scope["path"], scope["method"]
        place, _, address = path[1:].partition("/")
        if path == "/healthz":
            answer = _healthy() if method in {"GET", "HEAD"} else _no_such_place(405)
        elif place == "webhooks" and address and "/" not in address:
            request = Request(scope, receive)
            answer = await self._webhook(request, address) if method == "POST" else _no_such_place(405)
        else:
            answer = _no_such_place(404)
        await answer(scope, receive, send)

    async def _webhook(self, request: Request, address: str) -> Response:
        """Answer one webhook: 200 once it is stored, 4xx with a reason, 503 where it cannot be stored."""
        try:
            async with asyncio.timeout(PATIENCE) as patience:
                return await self._take(request, address, patience)
        except (SQLAlchemyError, CRMHostError, TimeoutError) as error:
            log.error("could not store", error=type(error).__name__)
            return _answer(503, "database_away", "The delivery could not be stored. Send it again.")

    async def _take(self, request: Request, address: str, patience: asyncio.Timeout) -> Response:
        to = await self._directory.find(address)
        try:
            if to is None:
                raise DeliveryRefused("unknown_connection", "No connection has this address.", status=404)
            async with _paused(patience):
                body = await self._body(request)
            to = await self._verified(to, request, body)
            event = webhooks.classify(webhooks.parse(body))
        except DeliveryRefused as refusal:
            counted = self._intake.count(to.connection.id if to else 0, "refused", refusal.reason)
            await asyncio.wrap_future(counted)
            return _answer(refusal.status, refusal.reason, str(refusal))
        if not to.needs(event):
            self._intake.count(to.connection.id, "event", event.name)
            return JSONResponse({"status": "counted", "event": event.name})
        arrival = _arrival(to, request, body, event)
        named = {"connection": to.connection.id, "kind": event.name, "ref": arrival.digest[:LENGTH]}
        with traced("receive", arrival.digest, named) as span:
            stored = await asyncio.wrap_future(self._intake.put(arrival))
            span.set(stored=stored)
        log.info("received", stored=stored, uid=arrival.uid, **named)
        return JSONResponse({"status": "stored" if stored else "duplicate", "event": event.name})

    async def _body(self, request: Request) -> bytes:
        """Read the raw body, and stop where it grows longer than allowed."""
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_PATIENCE):
                async for piece in request.stream():
                    body += piece
                    if len(body) > self._max_body:
                        text = f"The body is longer than {self._max_body} bytes."
                        raise DeliveryRefused("too_large", text, status=413)
        except (ClientDisconnect, TimeoutError) as error:
            raise DeliveryRefused("cut_off", "The body did not arrive whole.", status=408) from error
        return bytes(body)

    async def _verified(self, to: Addressee, request: Request, body: bytes) -> Addressee:
        """Check the signature, with the connection read afresh where the remembered secret does not fit."""
        try:
            _verify(to, request, body)
        except DeliveryRefused:
            again = await self._directory.find(to.connection.address, fresh=True)
            if again is None or again == to:
                raise
            _verify(again, request, body)
            return again
        return to


@asynccontextmanager
async def _paused(patience: asyncio.Timeout) -> AsyncIterator[None]:
    """Stop the clock while the block lasts: a body has its own time."""
    now = asyncio.get_running_loop().time
    left = (patience.when() or 0.0) - now()
    patience.reschedule(None)
    try:
        yield
    finally:
        patience.reschedule(now() + left)


def _verify(to: Addressee, request: Request, body: bytes) -> None:
    webhooks.verify(
        request.headers,
        body,
        secrets=to.connection.webhook_secrets,
        unsigned=to.connection.unsigned,
        now=to.now(),
    )


def _arrival(to: Addressee, request: Request, body: bytes, event: webhooks.Event) -> Arrival:
    uid = request.headers.get(webhooks.DELIVERY, "")[:255]
    return Arrival(
        connection_id=to.connection.id,
        uid=uid or None,
        digest=hashlib.sha256(body).hexdigest(),
        event=event,
        received_at=to.now(),
        body=body.decode(),
    )


def _answer(status: int, kind: str, message: str) -> JSONResponse:
    return JSONResponse({"error": {"kind": kind, "message": message}}, status)


def _no_such_place(status: int) -> Response:
    """Answer what is not a webhook's address or method."""
    return _answer(status, "no_such_place", "Webhooks are posted to /webhooks/….")


def _healthy() -> Response:
    """Say that the process is there."""
    return JSONResponse({"status": "ok"})
