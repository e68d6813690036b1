"""A Krayin for the benchmark: the sandbox, in a process of its own, which says what it holds.

``python -m tests.bench.krayin MILLISECONDS CALLS_A_MINUTE`` serves it; its address and token are printed.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.request import urlopen

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from crmhost.server import serving
from crmhost_krayin.sandbox import KrayinSandbox

from .processes import process

ANY_NUMBER = 1_000_000
"""Calls a minute, where there is no limit."""


@dataclass(frozen=True)
class Krayin:
    """Where it is, and how to get in."""

    url: str
    token: str

    def told(self) -> dict[str, Any]:
        """Return how many calls it had, and what it holds."""
        with urlopen(f"{self.url}/told") as answer:
            told: dict[str, Any] = json.load(answer)
            return told


class Told:
    """The sandbox, which answers at /told, beside its API, what it holds."""

    def __init__(self, sandbox: KrayinSandbox) -> None:
        self._sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] != "/told":
            await self._sandbox(scope, receive, send)
            return
        state = self._sandbox.state
        notes = [row for row in state.activities.values() if row["type"] == "note"]
        told = {
            "calls": len(self._sandbox.requests),
            "persons": len(state.persons),
            "leads": len(state.leads),
            "notes": len(notes),
            "comments": [str(row["comment"]) for row in notes],
        }
        await JSONResponse(told)(scope, receive, send)


@contextmanager
def running_krayin(milliseconds: float = 0, calls_a_minute: int = ANY_NUMBER) -> Iterator[Krayin]:
    """Run a Krayin in a process of its own while the block lasts."""
    words = (str(milliseconds), str(calls_a_minute))
    with process("tests.bench.krayin", *words, ready=r"(http://\S+ \S+)") as found:
        yield Krayin(*found.split())


if __name__ == "__main__":
    made = KrayinSandbox(latency=float(sys.argv[1]) / 1000, rate_limit=int(sys.argv[2]))
    with serving(Told(made)) as place:
        sys.stdout.write(f"{place} {made.make_token()}\n")
        sys.stdout.flush()
        threading.Event().wait()
