"""The ASGI application that Chatwoot posts to: verify, classify, store, and only then answer 200."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from . import signatures, webhooks
from .errors import CRMHostError, DeliveryRefused
from .patience import Patience, Waiting
from .server import JOIN, WHOLE
from .store import clock, connections
from .store.deliveries import Arrival
from .tracing import LENGTH, traced
from .validation import wanted_changes

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from .house import House
    from .intake import Intake
    from .store.connections import CRMConnection

ADDRESS = re.compile(r"[\w-]{16,64}", re.ASCII)
BODY_PATIENCE = 20.0
"""Seconds within which a body must have arrived."""
CUT_OFF = "The body did not arrive whole."
PATIENCE = 4.0
"""Seconds that the database may take; Chatwoot waits five for the answer, and never sends again."""
REMEMBER = 1.0
"""Seconds for which a connection is not read again from the database."""
TELL = 1.0
"""Seconds between two refusals that are logged."""
HEADERS = {name.encode(): name for name in (signatures.SIGNATURE, signatures.TIMESTAMP, signatures.DELIVERY)}
"""What is read of a webhook's headers; a server gives their names in small letters."""
UNKNOWN = ("unknown_connection", "No connection has this address.")
HEAD = ((b"content-type", b"application/json"),)
Answer = tuple[int, bytes]
"""A status and a body of JSON."""
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

    def remembered(self, address: str) -> Addressee | None:
        """Return the connection of an address, where that was read a moment ago."""
        read_at, found = self._known.get(address, (0.0, None))
        return found if time.monotonic() - read_at < REMEMBER else None

    async def find(self, address: str) -> Addressee | None:
        """Read which connection an address belongs to."""
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
        self._waiting = Waiting()
        self._told_at = -TELL

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI): a router and its layers would cost as much as all else that is done."""
        path, method = scope["path"], scope["method"]
        place, _, address = path[1:].partition("/")
        if path == "/healthz":
            answer = _healthy() if method in {"GET", "HEAD"} else _no_such_place(405)
        elif place == "webhooks" and address and "/" not in address:
            answer = await self._webhook(scope, receive, address) if method == "POST" else _no_such_place(405)
        else:
            answer = _no_such_place(404)
        status, body = answer
        if method != "HEAD" and (whole := scope.get("extensions", {}).get(WHOLE)):
            whole[JOIN]()
        length = (b"content-length", b"%d" % len(body))
        await send({"type": "http.response.start", "status": status, "headers": (*HEAD, length)})
        await send({"type": "http.response.body", "body": body})

    async def _webhook(self, scope: Scope, receive: Receive, address: str) -> Answer:
        """Answer one webhook: 200 once it is stored, 4xx with a reason, 503 where it cannot be stored."""
        try:
            return await self._take(scope, receive, address, Patience(PATIENCE))
        except (SQLAlchemyError, CRMHostError, TimeoutError) as error:
            log.error("could not store", error=type(error).__name__)
            return _answer(503, "database_away", "The delivery could not be stored. Send it again.")

    async def _take(self, scope: Scope, receive: Receive, address: str, patience: Patience) -> Answer:
        to = self._directory.remembered(address) or await patience.of(self._directory.find(address))
        try:
            if to is None:
                raise DeliveryRefused(*UNKNOWN, status=404)
            body, headers = await self._body(scope, receive), _headers(scope)
            to = await self._verified(to, headers, body, patience)
            event = webhooks.classify(webhooks.parse(body))
        except DeliveryRefused as refusal:
            whose = to.connection.id if to else 0
            self._tell(whose, refusal.reason)
            counted = self._intake.counted(whose, "refused", refusal.reason)
            await self._waiting.no_longer(patience.left, counted)
            return _answer(refusal.status, refusal.reason, str(refusal))
        if not to.needs(event):
            self._intake.count(to.connection.id, "event", event.name)
            return _taken("counted", event.name)
        arrival = _arrival(to, headers, body, event)
        named = {"connection": to.connection.id, "kind": event.name, "ref": arrival.digest[:LENGTH]}
        with traced("receive", arrival.digest, named) as span:
            stored = await self._waiting.no_longer(patience.left, self._intake.stored(arrival))
            span.set(stored=stored)
        if stored is None:  # it was removed after it was looked up
            return _answer(404, *UNKNOWN)
        log.info("received", stored=stored, uid=arrival.uid, **named)
        return _taken("stored" if stored else "duplicate", event.name)

    def _tell(self, connection_id: int, reason: str) -> None:
        """Log a refusal, one a second at most: anybody may post, and the counts have them all."""
        if (now := time.monotonic()) - self._told_at >= TELL:
            self._told_at = now
            log.warning("refused a webhook", connection=connection_id or None, reason=reason)

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        """Read the raw body, and wait only where it is not all there already."""
        if WHOLE in scope.get("extensions", ()):
            return await self._read(receive)
        try:
            async with asyncio.timeout(BODY_PATIENCE):
                return await self._read(receive)
        except TimeoutError as error:
            raise DeliveryRefused("cut_off", CUT_OFF, status=408) from error

    async def _read(self, receive: Receive) -> bytes:
        """Read the raw body, and stop where it grows longer than allowed."""
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise DeliveryRefused("cut_off", CUT_OFF, status=408)
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self._max_body:
                text = f"The body is longer than {self._max_body} bytes."
                raise DeliveryRefused("too_large", text, status=413)
        return body

    async def _verified(
        self, to: Addressee, headers: Mapping[str, str], body: bytes, patience: Patience
    ) -> Addressee:
        """Check the signature, with the connection read afresh where the remembered secret does not fit."""
        try:
            _verify(to, headers, body)
        except DeliveryRefused:
            again = await patience.of(self._directory.find(to.connection.address))
            if again is None or again == to:
                raise
            _verify(again, headers, body)
            return again
        return to


def _headers(scope: Scope) -> dict[str, str]:
    """Return the headers that say whose the webhook is; of one that is there twice the first."""
    said: dict[str, str] = {}
    for name, value in scope["headers"]:
        if name in HEADERS:
            said.setdefault(HEADERS[name], value.decode("latin-1"))
    return said


def _verify(to: Addressee, headers: Mapping[str, str], body: bytes) -> None:
    signatures.verify(
        headers,
        body,
        secrets=to.connection.webhook_secrets,
        unsigned=to.connection.unsigned,
        now=to.now(),
    )


def _arrival(to: Addressee, headers: Mapping[str, str], body: bytes, event: webhooks.Event) -> Arrival:
    uid = headers.get(signatures.DELIVERY, "")[:255]
    return Arrival(
        connection_id=to.connection.id,
        uid=uid or None,
        digest=hashlib.sha256(body).hexdigest(),
        event=event,
        received_at=to.now(),
        body=body.decode(),
    )


@cache
def _taken(status: str, event: str) -> Answer:
    """Say that it was taken; of a name that Chatwoot's events have, so that few are kept."""
    return 200, _json({"status": status, "event": event})


def _answer(status: int, kind: str, message: str) -> Answer:
    return status, _json({"error": {"kind": kind, "message": message}})


def _no_such_place(status: int) -> Answer:
    """Answer what is not a webhook's address or method."""
    return _answer(status, "no_such_place", "Webhooks are posted to /webhooks/….")


def _healthy() -> Answer:
    """Say that the process is there."""
    return 200, _json({"status": "ok"})


def _json(said: Mapping[str, object]) -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
