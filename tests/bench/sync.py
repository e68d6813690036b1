"""How quickly waiting work is done: beside a plain loop, and beside what the CRM's own time allows."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

from .crm import Told, ask, running_crm
from .deliveries import contacts
from .parts import of_one
from .place import Place, place
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
    with running_crm() as crm, place() as here:
        ours = work(here, crm, THREADS, count)
    with running_crm() as crm:
        words = [sys.executable, "-m", "tests.bench.loop", crm, str(THREADS), "1", str(count)]
        subprocess.run(words, check=True, env=environment(), stdout=subprocess.DEVNULL)
        plain = ask(crm)
    expect("records that the loop made", plain.records, count)
    figures = {"deliveries a second": ours.rate, "plain loop, calls a second": plain.rate}
    figures |= {f"one thread, ms for {part}": of for part, of in parts.items()}
    figures["statements"] = statements
    what = f"sync with a CRM that answers at once, of a plain loop with the same client and {THREADS} threads"
    return Row("sync.zero", what, ours.rate / plain.rate, TIMES, ZERO, figures)


def _eighty(count: int) -> Row:
    with running_crm(LATENCY) as crm, place() as here:
        ours = work(here, crm, MANY, count)
    limit = MANY / (LATENCY / 1000)
    figures = {"deliveries a second": ours.rate, "threads through latency, a second": limit}
    what = f"sync with a CRM of {LATENCY} ms and {MANY} threads, of threads ÷ latency"
    return Row("sync.slow", what, ours.rate / limit, TIMES, EIGHTY, figures)


def work(here: Place, crm: str, threads: int, count: int) -> Told:
    """Let one worker make so many waiting customers; return what the CRM says, once it is right."""
    here.connect(crm)
    here.store(contacts(count))
    with here.worker(threads):
        here.wait(120 + count / 10)
    told = ask(crm)
    expect("states of the deliveries", here.states(), {"applied": count})
    expect("records in the CRM", told.records, count)
    expect("calls of the CRM", told.calls, count)
    expect("customers worked twice at once", told.overlaps, 0)
    return told
