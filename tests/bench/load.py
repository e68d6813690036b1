"""The load: a process that sends prepared webhooks over so many connections, and times each answer.

``python -m tests.bench.load`` reads a task (JSON) from standard input and prints what it saw.
"""

from __future__ import annotations

import asyncio
import json
import socket
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import cast
from urllib.parse import urlsplit

from crmhost.demo.payloads import Payload

from .deliveries import contacts, request, requests
from .rows import WrongResult
from .traffic import Traffic

APART = 0.01
"""Seconds from one connection to the next."""


@dataclass(frozen=True)
class Task:
    """What is to be sent: contacts' creations, as many as are answered in ``seconds``, ``most`` at most."""

    url: str
    connections: int
    seconds: float
    most: int
    first: int = 1
    mixed: bool = False
    """Send mixed traffic instead, whole thousands of it."""


@dataclass(frozen=True)
class Seen:
    """What came of it; times in milliseconds."""

    answered: int
    """With 200."""
    refused: int
    """With anything else."""
    seconds: float
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        """Answers in a second."""
        return self.answered / self.seconds


@dataclass
class Sending:
    """One run of the load."""

    waiting: list[bytes]
    until: float = 0.0
    times: list[float] = field(default_factory=list)
    refused: int = 0
    open: int = 0
    done: asyncio.Event = field(default_factory=asyncio.Event)


class Connection(asyncio.Protocol):
    """Sends the next webhook as soon as the last was answered."""

    def __init__(self, run: Sending) -> None:
        self._run = run
        self._read = b""
        self._began = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by its class
        self._run.open += 1

    def send(self) -> None:
        """Send one, or hang up where the time or the work has ended."""
        assert self._transport
        now = time.perf_counter()
        if not self._run.waiting or now > self._run.until:
            self._transport.close()
            return
        self._began = now
        self._transport.write(self._run.waiting.pop())

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, found, body = self._read.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return
        self._run.times.append(time.perf_counter() - self._began)
        self._run.refused += not head.startswith(b"HTTP/1.1 200")
        self._read = b""
        self.send()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._run.open -= 1
        if not self._run.open:
            self._run.done.set()


def post(url: str, payload: Payload) -> float:
    """Post one webhook; return when it was answered, by the computer's monotonic clock."""
    where = urlsplit(url)
    with socket.create_connection((where.hostname, where.port), 30) as line:
        line.sendall(request(where.path, payload, str(uuid.uuid4())))
        said = line.recv(65536)
        answered = time.monotonic()
    if not said.startswith(b"HTTP/1.1 200"):
        raise WrongResult(f"A webhook was answered {said[:200]!r}.")
    return answered


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])


async def _send(task: Task) -> Seen:
    where = urlsplit(task.url)
    run = Sending(requests(where.path, _payloads(task), task.first)[::-1])
    loop = asyncio.get_running_loop()
    made = []
    for _ in range(task.connections):
        made.append(
            await loop.create_connection(lambda: Connection(run), where.hostname or "", where.port or 80)
        )
        # All at once, the one of several processes would take them whose processor we are not on.
        await asyncio.sleep(APART)
    began = time.perf_counter()
    run.until = began + task.seconds
    for _, connection in made:
        connection.send()
    await run.done.wait()
    took = time.perf_counter() - began
    cuts = [cut * 1000 for cut in statistics.quantiles(run.times, n=100)]
    return Seen(len(run.times) - run.refused, run.refused, took, cuts[49], cuts[98])


def _payloads(task: Task) -> Iterable[Payload]:
    if not task.mixed:
        return contacts(task.most, task.first)
    traffic = Traffic(first=task.first)
    known = [*traffic.begin()]
    mixed = [one for _ in range(task.most // 1000 + 1) for _, one in traffic.thousand()]
    return [*known, *mixed][: task.most]


def send(task: Task) -> Seen:
    """Have a process of its own send the task's webhooks; return what it saw."""
    ended = subprocess.run(
        [sys.executable, "-m", __name__],
        input=json.dumps(asdict(task)),
        capture_output=True,
        text=True,
        check=False,
        timeout=task.seconds + 120,
    )
    if ended.returncode:
        raise RuntimeError(f"The load ended badly: {ended.stderr}")
    return Seen(**json.loads(ended.stdout))


if __name__ == "__main__":
    import uvloop

    seen = uvloop.run(_send(Task(**json.load(sys.stdin))))
    sys.stdout.write(json.dumps(asdict(seen)))
