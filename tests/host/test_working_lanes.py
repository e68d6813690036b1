"""Working a lane: when it is taken and let go, what arrives meanwhile, and what is lost with Redis."""

import sys
import time
from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import pytest
from redis.client import Pipeline
from redis.exceptions import RedisError
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from crmhost import locks
from crmhost.demo import payloads
from crmhost.locks import LaneLost, lock_name
from crmhost.redis_client import redis_client
from crmhost.store import lanes as lane_rows
from crmhost.sync import Sync
from crmhost.turns import MOMENT

from .conftest import Bench, hurry, taken
from .fake_crm import FakeCRM
from .jane import JANE, jane


def test_a_new_contact_waits_for_its_burst(lite_bench: Bench, crm: FakeCRM) -> None:
    object.__setattr__(lite_bench.house.settings, "settle_ms", 300)
    slow = Bench(lite_bench.house, lite_bench.connection)
    slow.receive(payloads.contact_created(JANE))

    slow.work()
    slow.intake.close()

    assert crm.asked == []
    assert 0 < slow.woken[-1] - time.time() <= 0.3


def test_a_linked_contact_does_not_wait(lite_bench: Bench, crm: FakeCRM) -> None:
    lite_bench.receive(payloads.contact_created(JANE))
    lite_bench.work()
    object.__setattr__(lite_bench.house.settings, "settle_ms", 300)
    slow = Bench(lite_bench.house, lite_bench.connection)
    slow.receive(jane("Jane Doe", 60))

    slow.work()
    slow.intake.close()

    assert crm.customers == [(1, "Jane Doe")]


def test_a_busy_lane_is_left_to_its_holder(bench: Bench, crm: FakeCRM) -> None:
    bench.receive(payloads.contact_created(JANE))
    lane = (bench.connection.id, 5821)
    held = taken(bench.house, lane)
    assert held is not None

    bench.work()
    assert crm.asked == []

    held.release()
    bench.work()
    assert crm.asked == ["contact Jane"]


def test_what_arrives_while_a_lane_is_worked_is_not_missed(bench: Bench, crm: FakeCRM) -> None:
    bench.receive(payloads.contact_created(JANE))

    def meanwhile() -> None:
        bench.receive(jane("Jane Doe", 60))

    crm.after = [meanwhile]

    bench.work()

    assert crm.customers == [(1, "Jane Doe")]


def test_what_arrives_when_a_lane_seems_empty_is_not_missed(
    bench: Bench, crm: FakeCRM, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the last look at what is pending and the commit that ends the lane's work."""
    bench.receive(payloads.contact_created(JANE))
    bench.work()
    hurry(bench)

    look = Sync._look

    def seems_empty(*known: Any) -> Any:
        seen = look(*known)
        if seen.step is None and len(crm.asked) == 1:
            bench.receive(jane("Jane Doe", 60))
        return seen

    monkeypatch.setattr(Sync, "_look", seems_empty)

    bench.work()

    assert crm.customers == [(1, "Jane Doe")]


def test_what_arrives_while_the_last_delivery_is_applied_is_not_missed(bench: Bench, crm: FakeCRM) -> None:
    """The commit that ends a delivery ends its lane's work too, unless there is more by then."""
    bench.receive(payloads.contact_created(JANE))

    def more() -> None:
        bench.receive(jane("Jane Doe", 60))

    crm.after = [more]
    bench.work()

    assert crm.customers == [(1, "Jane Doe")]
    assert bench.states() == ["applied", "applied"]


def test_what_arrives_before_a_lane_is_let_go_is_not_missed(
    bench: Bench, crm: FakeCRM, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own bell finds the lane held, so whoever holds it looks again."""
    bench.receive(payloads.contact_created(JANE))
    let_go = locks.HeldLane.release

    def late(held: locks.HeldLane) -> None:
        if len(crm.asked) == 1:
            bench.receive(jane("Jane Doe", 60))
        let_go(held)

    monkeypatch.setattr(locks.HeldLane, "release", late)

    bench.sync.answer((bench.connection.id, 5821))

    assert crm.customers == [(1, "Jane Doe")]


def test_who_ends_a_lane_takes_the_next_that_is_due(bench: Bench, crm: FakeCRM) -> None:
    for number in range(1, 6):
        bench.receive(
            payloads.contact_created(payloads.contact(number, f"No {number}", email=f"{number}@x.y"))
        )

    bench.sync.answer((bench.connection.id, 3))

    assert bench.states() == ["applied"] * 5
    assert crm.asked[0] == "contact No 3"


def two(bench: Bench) -> None:
    """Bring a customer each to two lanes."""
    for number in (1, 2):
        bench.receive(payloads.contact_created({**JANE, "id": number, "email": f"{number}@x.y"}))


def before_the_exchange(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Have something happen between a lane's last commit and its end, once another lane was taken."""
    exchange = locks.HeldLane.exchange

    def late(held: locks.HeldLane, following: locks.HeldLane) -> bool:
        happens()
        return exchange(held, following)

    monkeypatch.setattr(locks.HeldLane, "exchange", late)


def test_the_next_lane_is_taken_by_the_commit_that_ends_one(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lane's own transaction, and a trip to Redis, are for the first one only."""
    two(bench)
    take = Mock(wraps=locks.take)
    monkeypatch.setattr("crmhost.sync.take", take)

    bench.sync.answer(bench.lane(1))

    assert bench.states() == ["applied", "applied"]
    assert [call.args[-1] for call in take.mock_calls] == [bench.lane(1)]
    assert [bench.house.redis.get(lock_name(bench.lane(number))) for number in (1, 2)] == [None, None]


def test_no_lane_is_taken_along_before_the_one_at_hand_has_ended(bench: Bench) -> None:
    two(bench)
    bench.receive(payloads.contact_created({**JANE, "id": 3, "email": "3@x.y"}))
    bench.receive(payloads.conversation_created(payloads.conversation(731, {**JANE, "id": 1}, 10)))

    bench.sync.answer(bench.lane(1))

    assert bench.states() == ["applied"] * 4


def test_a_lane_that_another_worker_takes_just_now_is_left_alone(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has not committed that yet, and may not have the lock yet."""
    two(bench)
    monkeypatch.setattr(lane_rows, "take_free", lambda *_: None)

    bench.sync.answer(bench.lane(1))

    assert bench.states() == ["applied", "pending"]


def test_what_arrives_while_a_lane_is_let_go_for_another_is_not_missed(
    bench: Bench, crm: FakeCRM, monkeypatch: pytest.MonkeyPatch
) -> None:
    two(bench)
    more = [payloads.contact_updated({**JANE, "id": 1, "name": "Jane Doe"}, 60, name="Jane")]
    before_the_exchange(monkeypatch, lambda: more and bench.receive(more.pop()))

    bench.sync.answer(bench.lane(1))

    assert bench.states() == ["applied"] * 3
    assert crm.asked[-1] == "contact Jane Doe"


def test_a_lane_that_follows_is_left_to_who_locked_it_first(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its bell was answered while it was taken; of the two fencing numbers the other one is the newer."""
    two(bench)
    other: list[locks.HeldLane | None] = []
    before_the_exchange(monkeypatch, lambda: other.append(taken(bench.house, bench.lane(2))))

    bench.sync.answer(bench.lane(1))

    assert bench.states() == ["applied", "pending"]
    assert other[0]
    with other[0].committing() as tx:
        assert lane_rows.held(tx) == {bench.connection.id: 1}
    other[0].release()


def test_a_lock_whose_answer_was_cut_off_keeps_nobody_out(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Redis has carried it out: the lane that was to follow is locked, and nobody would know by whom."""
    two(bench)

    def cut_off(pipe: Pipeline, **how: bool) -> None:
        execute(pipe, **how)
        raise RedisError

    execute = Pipeline.execute
    with monkeypatch.context() as patch:
        patch.setattr(Pipeline, "execute", cut_off)
        bench.sync.answer(bench.lane(1))

    assert bench.states() == ["applied", "applied"]
    assert bench.house.redis.get(lock_name(bench.lane(2))) is None


def test_a_lane_is_let_be_where_the_database_fails_once(
    lite_bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a server is started again: its connections break, and new ones are good."""
    lite_bench.receive(payloads.contact_created(JANE))
    with monkeypatch.context() as patch:
        patch.setattr(Sync, "_look", Mock(side_effect=OperationalError("SELECT", None, OSError())))
        lite_bench.sync.answer(lite_bench.lane(5821))
    with lite_bench.house.store.read() as tx:
        assert lane_rows.held(tx) == {}
    lite_bench.start_over()

    lite_bench.work()

    assert lite_bench.states() == ["applied"]


def test_a_lane_that_follows_stays_due_where_its_lock_is_not_to_be_had(bench: Bench) -> None:
    two(bench)
    bench.house.redis.set(lock_name(bench.lane(2)), "another's")

    bench.sync.answer(bench.lane(1))

    assert bench.states() == ["applied", "pending"]
    assert 0 < bench.woken[-1] - time.time() <= MOMENT
    with bench.house.store.read() as tx:
        assert lane_rows.held(tx) == {}
        assert lane_rows.standing(tx, bench.lane(2))[1] is False, "so that the sweep rings"
    bench.free(2)
    bench.start_over()
    bench.sync.answer(bench.lane(2))
    assert bench.states() == ["applied", "applied"]


def test_a_lane_that_follows_stays_due_where_redis_goes_away(
    lite_bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    two(lite_bench)
    monkeypatch.setattr(locks, "in_one_trip", Mock(side_effect=RedisError))

    lite_bench.sync.work(lite_bench.lane(1), goes_on=True)

    assert lite_bench.states() == ["applied", "pending"]
    with lite_bench.house.store.read() as tx:
        assert lane_rows.held(tx) == {}


def test_a_worker_that_dies_before_it_has_the_next_lanes_lock_holds_it_up_for_a_lease(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    two(bench)
    with monkeypatch.context() as patch:
        before_the_exchange(patch, sys.exit)
        with pytest.raises(SystemExit):
            bench.sync.answer(bench.lane(1))
    bench.start_over()
    assert bench.states() == ["applied", "pending"]
    assert bench.turns.next() is None

    with bench.house.store.write() as tx:
        lane_rows.free_the_dead(tx, time.time() + 1)
        found = bench.turns.unheard(tx, time.time(), 0.0)
    bench.sync.answer(found[0])

    assert found == [bench.lane(2)]
    assert bench.states() == ["applied", "applied"]


def test_where_the_commit_fails_the_lane_that_was_to_follow_is_free(
    lite_bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    two(lite_bench)
    with monkeypatch.context() as patch:
        patch.setattr(locks.HeldLane, "follow", Mock(side_effect=SQLAlchemyError))
        lite_bench.sync.answer(lite_bench.lane(1))
    assert lite_bench.states() == ["pending", "pending"]

    lite_bench.sync.answer(lite_bench.lane(2))

    assert lite_bench.states()[1] == "applied"


def test_a_worker_that_is_to_stop_ends_with_the_lane_it_has(lite_bench: Bench, crm: FakeCRM) -> None:
    for number in (1, 2):
        lite_bench.receive(payloads.contact_created({**JANE, "id": number}))
    crm.troubles = [lite_bench.sync.stop]

    lite_bench.sync.answer((lite_bench.connection.id, 1))

    assert lite_bench.states() == ["applied", "pending"]


def test_a_worker_that_is_to_stop_ends_with_the_step_it_takes(lite_bench: Bench, crm: FakeCRM) -> None:
    lite_bench.receive(payloads.contact_created(JANE))
    lite_bench.receive(payloads.conversation_created(payloads.conversation(731, JANE, 10)))
    crm.troubles = [lite_bench.sync.stop]

    lite_bench.work()
    assert lite_bench.states() == ["applied", "pending"]

    lite_bench.start_over()
    lite_bench.work()
    assert lite_bench.states() == ["applied", "applied"]


def test_where_redis_is_away_nothing_is_worked_and_nothing_breaks(
    lite_bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    lite_bench.receive(payloads.contact_created(JANE))
    monkeypatch.setitem(lite_bench.house.__dict__, "redis", redis_client("unix:///nowhere/valkey.sock"))

    lite_bench.sync.answer((lite_bench.connection.id, 5821))

    assert lite_bench.states() == ["pending"]
    assert lite_bench.turns.next() is not None


def test_a_lane_whose_lock_is_lost_with_redis_is_worked_again_soon(
    lite_bench: Bench, crm: FakeCRM, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object) -> None:
        raise LaneLost

    lite_bench.receive(payloads.contact_created(JANE))
    with monkeypatch.context() as patch:
        patch.setattr("crmhost.attempt.Attempt.run", lost)
        lite_bench.work()

    lite_bench.sync.answer((lite_bench.connection.id, 5821))

    assert crm.customers == [(1, "Jane")]


def test_a_lane_that_was_put_off_meanwhile_is_not_brought_forward(bench: Bench) -> None:
    bench.receive(payloads.contact_created(JANE))
    lane = (bench.connection.id, 5821)
    with bench.house.store.write() as tx:
        lane_rows.end(tx, lane, time.time() + 60)

    assert taken(bench.house, lane) is None


def test_a_worker_that_lost_its_lane_commits_nothing(bench: Bench, crm: FakeCRM) -> None:
    """Its lease ran out while the CRM was slow, and another worker counted the number up."""
    bench.receive(payloads.contact_created(JANE))

    def overtaken() -> None:
        with bench.house.store.write() as tx:
            lane_rows.take(tx, (bench.connection.id, 5821))

    crm.after = [overtaken]

    bench.work()

    assert bench.states() == ["pending"]
