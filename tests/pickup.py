"""How long after its webhook was answered an idle crmhost begins to call the CRM, and what idling costs.

``python -m tests.pickup [rounds]`` runs a real ``crmhost serve`` and prints the figures.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from redis import Redis
from starlette.types import Receive, Scope, Send

from crmhost import Http, webhooks
from crmhost.demo import payloads
from crmhost.embedded import socket_url
from crmhost.http import new_pool
from crmhost.server import serving
from crmhost_krayin.stand_in import KrayinStandIn

from .processes import run, running

JANE = payloads.contact(5821, "Jane", email="jane@example.com")


@dataclass
class Watched:
    """A Krayin that notes when it is asked."""

    krayin: KrayinStandIn = field(default_factory=lambda: KrayinStandIn(rate_limit=1_000_000))
    asked: list[float] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.append(time.monotonic())
        await self.krayin.app(scope, receive, send)


@dataclass(frozen=True)
class Figures:
    """Milliseconds from a webhook's answer to the first call, and the share of a core while idle."""

    waits: list[float]
    idle: float

    def __str__(self) -> str:
        """Say it in a line."""
        p95 = statistics.quantiles(self.waits, n=20)[-1]
        half = statistics.median(self.waits)
        waits = f"p50 {half:.0f} ms, p95 {p95:.0f} ms of {len(self.waits)}"
        return f"Picked up after: {waits}. Idling takes {self.idle:.1%} of a core."


def measure(folder: Path, rounds: int, idle_seconds: float = 10.0) -> Figures:
    """Bring one change after another, each to an idle host; then let it idle."""
    watched = Watched()
    with serving(watched) as krayin, new_pool() as pool:
        given = watched.krayin.settings(krayin)
        words = ["connect", "krayin", "--account", "3"]
        for name, value in given.items():
            words += ["--set", f"{name}={value}"]
        made = run(folder, "crmhost", *words, "--json").document
        run(folder, "crmhost", "secret", str(made["connection"]), stdin="s3cret\n")
        path = "/webhooks/" + made["webhook_url"].rsplit("/", 1)[1]
        with running(folder, ["crmhost", "serve", "--port", "0"], r"(http://[\d.]+:\d+)") as address:
            http = Http(pool)
            _post(http, address + path, payloads.contact_created(JANE))
            _until(lambda: len(watched.asked) > 3)
            waits = [_once(http, address + path, watched, number) for number in range(rounds)]
            time.sleep(1)
            began, used = time.monotonic(), _used(folder)
            time.sleep(idle_seconds)
            share = (_used(folder) - used) / (time.monotonic() - began)
    return Figures(waits, share)


def _once(http: Http, url: str, watched: Watched, number: int) -> float:
    time.sleep(random.uniform(0.2, 0.6))
    before = len(watched.asked)
    change = payloads.contact_updated({**JANE, "name": f"Jane {number}"}, 60 + number, name="Jane")
    answered = _post(http, url, change)
    _until(lambda: len(watched.asked) > before)
    return (watched.asked[before] - answered) * 1000


def _post(http: Http, url: str, payload: payloads.Payload) -> float:
    """Post a webhook; return when it was answered."""
    body, stamp = json.dumps(payload).encode(), str(int(time.time()))
    headers = {
        webhooks.TIMESTAMP: stamp,
        webhooks.SIGNATURE: webhooks.sign("s3cret", stamp, body),
        webhooks.DELIVERY: str(uuid.uuid4()),
    }
    answer = http.request("POST", url, content=body, headers=headers)
    answered = time.monotonic()
    assert answer.status == 200, answer.text
    return answered


def _until(done: object) -> None:
    end = time.monotonic() + 30
    while not done():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.001)


def _used(folder: Path) -> float:
    """Return the processor seconds that crmhost and its Valkey have used."""
    with Redis.from_url(socket_url(folder / "data")) as client:
        valkey = int(client.info("server")["process_id"])
    parent = int(Path(f"/proc/{valkey}/stat").read_text().rpartition(")")[2].split()[1])
    ticks = 0
    for pid in (valkey, parent):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


if __name__ == "__main__":
    with _folder() as place:
        print(measure(place, int(sys.argv[1]) if len(sys.argv) > 1 else 40))  # noqa: T201
