"""Mixed traffic through Krayin's plugin: the calls it takes, how late it is in the CRM, what fails."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from crmhost.store.tables import deliveries

from .krayin import Krayin, running_krayin
from .load import post
from .place import Place, whole
from .rows import Aim, Row, Scale, expect
from .traffic import KNOWN, MEANS, PER_THOUSAND, Traffic

CALLS, PER_EVENT, P95, SUCCESS = Aim(most=0.33), Aim(most=1.3), Aim(most=2), Aim(least=99)
LATENCY = 80
PACE = 100
"""Deliveries a second; what they mean takes a third of eight threads' time."""


@dataclass(frozen=True)
class Came:
    """What came of it."""

    deliveries: int
    events: int
    calls: int
    waits: list[float]
    """Seconds from a delivery's arrival until the CRM had it, the settling of new contacts included."""
    states: Counter[str]


def measure(scale: Scale) -> Sequence[Row]:
    """Send ten times a thousand deliveries, paced, to a whole ``crmhost serve``."""
    came = play(scale.of(10), LATENCY, PACE)
    done = came.states["applied"] + came.states["unchanged"] + came.states["superseded"]
    parts = {"deliveries": float(came.deliveries), "events that mean something": float(came.events)}
    parts |= {"calls": float(came.calls), "dead": float(came.states["dead"])}
    p95 = statistics.quantiles(came.waits, n=20)[-1]
    late = f"from webhook to CRM, CRM of {LATENCY} ms, {PACE} deliveries of mixed traffic a second"
    return [
        Row(
            "mixed.calls",
            "calls per delivery of mixed traffic",
            came.calls / came.deliveries,
            "",
            CALLS,
            parts,
        ),
        Row(
            "mixed.calls_per_event",
            "calls per event that means something",
            came.calls / came.events,
            "",
            PER_EVENT,
        ),
        Row("mixed.p95", f"{late}, p95", p95, "s", P95, {"p50, s": statistics.median(came.waits)}),
        Row("mixed.success", f"{late}, applied", done / came.states.total() * 100, "%", SUCCESS),
    ]


def play(thousands: int, latency: float, pace: float) -> Came:
    """Send so many thousands; return what came of them once all is done and Krayin holds what it should."""
    with (
        running_krayin(latency) as krayin,
        whole(krayin.url, plugin="krayin", token=krayin.token) as (here, server),
    ):
        return _play(here, krayin, server.found + here.webhook_paths[0], thousands, pace)


def _play(here: Place, krayin: Krayin, url: str, thousands: int, pace: float) -> Came:
    traffic = Traffic()
    for one in traffic.begin():
        post(url, one)
    here.wait(120)
    before, last = krayin.told()["calls"], _last(here)
    began, sent = time.monotonic(), Counter[str]()
    for _ in range(thousands):
        for kind, one in traffic.thousand():
            time.sleep(max(0.0, began + sent.total() / pace - time.monotonic()))
            post(url, one)
            sent[kind] += 1
    here.wait(120)
    expect("deliveries sent", sent, Counter({kind: of * thousands for kind, of in PER_THOUSAND.items()}))
    _compare(krayin, len(traffic.customers), traffic.talks)
    calls = krayin.told()["calls"] - before
    events = sum(sent[kind] for kind in MEANS)
    waits, states = _fates(here, last)
    expect("events and messages stored", states.total(), events + traffic.messages)
    return Came(sent.total(), events, calls, waits, states)


def _compare(krayin: Krayin, customers: int, talks: int) -> None:
    """See that each customer is one person with one lead, and each conversation one note."""
    told = krayin.told()
    expect("persons in Krayin", told["persons"], customers)
    expect("leads in Krayin", told["leads"], customers)
    expect("notes in Krayin", told["notes"], talks)


def _last(here: Place) -> int:
    expect("deliveries stored before", here.rows(), 2 * KNOWN)
    return here.rows()


def _fates(here: Place, last: int) -> tuple[list[float], Counter[str]]:
    """Return how long each event took that came after the first ones, and what each delivery became."""
    columns = (deliveries.c.received_at, deliveries.c.finished_at, deliveries.c.state, deliveries.c.kind)
    with here.house.store.read() as tx:
        rows = list(tx.execute(select(*columns).where(deliveries.c.id > last)))
    events = [row for row in rows if row[3] != "conversation_changed"]
    return [row[1] - row[0] for row in events], Counter(row[2] for row in rows)
