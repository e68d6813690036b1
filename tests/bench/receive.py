"""Durable receive: a signed delivery is committed before it is answered; beside the least that does so."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from .crm import running_crm
from .load import Seen, Task, send
from .parts import of_storing
from .place import POSTGRESQL, Place, counts, fastest, kinds, place, with_processes
from .processes import process
from .rows import TIMES, Aim, Row, Scale, expect

CONNECTIONS = 32
RATIO, P99 = Aim(least=0.45), Aim(most=25)
WARM = 200
TURNS, SECONDS = 5, 4
"""Many short ones: what two cores do for three processes takes a half longer in one turn than in the next."""


def measure(scale: Scale) -> Sequence[Row]:
    """Measure on each kind of database."""
    rows: list[Row] = []
    for kind in kinds():
        rows += _rows(kind, *beside_the_limit(kind, scale, counts()))
    return rows


def beside_the_limit(
    kind: str, scale: Scale, processes: Iterable[int]
) -> tuple[dict[int, Seen], Seen, dict[str, float]]:
    """Measure crmhost with so many processes, and the limit, in turns.

    Return the best turn of each, by the number of processes, that of the limit, and what storing alone takes.
    """
    ours: dict[int, list[Seen]] = {count: [] for count in processes}
    limits: list[Seen] = []
    seconds, most = scale.seconds(SECONDS), scale.of(40_000, 8_000)
    with running_crm() as crm, place(kind) as here, _limit(here, kind) as limit, ExitStack() as stack:
        here.connect(crm)
        urls, first = {}, 1
        for count in ours:
            server = stack.enter_context(here.serve("--no-workers", "--no-pages", processes=count))
            urls[count] = server.found + here.webhook_paths[0]
            send(Task(urls[count], 4, 60, WARM, first))
            first += WARM
        send(Task(f"{limit}/webhooks/it", 4, 60, WARM))
        for _ in range(TURNS):
            limits.append(send(Task(f"{limit}/webhooks/it", CONNECTIONS, seconds, most, first)))
            for count, seen in ours.items():
                seen.append(send(Task(urls[count], CONNECTIONS, seconds, most, first)))
                first += most
        each = [one for seen in ours.values() for one in seen]
        expect("answers other than 200", sum(one.refused for one in (*each, *limits)), 0)
        expect("deliveries stored", here.rows(), sum(one.answered for one in each) + WARM * len(ours))
        storing = of_storing(here, first, scale.of(6400, 640), CONNECTIONS)
    return {count: max(seen, key=_rate) for count, seen in ours.items()}, max(limits, key=_rate), storing


def _rate(seen: Seen) -> float:
    return seen.rate


def _rows(kind: str, each: Mapping[int, Seen], limit: Seen, storing: Mapping[str, float]) -> list[Row]:
    count = fastest(each)
    ours, said = each[count], f"with {with_processes(count)}"
    parts = {"deliveries a second": ours.rate}
    parts |= {f"with {with_processes(processes)}, a second": seen.rate for processes, seen in each.items()}
    parts |= {
        "limit, deliveries a second": limit.rate,
        "p50, ms": ours.p50,
        "limit p50, ms": limit.p50,
        "limit p99, ms": limit.p99,
    }
    parts |= {f"storing alone, µs for {part}": of for part, of in storing.items()}
    note = (
        f"All {CONNECTIONS} connections wait for one commit, and nothing goes on meanwhile: of the "
        f"{1e6 / each[1].rate:.0f} µs that one process takes for a delivery {sum(storing.values()):.0f} are "
        f"storing it and who it is about; the limit takes {1e6 / limit.rate:.0f} for all that it does"
    )
    p99 = {f"with {with_processes(processes)}, ms": seen.p99 for processes, seen in each.items()}
    what = f"durable receive on {kind}, of the limit: a bare ASGI app with HMAC and a group commit, {said}"
    return [
        Row(f"receive.{kind}", what, ours.rate / limit.rate, TIMES, RATIO, parts, note),
        Row(
            f"receive.{kind}.p99",
            f"durable receive on {kind}, p99 of {CONNECTIONS} connections, {said}",
            ours.p99,
            "ms",
            P99,
            p99,
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
