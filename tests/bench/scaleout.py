"""Scaling out: four worker processes on PostgreSQL, beside one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

from .crm import Told, ask, running_crm
from .deliveries import contacts
from .place import POSTGRESQL, kinds, place
from .rows import TIMES, Aim, Row, Scale, expect

AIM = Aim(least=3.6)
LATENCY, THREADS, WORKERS = 80, 4, 4
WHAT = f"{WORKERS} worker processes beside one, PostgreSQL, CRM of {LATENCY} ms, {THREADS} threads each"


def measure(scale: Scale) -> Sequence[Row]:
    """Work the same with one process and with four."""
    if POSTGRESQL not in kinds():
        return [Row("scale-out", WHAT, None, TIMES, AIM, note="No PostgreSQL is named.")]
    count = scale.of(1200, 200)
    turns = [(_with(1, count // 3), _with(WORKERS, count)) for _ in range(scale.turns)]
    one, four = (max(each, key=_rate) for each in zip(*turns, strict=True))
    parts = {"one, deliveries a second": one.rate, "four, deliveries a second": four.rate}
    parts["most calls at once"] = float(four.most_at_once)
    return [Row("scale-out", WHAT, four.rate / one.rate, TIMES, AIM, parts)]


def _rate(told: Told) -> float:
    return told.rate


def _with(workers: int, count: int) -> Told:
    with running_crm(LATENCY) as crm, place(POSTGRESQL) as here, ExitStack() as stack:
        here.connect(crm)
        for _ in range(workers):
            stack.enter_context(here.worker(THREADS))
        here.store(contacts(count))
        here.wait(120 + count / 10)
        told = ask(crm)
        expect("states of the deliveries", here.states(), {"applied": count})
    expect("records in the CRM", (told.records, told.calls), (count, count))
    expect("customers worked twice at once", told.overlaps, 0)
    return told
