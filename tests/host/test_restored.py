"""A store restored from a backup makes nothing twice, and nobody has to say that it was restored."""

from __future__ import annotations

import json
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from crmhost.demo import payloads
from crmhost.doubt import SLACK, doubtful
from crmhost.fold import next_step
from crmhost.house import House
from crmhost.pulse import GAP, Pulse
from crmhost.store import pulse as beats
from crmhost.store import tables
from crmhost.store.deliveries import Delivery
from crmhost.store.pulse import Beat
from crmhost.wiring import open_house

from .conftest import Bench, connected, settings_for
from .fake_crm import FakeCRM

JANE = payloads.contact(5821, "Jane", email="jane@example.com")
TALK = payloads.conversation(731, JANE, 10)


def backup(folder: Path) -> None:
    with (
        closing(sqlite3.connect(folder / "crmhost.sqlite3")) as live,
        closing(sqlite3.connect(folder / "backup")) as copy,
    ):
        live.backup(copy)


def restore(folder: Path) -> None:
    # The database itself as well: who has it open yet would move its own log into it, when it closes.
    for name in ("crmhost.sqlite3", "crmhost.sqlite3-wal", "crmhost.sqlite3-shm"):
        (folder / name).unlink(missing_ok=True)
    shutil.copy(folder / "backup", folder / "crmhost.sqlite3")


def forgotten(house: House) -> None:
    """Let Redis have been restored along with the store, or be empty."""
    house.redis.delete(*house.redis.keys("crmhost:pulse:*"))


def long_ago(house: House, seconds: float = GAP + 1) -> None:
    with house.store.write() as tx:
        tx.execute(tables.pulse.update().values(beat_at=tables.pulse.c.beat_at - seconds))


@contextmanager
def bench_in(folder: Path, valkey_url: str, crm: FakeCRM, connection: Any = None) -> Iterator[Bench]:
    settings = settings_for(folder, None, valkey_url, unknown_hold_seconds=0)
    with open_house(settings, crm.plugins()) as house:
        bench = Bench(house, connection or connected(house))
        house.pulse.beat()
        yield bench
        bench.intake.close()


def test_a_beat_beside_a_look_at_the_store_is_no_sign_of_a_restored_one(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who looks sees the store as it was before the beat, and knows of the beat by the time it compares."""
    connected(house)
    pulse = house.pulse
    pulse.beat()
    last = beats.last

    def before_the_beat(tx: Connection) -> Beat | None:
        known = last(tx)
        monkeypatch.setattr(beats, "last", last)
        pulse._next = 0.0
        pulse.beat()
        return known

    seen = pulse.seen
    with house.store.read() as tx:
        monkeypatch.setattr(beats, "last", before_the_beat)
        assert pulse.doubt(tx, seen) is None
    assert pulse.seen == seen + 1


def test_two_workers_that_beat_at_once_are_no_sign_of_a_restored_store(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the other one keeps in Redis meanwhile is more than was read of the store before."""
    connected(house)
    house.pulse.beat()
    ours, other = (Pulse(house.store, house.redis, apart=True) for _ in range(2))
    kept = ours._kept

    def beside(name: str) -> int | None:
        threading.Thread(target=other.beat).start()
        time.sleep(0.3)
        return kept(name)

    monkeypatch.setattr(ours, "_kept", beside)
    ours.beat()

    with house.store.read() as tx:
        assert ours.doubt(tx, ours.seen) is None


def test_a_beat_while_a_lane_is_looked_at_puts_nothing_in_doubt(
    lite_bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulse, looks = lite_bench.house.pulse, list[object]()
    pulse.beat()

    def beside(*known: Any) -> object:
        looks.append(step := next_step(*known))
        if len(looks) > 1:  # the first look is in a transaction that writes, beside which nobody beats
            pulse._next = 0.0
            pulse.beat()
        return step

    monkeypatch.setattr("crmhost.sync.next_step", beside)
    lite_bench.receive(payloads.contact_created(JANE))
    lite_bench.receive(payloads.conversation_created(payloads.conversation(731, JANE, 1)))
    lite_bench.work()

    assert len(looks) > 1
    assert lite_bench.states() == ["applied", "applied"]


@pytest.mark.parametrize("redis", ["remembers", "was restored too"])
def test_what_was_made_after_the_backup_is_found_and_not_made_again(
    tmp_path: Path, valkey_url: str, crm: FakeCRM, redis: str
) -> None:
    with bench_in(tmp_path, valkey_url, crm) as before:
        before.receive(payloads.contact_created(JANE))
        before.receive(payloads.conversation_created(TALK))
        backup(tmp_path)
        before.house.pulse._next = 0.0
        before.house.pulse.beat()
        before.work()
        assert (len(crm.customers), len(crm.notes)) == (1, 1)
    restore(tmp_path)
    if redis == "was restored too":
        with open_house(before.house.settings, crm.plugins()) as house:
            forgotten(house)
            long_ago(house)

    with bench_in(tmp_path, valkey_url, crm, before.connection) as after:
        assert after.states() == ["pending", "pending"]
        after.work()

        assert after.states() == ["applied", "applied"]
    assert (len(crm.customers), len(crm.notes)) == (1, 1)


def test_a_store_that_is_restored_while_it_is_worked_is_in_doubt_at_once(bench: Bench) -> None:
    pulse = bench.house.pulse
    for _ in range(3):
        pulse._next = 0.0
        pulse.beat()
    with bench.house.store.write() as tx:
        assert pulse.doubt(tx, pulse.seen) is None
        tx.execute(tables.pulse.update().values(count=1))

        assert time.time() - (pulse.doubt(tx, pulse.seen) or 0.0) < 5

    pulse._next = 0.0
    pulse.beat()
    with bench.house.store.read() as tx:
        known = beats.last(tx)
    assert known is not None
    assert known.doubt_at is not None
    assert known.count == 4


def test_what_the_crm_may_still_be_making_is_not_looked_for_yet(lite_bench: Bench, crm: FakeCRM) -> None:
    lite_bench.house.pulse.beat()
    with lite_bench.house.store.write() as tx:
        beats.doubt(tx, time.time(), 1)
    lite_bench.receive(payloads.conversation_created(TALK))

    lite_bench.work()

    assert crm.asked == []
    assert lite_bench.woken[-1] - time.time() > 50


def restarted(bench: Bench, *, apart: bool) -> float | None:
    """Return whether a new process doubts the store."""
    pulse = Pulse(bench.house.store, bench.house.redis, apart=apart)
    pulse.beat()
    with bench.house.store.read() as tx:
        return pulse.doubt(tx, pulse.seen)


def test_a_restart_puts_nothing_in_doubt(lite_bench: Bench) -> None:
    lite_bench.house.pulse.beat()

    assert restarted(lite_bench, apart=False) is None


def test_a_new_store_is_not_in_doubt(lite_bench: Bench) -> None:
    assert restarted(lite_bench, apart=False) is None


def test_a_store_nobody_lived_in_is_in_doubt_if_redis_may_be_as_old(lite_bench: Bench) -> None:
    lite_bench.house.pulse.beat()
    long_ago(lite_bench.house)

    assert restarted(lite_bench, apart=False) is not None


def test_a_redis_elsewhere_knows_that_a_store_was_only_left_alone(lite_bench: Bench) -> None:
    lite_bench.house.pulse.beat()
    long_ago(lite_bench.house)

    assert restarted(lite_bench, apart=True) is None


@pytest.mark.parametrize("apart", [True, False])
def test_a_redis_that_was_emptied_knows_nothing(lite_bench: Bench, apart: bool) -> None:
    lite_bench.house.pulse.beat()
    forgotten(lite_bench.house)

    assert restarted(lite_bench, apart=apart) is not None


def test_a_redis_that_is_emptied_while_workers_live_puts_nothing_in_doubt(lite_bench: Bench) -> None:
    pulse = lite_bench.house.pulse
    pulse.beat()
    forgotten(lite_bench.house)
    pulse._next = 0.0
    pulse.beat()

    with lite_bench.house.store.read() as tx:
        assert pulse.doubt(tx, pulse.seen) is None


def test_a_backup_from_before_the_first_beat_is_in_doubt_too(lite_bench: Bench) -> None:
    with lite_bench.house.store.write() as tx:
        tx.execute(tables.connections.update().values(created_at=time.time() - 86_400))

    assert restarted(lite_bench, apart=False) is not None


@pytest.mark.parametrize(
    ("began", "kind", "received", "doubted"),
    [
        (900.0, "conversation_created", 1001.0, {"contact:5821", "conversation:731"}),
        (1000.0 + SLACK, "conversation_resolved", 2000.0, {"contact:5821", "conversation:731"}),
        (1001.0 + SLACK, "conversation_resolved", 2000.0, {"contact:5821"}),
        (None, "conversation_changed", 2000.0, {"contact:5821", "conversation:731"}),
        (None, "contact_updated", 2000.0, {"contact:5821"}),
        (None, "contact_created", 999.0, {"contact:5821"}),
        (None, "contact_created", 1001.0, set()),
    ],
)
def test_what_began_before_is_in_doubt(
    began: float | None, kind: str, received: float, doubted: set[str]
) -> None:
    body = json.dumps({**TALK, "created_at": began} if began else {**TALK, "created_at": None})
    number = 731 if kind.startswith("conversation") else None
    delivery = Delivery(1, kind, 5821, number, None, received, body, 0)

    assert doubtful(delivery, 1000.0) == doubted
    assert doubtful(delivery, None) == set()
