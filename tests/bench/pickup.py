"""How soon an idle crmhost begins: from a webhook's answer to the CRM's first byte, and what idling costs."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Sequence

from crmhost.demo import payloads

from .crm import ask, running_crm
from .deliveries import person
from .load import post
from .place import until, whole
from .processes import Started, children, seconds_used
from .rows import Aim, Row, Scale, expect

P50, P95, IDLE = Aim(most=50), Aim(most=120), Aim(most=5)


def measure(scale: Scale) -> Sequence[Row]:
    """Change a linked contact again and again, each time when all is idle; then let it idle on."""
    rounds = scale.of(60, 10)
    with running_crm() as crm, whole(crm) as (here, server):
        url = server.found + here.webhook_paths[0]
        post(url, payloads.contact_created(person(1)))
        until(lambda: ask(crm).calls == 1, 20, lambda: "the contact was not made")
        answered = [_once(url, number) for number in range(1, rounds + 1)]
        until(lambda: ask(crm).calls == 1 + rounds, 20, lambda: f"{ask(crm).calls} calls")
        waits = [(call - at) * 1000 for at, (call, _) in zip(answered, ask(crm).times[1:], strict=True)]
        share = _idling(server, scale.seconds(15, 5))
        expect("records in the CRM", ask(crm).records, 1)
    p95 = statistics.quantiles(waits, n=20)[-1]
    what = "idle pick-up of a linked contact, from the answer to the CRM's first byte"
    return [
        Row("pickup.p50", f"{what}, p50", statistics.median(waits), "ms", P50, {"rounds": float(rounds)}),
        Row("pickup.p95", f"{what}, p95", p95, "ms", P95),
        Row("pickup.idle", "crmhost serve and its Valkey while idle, of one core", share * 100, "%", IDLE),
    ]


def _once(url: str, number: int) -> float:
    """Bring a change to an idle host; return when it was answered."""
    time.sleep(random.uniform(0.2, 0.5))
    changed = {**person(1), "name": f"Customer 1, changed {number} times"}
    return post(url, payloads.contact_updated(changed, 60.0 + number, name="before"))


def _idling(server: Started, seconds: float) -> float:
    """Return which share of a core the server and its Valkey use while nothing is to be done."""
    pids = [server.pid, *children(server.pid)]
    time.sleep(1)
    began, used = time.monotonic(), seconds_used(*pids)
    time.sleep(seconds)
    return (seconds_used(*pids) - used) / (time.monotonic() - began)
