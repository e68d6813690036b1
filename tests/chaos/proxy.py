"""A proxy that things happen in: it stands before Krayin, before Chatwoot's API, and before the receiver."""

from __future__ import annotations

import asyncio
import time
from asyncio import StreamReader, StreamWriter
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

from crmhost.store.lanes import Lane

from . import wire
from .faults import Dice, Fault
from .moments import HEADER
from .short import Times
from .wire import Message

MARGIN = 0.8
"""The part of the hold after which a request is not passed on any more: the CRM is that quick."""
PAGE = "<!doctype html><title>Please wait</title><p>Checking your browser…</p>"


@dataclass(frozen=True)
class Asking:
    """Who sent a request: a process's place, its lane, since when a write may be on its way (or 0)."""

    place: int = -1
    lane: Lane = (0, 0)
    since: float = 0.0

    @classmethod
    def of(cls, request: Message) -> Asking:
        """Read who sent it, and take that out of it."""
        said = request.headers.pop(HEADER, "")
        if not said:
            return cls()
        place, connection, contact, since = said.split()
        return cls(int(place), (int(connection), int(contact)), float(since))

    def __str__(self) -> str:
        return "{} works {}/{}:".format(self.place, *self.lane)

    def overdue(self, hold: float) -> bool:
        """Whether the CRM would have given the request up by now: it promises to be done within the hold."""
        return bool(self.since) and time.monotonic() - self.since > hold


@dataclass
class FaultProxy:
    """Passes requests on to ``upstream``; what befalls them, ``dice`` say.

    ``answered`` is told of each answer that came from there, before it goes back; where it says true, it
    does not go back.
    """

    upstream: str
    dice: Dice
    times: Times
    answered: Callable[[Asking, Message, Message], bool] = lambda _asking, _request, _answer: False
    counts: Counter[Fault] = field(default_factory=Counter)
    journal: Callable[[str], None] = lambda _line: None
    away: bool = False
    """Whether nothing gets through, and nobody is told why."""
    under_way: Counter[Lane] = field(default_factory=Counter)
    """The requests that have come and not been carried out, by lane."""
    _server: asyncio.Server | None = None
    _open: set[StreamWriter] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=wire.LIMIT)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server:
            self._server.close()
        for writer in self._open:
            wire.hang_up(writer)
        while self._open:
            await asyncio.sleep(0.01)

    @property
    def address(self) -> str:
        """Where it listens."""
        assert self._server, "it listens only while it is entered"
        return "http://{}:{}".format(*self._server.sockets[0].getsockname())

    def calm(self) -> None:
        """Let nothing happen any more."""
        self.away = self.dice.rolls = False

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        self._open.add(writer)
        try:
            # A client may be gone at any time: it was impatient, or was killed.
            with suppress(OSError, asyncio.IncompleteReadError):
                while (request := await wire.read(reader)) and await self._answer(request, writer):
                    continue
        finally:
            wire.hang_up(writer)
            self._open.discard(writer)

    async def _answer(self, request: Message, writer: StreamWriter) -> bool:
        """Answer one request; false where its connection is to be closed."""
        if self.away:
            return False
        asking = Asking.of(request)
        self.under_way[asking.lane] += 1
        try:
            answer = await self._befallen(asking, request)
        finally:
            self.under_way[asking.lane] -= 1
        if answer is None:
            return False
        writer.write(bytes(answer))
        await writer.drain()
        return True

    async def _befallen(self, asking: Asking, request: Message) -> Message | None:
        """Return what is answered; None where the connection breaks instead."""
        fault = self.dice.befall(request)
        self.counts[fault] += 1
        answer = await self._with(fault, asking, request)
        said = answer.status if answer else "no answer"
        self.journal(f"{asking} {request.first} {request.body.decode()} · {fault.name} · {said}")
        return answer

    async def _with(self, fault: Fault, asking: Asking, request: Message) -> Message | None:
        match fault:
            case Fault.RESET:
                return None
            case Fault.FAILED:
                return wire.answer(500, "")
            case Fault.BUSY:
                return wire.answer(503, "<h1>Be right back</h1>")
            case Fault.THROTTLED:
                return wire.answer(429, "Too Many Requests", retry_after="1")
            case Fault.PAGE:
                return wire.answer(200, PAGE)
            case Fault.OVERDUE:
                await asyncio.sleep(self.times.deadline + self.dice.between(0.1, 0.4) * self.times.hold)
        answer = await self._pass_on(asking, request)
        await self._linger(request)
        return await self._back(fault, answer)

    async def _linger(self, request: Message) -> None:
        if self.dice.lingers(request):
            await asyncio.sleep(self.dice.between(0.1, 0.7) * self.times.patience)

    async def _back(self, fault: Fault, answer: Message | None) -> Message | None:
        match fault:
            case Fault.UNHEARD | Fault.OVERDUE:
                return None
            case Fault.LATE:
                await asyncio.sleep(1.5 * self.times.deadline)
            case Fault.OUTLIVED:
                await asyncio.sleep(1.1 * self.times.lease)
            case Fault.SLOW:
                await asyncio.sleep(self.dice.between(0.1, 0.6) * self.times.patience)
            case Fault.FATAL:
                return wire.answer(500, "")
            case Fault.PAGE_AFTER:
                return wire.answer(200, PAGE)
            case Fault.GATEWAY:
                return wire.answer(502, "<h1>502 Bad Gateway</h1>")
        return answer

    async def _pass_on(self, asking: Asking, request: Message) -> Message | None:
        """Return upstream's answer; None where there is none, or where it must not go back."""
        if asking.overdue(MARGIN * self.times.hold):
            self.counts[Fault.RESET] += 1
            return None
        parts = urlsplit(self.upstream)
        request.headers |= {"host": parts.netloc, "connection": "close"}
        answer = await wire.ask(parts.hostname or "", parts.port or 80, request)
        if answer and request.method != "GET":
            self.journal(f"{asking} {request.first} carried out: {answer.status} {answer.body[:100]!r}")
        if answer is None or self.answered(asking, request, answer):
            return None
        answer.headers.pop("connection", None)
        return answer
