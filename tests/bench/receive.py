"""Durable receive: a signed delivery is committed before it is answered; beside the least that does so."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from .crm import running_crm
from .load import Seen, Task, send
from .place import POSTGRESQL, Place, kinds, place
from .processes import process
from .rows import TIMES, Aim, Row, Scale, expect

CONNECTIONS = 32
TURNS = 3
"""Each is measured so often, in turns, and the best of each counts: what else the machine does only slows."""
RATIO, P99 = Aim(least=0.45), Aim(most=25)
WARM = 200


def measure(scale: Scale) -> Sequence[Row]:
    """Measure on each kind of database."""
    rows: list[Row] = []
    for kind in kinds():
        rows += _on(kind, scale)
    return rows


def _on(kind: str, scale: Scale) -> list[Row]:
    ours: list[Seen] = []
    limits: list[Seen] = []
    seconds, most = scale.seconds(5), scale.of(40_000, 8_000)
    with running_crm() as crm, place(kind) as here, _limit(here, kind) as limit:
        here.connect(crm)
        with here.serve("--no-workers", "--no-pages") as server:
            url, first = server.found + here.webhook_paths[0], 1
            for task in (Task(url, 4, 60, WARM), Task(f"{limit}/webhooks/it", 4, 60, WARM)):
                send(task)
            first += WARM
            for _ in range(TURNS):
                limits.append(send(Task(f"{limit}/webhooks/it", CONNECTIONS, seconds, most, first)))
                ours.append(send(Task(url, CONNECTIONS, seconds, most, first)))
                first += most
        expect("answers other than 200", sum(one.refused for one in (*ours, *limits)), 0)
        expect("deliveries stored", here.rows(), sum(one.answered for one in ours) + WARM)
    return _rows(kind, max(ours, key=_rate), max(limits, key=_rate))


def ours_on(kind: str, scale: Scale) -> Seen:
    """Measure crmhost alone; return the best of its turns."""
    ours: list[Seen] = []
    with running_crm() as crm, place(kind) as here:
        here.connect(crm)
        with here.serve("--no-workers", "--no-pages") as server:
            url, first, most = server.found + here.webhook_paths[0], 1, scale.of(30_000, 6_000)
            for _ in range(TURNS):
                ours.append(send(Task(url, CONNECTIONS, scale.seconds(5), most, first)))
                first += most
        expect("answers other than 200", sum(one.refused for one in ours), 0)
        expect("deliveries stored", here.rows(), sum(one.answered for one in ours))
    return max(ours, key=_rate)


def _rate(seen: Seen) -> float:
    return seen.rate


def _rows(kind: str, ours: Seen, limit: Seen) -> list[Row]:
    parts = {
        "deliveries a second": ours.rate,
        "limit, deliveries a second": limit.rate,
        "p50, ms": ours.p50,
        "limit p50, ms": limit.p50,
        "limit p99, ms": limit.p99,
    }
    what = f"durable receive on {kind}, of the limit: a bare ASGI app with HMAC and a group commit"
    return [
        Row(f"receive.{kind}", what, ours.rate / limit.rate, TIMES, RATIO, parts),
        Row(
            f"receive.{kind}.p99",
            f"durable receive on {kind}, p99 of {CONNECTIONS} connections",
            ours.p99,
            "ms",
            P99,
        ),
    ]


@contextmanager
def _limit(here: Place, kind: str) -> Iterator[str]:
    """Run the limit on the same kind of database while the block lasts."""
    with tempfile.TemporaryDirectory() as folder:
        address = str(Path(folder) / "limit.sqlite3")
        if kind == POSTGRESQL:
            url = here.house.store.engine.url
            address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        with process("tests.bench.limit", address, ready=r"(http://\S+)") as found:
            yield found
