"""A CRM that answers at once or after so many milliseconds, and remembers who asked what, when.

``python -m tests.bench.crm MILLISECONDS`` serves it and prints its address.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.request import urlopen

from starlette.types import Receive, Scope, Send

from crmhost.server import serving

from .processes import process

JSON = [(b"content-type", b"application/json")]


@dataclass
class CRM:
    """Records by number; ``times`` are when each call began, by the computer's monotonic clock."""

    seconds: float
    records: Counter[str] = field(default_factory=Counter)
    """How often each was written."""
    times: list[tuple[float, str]] = field(default_factory=list)
    at_work: Counter[str] = field(default_factory=Counter)
    overlaps: int = 0
    """Calls about a customer that came while another about the same was at work."""
    most_at_once: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.monotonic()
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        if scope["path"] == "/told":
            await _answer(send, self.told())
            return
        asked = json.loads(body)
        await self._write(began, asked["record"], asked["customer"])
        await _answer(send, {"id": len(self.records)})

    async def _write(self, began: float, record: str, customer: str) -> None:
        self.times.append((began, record))
        self.overlaps += self.at_work[customer] > 0
        self.at_work[customer] += 1
        self.most_at_once = max(self.most_at_once, self.at_work.total())
        try:
            if self.seconds:
                await asyncio.sleep(self.seconds)
            self.records[record] += 1
        finally:
            self.at_work[customer] -= 1

    def told(self) -> dict[str, Any]:
        """Return what the CRM knows."""
        return {
            "records": len(self.records),
            "calls": len(self.times),
            "overlaps": self.overlaps,
            "most_at_once": self.most_at_once,
            "times": self.times,
        }


async def _answer(send: Send, told: Any) -> None:
    body = json.dumps(told).encode()
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [*JSON, length]})
    await send({"type": "http.response.body", "body": body})


@dataclass(frozen=True)
class Told:
    """What the CRM says of itself."""

    records: int
    calls: int
    overlaps: int
    most_at_once: int
    times: list[tuple[float, str]]

    @property
    def seconds(self) -> float:
        """From the first call's beginning to the last one's."""
        return self.times[-1][0] - self.times[0][0]

    @property
    def rate(self) -> float:
        """Calls in a second."""
        return (self.calls - 1) / self.seconds


def ask(url: str) -> Told:
    """Ask the CRM what it knows."""
    with urlopen(f"{url}/told") as answer:
        return Told(**json.load(answer))


@contextmanager
def running_crm(milliseconds: float = 0) -> Iterator[str]:
    """Run a CRM in a process of its own while the block lasts; yield its address."""
    with process("tests.bench.crm", str(milliseconds), ready=r"(http://\S+)") as address:
        yield address


if __name__ == "__main__":
    with serving(CRM(float(sys.argv[1]) / 1000)) as place:
        sys.stdout.write(f"{place}\n")
        sys.stdout.flush()
        threading.Event().wait()
