"""Holding a lane, on the embedded Valkey and on a Redis server."""

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from redis import exceptions
from redis.connection import AbstractConnection
from redis.exceptions import RedisError
from redis.lock import Lock
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from crmhost import locks
from crmhost.house import House
from crmhost.locks import LEASE, LaneLost, lock_name
from crmhost.store import lanes as rows
from crmhost.store.tables import lanes
from crmhost.wiring import open_house

from .conftest import settings_for, taken
from .fake_crm import FakeCRM

LANE = (time.time_ns(), 5821)
"""A connection of its own each run, in each process: the server keeps locks of a run that was stopped."""


@pytest.fixture
def house(tmp_path: Path, redis_url: str, crm: FakeCRM) -> Iterator[House]:
    with open_house(settings_for(tmp_path, None, redis_url), crm.plugins()) as opened:
        with opened.store.write() as tx:
            rows.add_work(tx, [LANE], 1.0, 0.0)
        opened.redis.delete(f"crmhost:lane:{LANE[0]}:{LANE[1]}")
        yield opened


def take(house: House) -> locks.HeldLane:
    held = taken(house, LANE)
    assert held is not None
    return held


def test_a_held_lane_is_not_taken_again(house: House) -> None:
    held = take(house)

    assert taken(house, LANE) is None

    held.release()
    take(house).release()


def test_a_lane_that_somebody_has_keeps_its_time(house: House) -> None:
    take(house)

    taken(house, LANE)

    with house.store.read() as tx:
        assert rows.due_at(tx, LANE) == 1.0


def test_a_lane_without_work_is_not_taken(house: House) -> None:
    assert taken(house, (LANE[0], 1)) is None


def test_a_call_longer_than_the_lease_renews_it_first(house: House) -> None:
    held = take(house)
    key = f"crmhost:lane:{LANE[0]}:{LANE[1]}"
    house.redis.pexpire(key, 1000)

    with house.store.write() as tx:
        rows.keep(tx, LANE, time.time() - LEASE)

    held.guard(False, LEASE)

    assert int(str(house.redis.pttl(key))) > 50_000
    with house.store.write() as tx:
        rows.free_the_dead(tx, time.time() - 1)
        assert tx.scalar(select(lanes.c.taken_at)) is not None, "it is heard of"
    held.release()


def test_a_worker_whose_lock_is_gone_begins_no_call(house: House) -> None:
    held = take(house)
    house.redis.delete(f"crmhost:lane:{LANE[0]}:{LANE[1]}")

    with pytest.raises(LaneLost):
        held.guard(False, LEASE)
    held.release()


def test_a_worker_that_was_overtaken_begins_no_write(house: House) -> None:
    held = take(house)
    with house.store.write() as tx:
        rows.take(tx, LANE)

    held.guard(False, 1)
    with pytest.raises(LaneLost):
        held.guard(True, 1)
    held.release()


def followed(house: House) -> tuple[locks.HeldLane, locks.HeldLane]:
    """Return a lane that is held, and the one that was taken in its last commit."""
    held, other = take(house), (LANE[0], 5822)
    house.redis.delete(locks.lock_name(other))
    with held.committing() as tx:
        rows.add_work(tx, [other], 1.0, 0.0)
        fence = rows.take_free(tx, other, held.now)
        assert fence
        held.follow(other, fence)
    assert held.following
    return held, held.following


def test_one_trip_lets_a_lane_go_and_locks_the_next(house: House) -> None:
    held, following = followed(house)

    assert held.exchange(following)

    assert int(str(house.redis.pttl(lock_name(following.lane)))) > 50_000
    assert not house.redis.connection_pool._in_use_connections
    take(house).release()
    assert taken(house, following.lane) is None
    following.guard(True, LEASE)
    with following.committing() as tx:
        rows.let_be(tx, following.lane)
    following.release()
    assert taken(house, following.lane)


def test_a_lock_that_another_worker_has_is_not_taken_by_who_goes_on(house: House) -> None:
    held, following = followed(house)
    house.redis.set(locks.lock_name(following.lane), "another's")

    assert not held.exchange(following)

    following.release()
    assert house.redis.get(locks.lock_name(following.lane)) == b"another's"
    take(house).release()


def test_where_redis_is_away_between_two_lanes_both_are_let_go_afterwards(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, following = followed(house)
    with monkeypatch.context() as patch:
        patch.setattr(AbstractConnection, "read_response", Mock(side_effect=exceptions.TimeoutError))
        assert not held.exchange(following)

    following.release()
    held.release()

    assert [house.redis.get(lock_name(one.lane)) for one in (held, following)] == [None, None]


@pytest.mark.parametrize("lost", [exceptions.ConnectionError, exceptions.TimeoutError])
def test_a_lock_whose_answer_is_lost_is_had_or_let_go(
    house: House, monkeypatch: pytest.MonkeyPatch, lost: type[RedisError]
) -> None:
    """redis-py asks once more where a connection breaks, and not where time runs out."""
    losing_an_answer(monkeypatch, b"SET", lost)

    held = None
    with suppress(exceptions.TimeoutError):
        held = taken(house, LANE)

    if held is not None:
        held.guard(True, 1)
        held.release()
    assert (held is not None) == (lost is exceptions.ConnectionError)
    assert house.redis.get(lock_name(LANE)) is None


def losing_an_answer(monkeypatch: pytest.MonkeyPatch, word: bytes, error: type[RedisError]) -> None:
    """Let the next such command be carried out, and its answer be lost."""
    send: Any = AbstractConnection.send_packed_command
    read: Any = AbstractConnection.read_response
    asked: list[Any] = []

    def sent(line: Any, command: Any, *more: Any, **how: Any) -> Any:
        text = command if isinstance(command, bytes) else b"".join(command)
        if word in text and not asked:
            asked.append(line)
        return send(line, command, *more, **how)

    def answered(line: Any, *more: Any, **how: Any) -> Any:
        answer = read(line, *more, **how)
        if asked == [line]:
            asked.append("and lost")
            line.disconnect()
            raise error
        return answer

    monkeypatch.setattr(AbstractConnection, "send_packed_command", sent)
    monkeypatch.setattr(AbstractConnection, "read_response", answered)


def test_what_a_person_asked_for_keeps_no_lock_where_the_database_goes_away(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = OperationalError("BEGIN", None, OSError())
    with monkeypatch.context() as patch:
        patch.setattr(type(house.store), "write", Mock(side_effect=away))
        with pytest.raises(OperationalError), locks.held_by_hand(house.redis, house.store, LANE, patience=1):
            pytest.fail("it is not to be had")

    assert house.redis.get(lock_name(LANE)) is None


def test_who_lost_its_lock_does_not_let_go_of_the_next_workers_one(house: House) -> None:
    held, following = followed(house)
    house.redis.set(locks.lock_name(LANE), "another's")

    assert held.exchange(following)

    assert house.redis.get(locks.lock_name(LANE)) == b"another's"


def test_a_lock_that_redis_has_no_room_for_is_not_had(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    held, following = followed(house)
    read, answers = AbstractConnection.read_response, iter([1, None])

    def refusing(connection: AbstractConnection, **words: Any) -> Any:
        read(connection, **words)
        answer = next(answers)
        if answer is None:
            raise exceptions.OutOfMemoryError("command not allowed when used memory > 'maxmemory'")
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(AbstractConnection, "read_response", refusing)
        assert not held.exchange(following)

    following.release()
    assert house.redis.get(lock_name(following.lane)) is None


def test_a_lock_that_cannot_be_let_go_keeps_nobody_from_the_next(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, following = followed(house)
    monkeypatch.setattr(Lock, "LUA_RELEASE_SCRIPT", "nothing that it runs")

    assert held.exchange(following)

    assert taken(house, LANE) is None
    following.release()
