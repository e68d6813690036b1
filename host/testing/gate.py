"""What stands before a stand-in: it counts what is asked, and goes wrong where a trial says so."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

Fault = Callable[["Request"], Awaitable[None]]
"""Answers one request in its own way, or not at all."""


@dataclass(frozen=True)
class Told:
    """An answer to be given in the CRM's place."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    """By name, in any case."""
    body: bytes = b""


BROKEN = Told(500, {"Content-Type": "text/html"}, b"<html>Internal Server Error</html>")
"""What a web server says whose CRM died, whatever that had done before."""


@dataclass(frozen=True)
class Request:
    """A request at the gate, read to its end."""

    app: ASGIApp
    scope: Scope
    body: bytes
    send: Send

    async def carry_out(self) -> list[Message]:
        """Have the CRM answer, and keep its answer."""
        told: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": self.body}

        async def keep(message: Message) -> None:
            told.append(message)

        await self.app(self.scope, receive, keep)
        return told

    async def answer(self, told: list[Message]) -> None:
        """Hand an answer on."""
        for message in told:
            await self.send(message)

    async def hang_up(self) -> None:
        """End without an answer: one is begun and never goes on, so that the server closes the connection."""
        headers = [(b"content-length", b"1")]
        await self.send({"type": "http.response.start", "status": 200, "headers": headers})


class Gate:
    """An application that passes requests on to ``app``; ``asked`` says which there were."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None
        self.asked: list[str] = []
        self._faults: Mapping[int, Fault] = {}

    def set(self, faults: Mapping[int, Fault] | None = None) -> None:
        """Forget what was asked; let these befall what is asked from now on, by the calls' numbers."""
        self.asked = []
        self._faults = faults or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or let a fault have it."""
        if self.app is None:
            raise RuntimeError("Nothing stands behind the gate.")
        number = len(self.asked)
        self.asked.append(f"{scope['method']} {scope['path']}")
        request = Request(self.app, scope, await _body(receive), send)
        await self._faults.get(number, passed_on)(request)


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


async def passed_on(request: Request) -> None:
    """Let nothing go wrong."""
    await request.answer(await request.carry_out())


# What can go wrong


async def lost_before(request: Request) -> None:
    """Lose the request on its way: the CRM never hears of it."""
    await request.hang_up()


async def lost_after(request: Request) -> None:
    """Lose the answer on its way: the CRM has done what was asked."""
    await request.carry_out()
    await request.hang_up()


def told(answer: Told, *, after: bool = False) -> Fault:
    """Give this answer; ``after`` the CRM has done what was asked, all the same."""

    async def fault(request: Request) -> None:
        if after:
            await request.carry_out()
        headers = [(name.lower().encode(), value.encode()) for name, value in answer.headers.items()]
        length = (b"content-length", str(len(answer.body)).encode())
        start = {"type": "http.response.start", "status": answer.status, "headers": [*headers, length]}
        await request.answer([start, {"type": "http.response.body", "body": answer.body}])

    return fault


def meanwhile(work: Callable[[], None]) -> Fault:
    """Have something happen between the CRM's doing what was asked and its answer."""

    async def fault(request: Request) -> None:
        answer = await request.carry_out()
        await asyncio.to_thread(work)
        await request.answer(answer)

    return fault


class Late:
    """Loses the request, and carries it out when nobody waits for it any more."""

    def __init__(self) -> None:
        self._kept: Request | None = None

    async def __call__(self, request: Request) -> None:
        """Keep the request."""
        self._kept = request
        await request.hang_up()

    def arrive(self) -> None:
        """Carry out what was kept, once."""
        request, self._kept = self._kept, None
        if request:
            asyncio.run(request.carry_out())


class Meeting:
    """Lets nobody through until so many are there, so that their work overlaps."""

    def __init__(self, many: int, patience: float) -> None:
        self._many = many
        self._patience = patience
        self._here = 0
        self._all = asyncio.Event()

    async def __call__(self, request: Request) -> None:
        """Wait for the others, for a while."""
        self._here += 1
        if self._here == self._many:
            self._all.set()
        try:
            await asyncio.wait_for(self._all.wait(), self._patience)
        except TimeoutError:
            self._all.set()
        await passed_on(request)
