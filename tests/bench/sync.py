"""How quickly waiting work is done: beside a plain loop, and beside what the CRM's own time allows."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence

from .crm import Told, ask, running_crm
from .deliveries import contacts
from .parts import of_one
from .place import Place, counts, place, with_processes
from .processes import environment
from .rows import TIMES, Aim, Row, Scale, expect

ZERO, EIGHTY = Aim(least=0.4), Aim(least=0.9)
THREADS, MANY = 8, 16
LATENCY = 80
"""Milliseconds that the slow CRM takes."""


def measure(scale: Scale) -> Sequence[Row]:
    """Work what waits, on SQLite."""
    return [_zero(scale.of(2500, 300)), _eighty(scale.of(2500, 400))]


def _zero(count: int) -> Row:
    with running_crm() as crm, place() as here:
        here.connect(crm)
        parts, statements = of_one(here, 1_000_001, 150)
    ours = _each(0, THREADS, count)
    with running_crm() as crm:
        words = [sys.executable, "-m", "tests.bench.loop", crm, str(THREADS), "1", str(count)]
        subprocess.run(words, check=True, env=environment(), stdout=subprocess.DEVNULL)
        plain = ask(crm)
    expect("records that the loop made", plain.records, count)
    figures = {**_told(ours), "plain loop, calls a second": plain.rate}
    figures |= {f"one thread, ms for {part}": of for part, of in parts.items()}
    figures["statements"] = statements
    best = max(ours, key=lambda processes: ours[processes])
    what = "sync with a CRM that answers at once, of a plain loop with the same client and "
    what += f"{THREADS} threads, with {with_processes(best)}"
    return Row("sync.zero", what, ours[best] / plain.rate, TIMES, ZERO, figures)


def _eighty(count: int) -> Row:
    ours = _each(LATENCY, MANY, count)
    limit = MANY / (LATENCY / 1000)
    figures = {**_told(ours), "threads through latency, a second": limit}
    best = max(ours, key=lambda processes: ours[processes])
    what = f"sync with a CRM of {LATENCY} ms and {MANY} threads, of threads ÷ latency, "
    what += f"with {with_processes(best)}"
    return Row("sync.slow", what, ours[best] / limit, TIMES, EIGHTY, figures)


def _each(latency: float, threads: int, count: int) -> dict[int, float]:
    """Return the rate with one process, and with as many as there are cores, of as many threads in all."""
    rates: dict[int, float] = {}
    for processes in counts(threads):
        with running_crm(latency) as crm, place() as here:
            rates[processes] = work(here, crm, threads, count, processes).rate
    return rates


def _told(rates: Mapping[int, float]) -> dict[str, float]:
    """Return the best rate, and each with how many processes it was."""
    each = {f"with {with_processes(count)}, a second": rate for count, rate in rates.items()}
    return {"deliveries a second": max(rates.values()), **each}


def work(here: Place, crm: str, threads: int, count: int, processes: int = 1) -> Told:
    """Let one worker make so many waiting customers; return what the CRM says, once it is right."""
    here.connect(crm)
    here.store(contacts(count))
    with here.worker(threads, processes):
        here.wait(120 + count / 10)
    told = ask(crm)
    expect("states of the deliveries", here.states(), {"applied": count})
    expect("records in the CRM", told.records, count)
    expect("calls of the CRM", told.calls, count)
    expect("customers worked twice at once", told.overlaps, 0)
    return told
