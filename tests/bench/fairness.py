"""Fairness: where one connection has 50,000 waiting, another's one does not wait for them."""

from __future__ import annotations

import time
from collections.abc import Sequence

from .crm import ask, running_crm
from .deliveries import contacts
from .place import place, until
from .rows import Aim, Row, Scale

WITHIN = Aim(most=2)
LATENCY, THREADS, ROUNDS = 80, 8, 5


def measure(scale: Scale) -> Sequence[Row]:
    """Bring one delivery again and again while another connection's many are worked."""
    many = scale.of(50_000, 2000)
    with running_crm(LATENCY) as crm, place() as here:
        here.connect(crm, 3)
        here.connect(crm, 4)
        here.store(contacts(many), 1)
        with here.worker(THREADS):
            until(lambda: ask(crm).calls > THREADS, 60, lambda: "nothing is worked")
            waits = []
            for number in range(1, ROUNDS + 1):
                began = time.monotonic()
                here.store(contacts(1, 9_000_000 + number), 2)
                record = f"contact:{9_000_000 + number}"
                until(lambda: any(of == record for _, of in ask(crm).times), 60, lambda: "not worked", 0.05)  # noqa: B023
                waits.append(next(at for at, of in ask(crm).times if of == record) - began)
    parts = {"the shortest of five, s": min(waits), "waiting beside it": float(many)}
    what = "one delivery beside another connection's 50,000 waiting, until the CRM hears of it"
    return [Row("fairness", what, max(waits), "s", WITHIN, parts)]
