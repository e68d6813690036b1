"""A worker's threads, Dramatiq and a real Valkey: nobody waits for another's many, and bells are few."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crmhost.broker import CALL, Bell, LaneBroker
from crmhost.demo import payloads
from crmhost.house import House
from crmhost.store import deliveries, lanes
from crmhost.store.deliveries import Arrival
from crmhost.webhooks import classify
from crmhost.wiring import open_house, working

from ..conftest import Say
from .conftest import connected, settings_for
from .fake_crm import FakeCRM

PROMPT = 5.0
"""Seconds: it takes tenths of one where nothing else runs here, and minutes where it had to wait in line."""


@pytest.fixture
def quick_house(tmp_path: Path, valkey_url: str, crm: FakeCRM) -> Iterator[House]:
    settings = settings_for(tmp_path, None, valkey_url, worker_threads=4)
    with open_house(settings, crm.plugins()) as house:
        house.redis.flushdb()
        yield house


def store(house: House, connection_id: int, many: int, name: str = "No", first: int = 1) -> None:
    """Store so many contacts' creations, and ring for no more than may be."""
    arrivals, numbers = [], range(first, first + many)
    for number in numbers:
        one = payloads.contact_created(
            payloads.contact(number, f"{name} {number}", email=f"{name}{number}@x.y")
        )
        digest = f"{connection_id} {number}"
        arrivals.append(Arrival(connection_id, None, digest, classify(one), time.time(), json.dumps(one)))
    with house.store.write() as tx:
        deliveries.store(tx, arrivals)
        wanted = [(connection_id, number) for number in numbers]
        rung = lanes.add_work(tx, wanted, 1.0, 0.0, bells=8)
    Bell(LaneBroker(house.redis_url)).ring(rung)


def until(done: Callable[[], bool], seconds: float = 20.0) -> float:
    """Wait; return how long it took."""
    began = time.monotonic()
    while not done():
        assert time.monotonic() - began < seconds
        time.sleep(0.02)
    return time.monotonic() - began


def bells(house: House) -> int:
    return int(str(house.redis.llen("crmhost:lanes")))


def one_among_many(house: House, crm: FakeCRM, many: int) -> float:
    """Return how long a connection's one delivery takes while another's many are worked."""
    crm.slow = 0.1
    busy, other = connected(house, 3), connected(house, 4)
    store(house, busy.id, many)
    assert bells(house) <= 8
    with working(house):
        until(lambda: len(crm.customers) > 4)
        store(house, other.id, 1, "Other")
        took = until(lambda: any(name == "Other 1" for _, name in crm.customers))
        assert bells(house) <= 8 + 1
    assert len(crm.customers) < many
    return took


def test_a_connections_many_do_not_hold_up_anothers_one(quick_house: House, crm: FakeCRM) -> None:
    assert one_among_many(quick_house, crm, 400) < PROMPT


@pytest.mark.proof
def test_nor_do_fifty_thousand(house: House, crm: FakeCRM, say: Say) -> None:
    house.redis.flushdb()

    took = one_among_many(house, crm, 50_000)

    say(f"Beside 50,000 deliveries of another connection, one was worked after {took * 1000:.0f} ms.")
    assert took < PROMPT


def test_bells_that_were_lost_cost_seconds(quick_house: House, crm: FakeCRM) -> None:
    made = connected(quick_house)
    store(quick_house, made.id, 3)
    quick_house.redis.flushdb()

    with working(quick_house):
        until(lambda: len(crm.customers) == 3, 15)


def test_redis_flushed_while_lanes_are_worked_loses_and_doubles_nothing(
    quick_house: House, crm: FakeCRM
) -> None:
    crm.slow = 0.05
    made = connected(quick_house)
    store(quick_house, made.id, 40)

    with working(quick_house):
        for so_many in (5, 15, 25):
            until(lambda so_many=so_many: len(crm.customers) > so_many)  # type: ignore[misc]
            quick_house.redis.flushdb()
        until(lambda: len(crm.customers) == 40)

    names = [name for _, name in crm.customers]
    assert len(names) == len(set(names)) == 40


def test_an_idle_worker_hears_a_bell_at_once(
    quick_house: House, crm: FakeCRM, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It neither asks again and again nor waits for the sweep."""
    monkeypatch.setattr("crmhost.broker.LISTEN", 60.0)
    monkeypatch.setattr("crmhost.sweep.PERIOD", 60.0)
    made = connected(quick_house)

    def somebody_listens() -> bool:
        return bool(quick_house.redis.pubsub_numsub(CALL)[0][1])

    with working(quick_house):
        until(somebody_listens)
        for so_many in (1, 2, 3):
            time.sleep(0.05)  # it is idle
            store(quick_house, made.id, 1, first=so_many)
            until(lambda so_many=so_many: len(crm.customers) == so_many, PROMPT)  # type: ignore[misc]
        monkeypatch.setattr("crmhost.broker.LISTEN", 0.01)
        quick_house.redis.publish(CALL, "")  # so that it ends soon
