"""Figures for Prometheus, read when they are asked for from what all share: the same from every process."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from .budget import spent
from .states import STATES
from .store import browse, connections, counters, hours, lanes
from .store.hours import RECEIVED, TRIED, Count

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric
    from redis import Redis
    from sqlalchemy import Connection

    from .house import House
    from .store.connections import CRMConnection

WHOSE = ("connection", "plugin")


def exposition(house: House) -> bytes:
    """Return all figures in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures(house))
    return generate_latest(registry)


class Figures(Collector):
    """What a house can be asked in figures; no name and no address is among them."""

    def __init__(self, house: House) -> None:
        self._house = house

    def collect(self) -> Iterator[Metric]:
        """Yield each figure, by connection."""
        with self._house.store.read() as tx:
            every = connections.every(tx, self._house.vault)
            yield from _counted(tx, every)
            yield from _standing(tx, every)
            yield _refused(tx, every)
        yield from _budget(self._house.redis, every)


def _counted(tx: Connection, every: list[CRMConnection]) -> Iterator[Metric]:
    received = CounterMetricFamily("crmhost_received", "Deliveries that were stored.", labels=WHOSE)
    ended = CounterMetricFamily("crmhost_deliveries", "Deliveries that ended.", labels=(*WHOSE, "outcome"))
    calls = CounterMetricFamily("crmhost_calls", "Calls to the CRM.", labels=WHOSE)
    tried = CounterMetricFamily("crmhost_failed_attempts", "Attempts that are made again.", labels=WHOSE)
    waited = CounterMetricFamily(
        "crmhost_waited_seconds", "Seconds from received to done, of all together.", labels=WHOSE
    )
    sums: defaultdict[int, dict[str, Count]] = defaultdict(dict)
    for (connection_id, what), count in hours.altogether(tx).items():
        sums[connection_id][what] = count
    for one in every:
        whose = [str(one.id), one.plugin]
        mine = sums[one.id]
        received.add_metric(whose, mine.get(RECEIVED, Count()).count)
        tried.add_metric(whose, mine.get(TRIED, Count()).count)
        calls.add_metric(whose, sum(count.calls for count in mine.values()))
        done = {what: count for what, count in mine.items() if what in STATES}
        waited.add_metric(whose, sum(count.waited for count in done.values()))
        for what, count in sorted(done.items()):
            ended.add_metric([*whose, what], count.count)
    yield from (received, ended, calls, tried, waited)


def _standing(tx: Connection, every: list[CRMConnection]) -> Iterator[Metric]:
    waiting = GaugeMetricFamily("crmhost_waiting", "Deliveries in line, 10001 for more.", labels=WHOSE)
    dead = GaugeMetricFamily("crmhost_dead", "Deliveries that failed for good, 10001 for more.", labels=WHOSE)
    lag = GaugeMetricFamily("crmhost_lag_seconds", "Age of the oldest delivery in line.", labels=WHOSE)
    up = GaugeMetricFamily("crmhost_up", "Whether the connection's work goes on.", labels=WHOSE)
    away = GaugeMetricFamily("crmhost_away_seconds", "How long the CRM was not reached.", labels=WHOSE)
    held = GaugeMetricFamily("crmhost_lanes_held", "Contacts that are worked on now.", labels=WHOSE)
    now, at_work, lines = time.time(), lanes.held(tx), browse.lines(tx)
    for one in every:
        whose = [str(one.id), one.plugin]
        since = lines[one.id].oldest_waiting
        waiting.add_metric(whose, lines[one.id].waiting)
        dead.add_metric(whose, lines[one.id].dead)
        lag.add_metric(whose, max(now - since, 0.0) if since else 0.0)
        up.add_metric(whose, float(one.paused_reason is None))
        away.add_metric(whose, max(now - one.away_since, 0.0) if one.away_since else 0.0)
        held.add_metric(whose, at_work.get(one.id, 0))
    yield from (waiting, dead, lag, up, away, held)


def _budget(redis: Redis, every: list[CRMConnection]) -> Iterator[Metric]:
    """Tell of the fullest budget of each connection; of none whose use nobody knows."""
    used = GaugeMetricFamily(
        "crmhost_budget_used", "Calls of the CRM's limit that are used now, 0 after its end.", labels=WHOSE
    )
    limit = GaugeMetricFamily("crmhost_budget_limit", "Calls that the limit allows.", labels=WHOSE)
    known = spent(redis, [one.id for one in every])
    for one in every:
        if one.id in known:
            used.add_metric([str(one.id), one.plugin], known[one.id].used)
            limit.add_metric([str(one.id), one.plugin], known[one.id].limit)
    yield from (used, limit)


def _refused(tx: Connection, every: list[CRMConnection]) -> Metric:
    refused = CounterMetricFamily("crmhost_refused", "Webhooks that were refused.", labels=(*WHOSE, "reason"))
    each = counters.each(tx, "refused")
    for connection_id, plugin in [(0, ""), *((one.id, one.plugin) for one in every)]:
        for reason, count in each.get(connection_id, {}).items():
            refused.add_metric([str(connection_id), plugin, reason], count)
    return refused
