"""Whose turn it is: connections one after the other, what is live before what tells of the past."""

import time
from collections.abc import Iterable
from typing import Any

import pytest
from sqlalchemy import Connection

from crmhost.house import House
from crmhost.store import deliveries, due, gates, lanes, tables
from crmhost.store.deliveries import Arrival
from crmhost.store.lanes import Lane
from crmhost.store.prepared import run
from crmhost.turns import Turns
from crmhost.webhooks import Event

from ..statements import statements
from .conftest import connected


def turns_of(house: House) -> Turns:
    for account_id in (3, 4, 5):
        connected(house, account_id)
    return Turns(house.store, 8)


@pytest.fixture
def turns(lite_house: House) -> Turns:
    return turns_of(lite_house)


def add(house: House, wanted: Iterable[Lane], at: float = 100.0, *, background: bool = False) -> None:
    with house.store.write() as tx:
        lanes.add_work(tx, wanted, at, 0.0, background=background)


def order(turns: Turns, most: int = 20) -> list[Lane]:
    """Take turn after turn, each lane being ended before the next."""
    found: list[Lane] = []
    while len(found) < most and (lane := turns.next()):
        found.append(lane)
        with turns._store.write() as tx:
            lanes.end(tx, lane, None)
        turns.end(lane)
    return found


def test_connections_take_turns_and_of_each_the_longest_waiting_comes_first(house: House) -> None:
    turns = turns_of(house)
    add(house, [(1, 5), (1, 6), (1, 7), (3, 5)])
    add(house, [(1, 4), (2, 9), (2, 8)], 99.0)

    assert order(turns) == [(1, 4), (2, 8), (3, 5), (1, 5), (2, 9), (1, 6), (1, 7)]


def test_what_tells_of_the_past_comes_after_all_that_is_live(lite_house: House, turns: Turns) -> None:
    add(lite_house, [(1, 5), (1, 6)], background=True)
    add(lite_house, [(2, 5), (2, 6)], 101.0)

    assert order(turns) == [(2, 5), (2, 6), (1, 5), (1, 6)]


def test_a_live_delivery_makes_its_lane_a_live_one_until_it_is_done(lite_house: House, turns: Turns) -> None:
    about = Event("contact_created", "contact_created", 5, None, 0.0)
    with lite_house.store.write() as tx:
        deliveries.store(tx, [Arrival(1, None, "past", about, 1.0, "{}", background=True)])
        deliveries.store(tx, [Arrival(1, None, "live", about, 2.0, "{}")])
    add(lite_house, [(1, 4), (1, 5)], background=True)
    add(lite_house, [(1, 5)])
    live = turns.next()
    assert live == (1, 5)

    with lite_house.store.write() as tx:
        deliveries.finish(tx, [2], "applied", now=201.0)
        lanes.end(tx, live, 201.0)
    turns.end(live)

    assert order(turns) == [(1, 4), (1, 5)]


def test_a_lane_that_had_nothing_to_do_is_what_its_new_work_is(lite_house: House, turns: Turns) -> None:
    add(lite_house, [(1, 5)])
    order(turns)
    add(lite_house, [(1, 5)], background=True)
    add(lite_house, [(1, 6)])

    assert order(turns) == [(1, 6), (1, 5)]


def test_what_waits_or_is_taken_is_passed_over(house: House) -> None:
    turns = turns_of(house)
    add(house, [(1, 5), (1, 6)])
    add(house, [(1, 7)], time.time() + 60)
    with house.store.write() as tx:
        lanes.take(tx, (1, 5))

    assert order(turns) == [(1, 6)]


def test_a_thread_does_not_get_what_another_has(lite_house: House, turns: Turns) -> None:
    add(lite_house, [(1, 5), (1, 6)])

    assert [turns.next(), turns.next(), turns.next()] == [(1, 5), (1, 6), None]
    assert not turns.begin((1, 5))
    turns.end((1, 5))
    assert turns.begin((1, 5))


def after(turns: Turns, lane: Lane) -> Lane | None:
    with turns._store.read() as tx:
        return turns.after(lane, tx, 200.0)


def test_what_a_thread_goes_on_to_no_other_gets(lite_house: House, turns: Turns) -> None:
    add(lite_house, [(1, 5), (1, 6), (1, 7)])
    assert turns.next() == (1, 5)

    assert after(turns, (1, 5)) == (1, 6)

    assert not turns.begin((1, 5))
    assert not turns.begin((1, 6))
    assert turns.next() == (1, 7)
    turns.go_on((1, 5))
    assert turns.begin((1, 5))
    assert not turns.begin((1, 6))


def test_what_a_thread_was_to_go_on_to_is_free_where_it_ends_instead(lite_house: House, turns: Turns) -> None:
    add(lite_house, [(1, 5), (1, 6)])
    assert turns.next() == (1, 5)
    assert after(turns, (1, 5)) == (1, 6)

    turns.end((1, 5))

    assert [turns.next(), turns.next()] == [(1, 5), (1, 6)]


def test_who_goes_on_takes_no_more_of_its_connections_share(lite_house: House, turns: Turns) -> None:
    """Neither before nor after it has let go does one thread count for two."""
    add(lite_house, [(1, contact_id) for contact_id in range(20)])
    lanes_of_six = [turns.next() for _ in range(6)]
    assert turns.next() is None

    following = [after(turns, lane) for lane in lanes_of_six if lane]

    assert following == [(1, number) for number in range(6, 12)]
    assert turns.next() is None


def test_no_more_threads_go_on_to_a_connection_than_its_share(lite_house: House, turns: Turns) -> None:
    add(lite_house, [(2, contact_id) for contact_id in range(2)])
    assert [turns.next(), turns.next()] == [(2, 0), (2, 1)]
    add(lite_house, [(1, contact_id) for contact_id in range(20)])
    assert [lane for _ in range(5) if (lane := turns.next())] == [(1, number) for number in range(5)]

    assert [after(turns, (2, 0)), after(turns, (2, 1))] == [(1, 5), None]


def test_no_connection_has_all_threads_where_there_are_others(lite_house: House, turns: Turns) -> None:
    add(lite_house, [(1, contact_id) for contact_id in range(20)])

    assert [lane for _ in range(8) if (lane := turns.next())] == [(1, number) for number in range(6)]
    assert not turns.begin((1, 19))
    add(lite_house, [(2, 5)])
    assert turns.next() == (2, 5)


def test_a_connection_that_is_alone_has_all_threads(lite_house: House) -> None:
    connected(lite_house)
    alone = Turns(lite_house.store, 4)
    add(lite_house, [(1, contact_id) for contact_id in range(20)])

    assert None not in [alone.next() for _ in range(4)]


def test_a_connection_without_calls_rests_and_others_go_on(lite_house: House, turns: Turns) -> None:
    add(lite_house, [(1, 5), (2, 5)])
    add(lite_house, [(1, 6)], background=True)

    turns.rest(1, 60, background=False)

    assert order(turns) == [(2, 5)]
    assert 59 < turns.rests(1, background=False) <= 60


def test_where_calls_for_the_past_are_used_up_what_is_live_goes_on(lite_house: House, turns: Turns) -> None:
    add(lite_house, [(1, 5)])
    add(lite_house, [(1, 6)], background=True)

    turns.rest(1, 60, background=True)

    assert order(turns) == [(1, 5)]


def test_a_rest_ends_with_its_time(lite_house: House, turns: Turns) -> None:
    add(lite_house, [(1, 5)])
    turns.rest(1, 0.02, background=False)
    while turns.rests(1, background=False):
        time.sleep(0.01)

    assert order(turns) == [(1, 5)]


def test_it_is_known_when_the_next_rest_ends(turns: Turns) -> None:
    """The sweep looks then, not up to two seconds later: of a CRM's minute that is much."""
    assert turns.rest_ends_in() is None

    turns.rest(1, 60.0, background=True)
    turns.rest(2, 30.0, background=False)
    turns.rest(3, -1.0, background=False)

    ends_in = turns.rest_ends_in()
    assert ends_in is not None
    assert 29 < ends_in <= 30


def test_a_shorter_rest_ends_no_longer_one(turns: Turns) -> None:
    turns.rest(1, 60, background=True)
    turns.rest(1, 1, background=False)

    assert turns.rests(1, background=True) > 50


def test_a_closed_gate_is_passed_over_until_it_is_to_be_tried(lite_house: House, turns: Turns) -> None:
    add(lite_house, [(1, 5), (2, 5), (3, 5)])
    with lite_house.store.write() as tx:
        gates.pause(tx, 1, "Paused by hand.", "")
        gates.refused(tx, 2, "No.", "", time.time() + 60)
        gates.refused(tx, 3, "No.", "", time.time() - 1)

    assert order(turns) == [(3, 5)]


def test_the_sweep_hears_of_as_many_as_there_are_threads_without_work(
    lite_house: House, turns: Turns
) -> None:
    for contact_id in range(20):
        add(lite_house, [(1, contact_id)], 100.0 + contact_id)
    for _ in range(5):
        turns.next()

    with lite_house.store.write() as tx:
        unheard = turns.unheard(tx, 200.0, 195.0)
        lanes.rung(tx, unheard, 200.0)

        assert unheard == [(1, 5)], "connection 1 has its share of the threads then"
        assert turns.unheard(tx, 201.0, 196.0) == [(1, 6)], "a bell that is out is not rung again"
        assert turns.unheard(tx, 206.0, 201.0) == [(1, 5)], "but for one that brought nobody"


def test_a_lane_that_another_worker_has_is_left_alone_for_a_moment(
    lite_house: House, turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks for it again and again would keep a processor busy for as long as a dead one's lease."""
    add(lite_house, [(1, 5)])
    turns.leave((1, 5))

    assert turns.next() is None

    monkeypatch.setattr("crmhost.turns.MOMENT", -1.0)
    turns.leave((1, 5))
    assert turns.next() == (1, 5)


def test_workers_that_met_look_aside_of_each_other(lite_house: House, turns: Turns) -> None:
    """Those of other processes, who would all want what has been due for longest; nothing is passed by."""
    for contact_id in range(40):
        add(lite_house, [(1, contact_id)], 100.0 + contact_id)
    for number in range(3):
        turns.leave((2, number))

    chosen = [turns.next() for _ in range(4)]
    for lane in filter(None, chosen):
        turns.end(lane)

    assert chosen != [(1, contact_id) for contact_id in range(4)]
    assert sorted(order(turns, 50)) == [(1, contact_id) for contact_id in range(40)]


def test_what_a_turn_costs_does_not_grow_with_what_is_waiting(house: House) -> None:
    """Each statement that is asked again and again finds what it wants by an index."""
    turns = turns_of(house)
    many = [{"connection_id": 1 + number % 2, "contact_id": number} for number in range(3000)]
    rest = {"due_at": 100.0, "background": False, "rung_at": None, "taken_at": None, "fence": 0}
    with house.store.write() as tx:
        tx.execute(tables.lanes.insert(), [{**lane, **rest} for lane in many])
    if house.store.engine.dialect.name == "postgresql":
        with house.store.write() as tx:
            tx.exec_driver_sql("ANALYZE lanes")

    with statements(house.store.engine) as asked:
        turns.next()
        with house.store.write() as tx:
            turns.unheard(tx, 200.0, 195.0)
            lanes.free_the_dead(tx, 100.0)
            due.next_due(tx, 200.0)
            lanes.add_work(tx, [(1, 5000)], 200.0, 0.3, bells=16)

    with house.store.read() as tx:
        plans = [plan for one in asked if " lanes" in one[0] for plan in explained(tx, *one)]
    looks = [plan for plan in plans if "lanes" in plan and ("SEARCH" in plan or "Scan" in plan)]
    indexes = ("lanes_in_turn", "taken_lanes", "rung_lanes")
    assert looks
    assert [plan for plan in looks if not any(index in plan for index in indexes)] == []
    assert [plan for plan in plans if "SCAN lanes" in plan] == []


def explained(tx: Connection, statement: str, values: Any) -> list[str]:
    explain = "EXPLAIN QUERY PLAN " if tx.dialect.name == "sqlite" else "EXPLAIN "
    if isinstance(values, dict):
        return [str(row[-1]) for row in tx.exec_driver_sql(explain + statement, values)]
    return [str(row[-1]) for row in run(tx, explain + statement, values)]
