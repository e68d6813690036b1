"""How quickly waiting work is done: beside a plain loop, and beside what the CRM's own time allows."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .crm import ask, running_crm
from .deliveries import contacts
from .parts import of_one
from .place import Place, counts, fastest, place, with_processes
from .processes import children, environment, seconds_used
from .rows import TIMES, Aim, Row, Scale, expect

SHARE = 0.9
ZERO, EIGHTY = Aim(least=0.4), Aim(least=SHARE)
THREADS, MANY = 8, 16
LATENCY = 80
"""Milliseconds that the slow CRM takes."""


@dataclass(frozen=True)
class Worked:
    """How quickly it was done."""

    rate: float
    """Deliveries a second, as the CRM saw them."""
    processor: float
    """Milliseconds of a processor that the workers took for each."""


def measure(scale: Scale) -> Sequence[Row]:
    """Work what waits, on SQLite."""
    return [_zero(scale.of(3000, 300), scale.turns), _eighty(scale.of(3000, 400), scale.turns)]


def _zero(count: int, turns: int) -> Row:
    with running_crm() as crm, place() as here:
        here.connect(crm)
        parts, statements = of_one(here, 1_000_001, 150)
    found = [(_each(0, THREADS, count), _plain(count)) for _ in range(turns)]
    ours, plain = _best_of(each for each, _ in found), max(rate for _, rate in found)
    figures = {**_told(ours), "plain loop, calls a second": plain}
    figures |= {f"one thread, ms for {part}": of for part, of in parts.items()}
    figures["statements"] = statements
    best = fastest(ours)
    what = "sync with a CRM that answers at once, of a plain loop with the same client and "
    what += f"{THREADS} threads, with {with_processes(best)}"
    note = (
        f"The loop's whole turn takes {1000 / plain:.2f} ms, which one process's Python spends on the "
        f"client; a delivery takes {ours[best].processor:.2f} ms of a processor in the worker, a call like "
        "the loop's among them, and has a commit that waits for the disk"
    )
    return Row("sync.zero", what, ours[best].rate / plain, TIMES, ZERO, figures, note)


def _plain(count: int) -> float:
    """Return the calls a second of the plain loop."""
    with running_crm() as crm:
        words = [sys.executable, "-m", "tests.bench.loop", crm, str(THREADS), "1", str(count)]
        subprocess.run(words, check=True, env=environment(), stdout=subprocess.DEVNULL)
        plain = ask(crm)
    expect("records that the loop made", plain.records, count)
    return plain.rate


def _eighty(count: int, turns: int) -> Row:
    ours = _best_of(_each(LATENCY, MANY, count) for _ in range(turns))
    limit = MANY / (LATENCY / 1000)
    figures = {**_told(ours), "threads through latency, a second": limit}
    best = fastest(ours)
    what = f"sync with a CRM of {LATENCY} ms and {MANY} threads, of threads ÷ latency, "
    what += f"with {with_processes(best)}"
    spare = LATENCY / SHARE - LATENCY
    note = (
        f"For {SHARE:g} of that a thread has {spare:.1f} ms beside the call for all else: its commits, and "
        "its turn at what its process's Python computes one after the other, "
        f"{ours[best].processor:.2f} ms of a processor for a delivery"
    )
    return Row("sync.slow", what, ours[best].rate / limit, TIMES, EIGHTY, figures, note)


def _each(latency: float, threads: int, count: int) -> dict[int, Worked]:
    """Return how quickly it goes with one process, and with one for each core, of as many threads in all."""
    each: dict[int, Worked] = {}
    for processes in counts(threads):
        with running_crm(latency) as crm, place() as here:
            each[processes] = work(here, crm, threads, count, processes)
    return each


def _best_of(turns: Iterable[Mapping[int, Worked]]) -> dict[int, Worked]:
    """Return the best turn of each, by the number of processes."""
    found = list(turns)
    return {count: max((one[count] for one in found), key=_rate) for count in found[0]}


def _rate(worked: Worked) -> float:
    return worked.rate


def _told(each: Mapping[int, Worked]) -> dict[str, float]:
    """Return the best rate, and what each was, by with how many processes."""
    told = {"deliveries a second": each[fastest(each)].rate}
    for count, worked in each.items():
        told[f"with {with_processes(count)}, a second"] = worked.rate
        told[f"with {with_processes(count)}, ms of a processor"] = worked.processor
    return told


def work(here: Place, crm: str, threads: int, count: int, processes: int = 1) -> Worked:
    """Let one worker make so many waiting customers; return how quickly, once it is right."""
    here.connect(crm)
    here.store(contacts(count))
    with here.worker(threads, processes) as worker:
        began = seconds_used(worker.pid, *children(worker.pid))
        here.wait(120 + count / 10)
        used = seconds_used(worker.pid, *children(worker.pid)) - began
    told = ask(crm)
    expect("states of the deliveries", here.states(), {"applied": count})
    expect("records in the CRM", told.records, count)
    expect("calls of the CRM", told.calls, count)
    expect("customers worked twice at once", told.overlaps, 0)
    return Worked(told.rate, used / count * 1000)
