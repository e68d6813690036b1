"""What is stored once, and what can be said of it."""

import time

import pytest

from crmhost.house import House
from crmhost.store import bodies, browse, counters, dead, deliveries, lanes, tables
from crmhost.store.browse import Wanted
from crmhost.store.deliveries import Arrival
from crmhost.webhooks import Event

from ..statements import statements

DAY = 86_400


def arrival(digest: str, *, uid: str | None = None, at: float = 1000.0, background: bool = False) -> Arrival:
    event = Event("contact_created", "contact_created", 5, None, 0.0)
    return Arrival(1, uid, digest, event, at, "{}", background)


def store(house: House, *arrivals: Arrival) -> int:
    with house.store.write() as tx:
        return len(deliveries.store(tx, arrivals))


def test_a_batch_may_hold_the_same_body_twice(house: House) -> None:
    assert store(house, arrival("a", uid="1"), arrival("a", uid="2"), arrival("b", uid="3")) == 2


def test_a_batch_may_hold_the_same_delivery_twice(house: House) -> None:
    assert store(house, arrival("a", uid="1"), arrival("b", uid="1")) == 1


def test_an_id_is_that_of_one_contacts_deliveries(house: House) -> None:
    """It is looked for beside whom it is about: a proxy that gives all the same one loses nobody else's."""
    other = Arrival(1, "1", "b", Event("contact_created", "contact_created", 6, None, 0.0), 1000.0, "{}")

    assert store(house, arrival("a", uid="1"), other) == 2
    assert store(house, arrival("c", uid="1")) == 0


def test_deliveries_without_an_id_are_told_by_their_body(house: House) -> None:
    assert store(house, arrival("a"), arrival("b")) == 2
    assert store(house, arrival("a")) == 0


@pytest.mark.parametrize(("later", "stored"), [(DAY - 1, 0), (DAY + 1, 1)])
def test_the_same_body_is_new_after_a_day(house: House, later: float, stored: int) -> None:
    store(house, arrival("a", uid="1"))

    assert store(house, arrival("a", uid="2", at=1000 + later)) == stored


def test_a_body_refused_for_its_id_is_stored_under_an_id_of_its_own(house: House) -> None:
    store(house, arrival("x", uid="1"))
    assert store(house, arrival("y", uid="1")) == 0

    assert store(house, arrival("y", uid="2")) == 1


def test_of_two_equal_bodies_in_a_batch_the_one_with_a_new_id_is_stored(house: House) -> None:
    store(house, arrival("x", uid="1"))

    assert store(house, arrival("y", uid="1"), arrival("y", uid="2")) == 1


def test_a_dead_delivery_keeps_neither_its_body_nor_its_id_out(house: House) -> None:
    store(house, arrival("x", uid="1"))
    with house.store.write() as tx:
        deliveries.finish(tx, [1], "dead", now=1001.0, reason="No.")

    assert store(house, arrival("x", uid="1")) == 1
    assert store(house, arrival("x", uid="2")) == 0


@pytest.mark.parametrize(
    ("contact_id", "why"), [(5, ["The same webhook came again and was taken."]), (6, [])]
)
def test_only_its_own_contacts_id_keeps_a_dead_one_from_being_tried_again(
    house: House, contact_id: int, why: list[str]
) -> None:
    store(house, arrival("x", uid="1"))
    again = Event("contact_created", "contact_created", contact_id, None, 0.0)
    with house.store.write() as tx:
        deliveries.finish(tx, [1], "dead", now=1001.0, reason="No.")
    store(house, Arrival(1, "1", "y", again, 1002.0, "{}"))

    with house.store.read() as tx:
        assert list(dead.obstacles(tx, dead.chosen(tx, dead.Chosen())).values()) == why


def test_bodies_are_forgotten_after_a_day(house: House) -> None:
    store(house, arrival("x"), arrival("y", at=1000 + DAY))

    with house.store.write() as tx:
        bodies.forget_old(tx, 1500 + DAY)
        left = tx.execute(tables.bodies.select()).all()

    assert [row.digest for row in left] == ["y"]


def test_the_same_body_for_another_connection_is_another_delivery(house: House) -> None:
    store(house, arrival("a"))
    other = Arrival(2, None, "a", Event("contact_created", "contact_created", 5, None, 0.0), 1000.0, "{}")

    assert store(house, other) == 1


def test_deliveries_keep_the_order_of_their_arrival(house: House) -> None:
    store(house, *(arrival(f"{number:03}", uid=f"{number:03}") for number in range(300)))

    with house.store.read() as tx:
        ids = [one.id for one in deliveries.pending(tx, 1, 5)]
        digests = [row.uid for row in reversed(browse.page(tx, Wanted(), 300))]

    assert ids == sorted(ids)
    assert digests == sorted(digests)


def test_only_idle_lanes_are_rung(house: House) -> None:
    with house.store.write() as tx:
        assert lanes.add_work(tx, [(1, 5), (1, 6), (1, 5)], 100.0, 0.0, bells=9) == [(1, 5), (1, 6)]
    with house.store.write() as tx:
        assert lanes.add_work(tx, [(1, 5), (1, 7)], 101.0, 0.0, bells=9) == [(1, 7)]


def test_no_more_bells_are_out_for_a_connection_than_may_be(house: House) -> None:
    with house.store.write() as tx:
        assert lanes.add_work(tx, [(1, 5)], 100.0, 0.0, bells=2) == [(1, 5)]
    with house.store.write() as tx:
        more = [(1, 6), (1, 7), (1, 8), (2, 6), (2, 7), (2, 8)]
        assert lanes.add_work(tx, more, 101.0, 0.0, bells=2) == [(1, 6), (2, 6), (2, 7)]
        assert lanes.take(tx, (1, 5))
        assert lanes.add_work(tx, [(1, 9), (1, 10)], 102.0, 0.0, bells=2) == [(1, 9)]


def test_the_fencing_number_tells_the_last_who_took_the_lane(house: House) -> None:
    with house.store.write() as tx:
        lanes.add_work(tx, [(1, 5)], 100.0, 0.0)
        first, second = lanes.take(tx, (1, 5)), lanes.take(tx, (1, 5))
        assert first
        assert second

        assert not lanes.holds(tx, (1, 5), first[0])
        assert lanes.holds(tx, (1, 5), second[0])


def test_a_free_lane_is_taken_once(house: House) -> None:
    with house.store.write() as tx:
        lanes.add_work(tx, [(1, 5)], 100.0, 0.0)
        before = lanes.take(tx, (1, 5))
        lanes.let_be(tx, (1, 5))

        assert lanes.take_free(tx, (1, 5), 99.0) is None, "it is not due"
        fence = lanes.take_free(tx, (1, 5), 101.0)
        assert before
        assert fence == before[0] + 1
        assert lanes.take_free(tx, (1, 5), 102.0) is None


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_takes_a_free_lane_waits_for_nobody(house: House) -> None:
    """It is taken by who has other rows already, for which somebody may wait."""
    store = house.store
    with store.write() as tx:
        lanes.add_work(tx, [(1, 5)], 100.0, 0.0)

    with store.write() as one, store.write() as another:
        another.exec_driver_sql("SET LOCAL lock_timeout = 1000")  # milliseconds
        assert lanes.take_free(one, (1, 5), 101.0)
        assert lanes.take_free(another, (1, 5), 101.0) is None


def test_counts_add_up(house: House) -> None:
    for _ in range(2):
        with house.store.write() as tx:
            counters.add(tx, counters.Tally({(1, "event", "message_created"): 3, (2, "event", "x"): 1}))

    with house.store.read() as tx:
        assert counters.read(tx, "event") == {"message_created": 6, "x": 2}
        assert counters.read(tx, "event", 2) == {"x": 2}


def test_storing_costs_the_same_statements_whatever_is_stored(lite_house: House) -> None:
    def cost() -> int:
        with statements(lite_house.store.engine) as asked:
            store(lite_house, arrival(f"{time.monotonic()}", uid=f"{time.monotonic()}"))
        return len(asked)

    cost()  # the contact is known from here on
    first = cost()
    store(lite_house, *(arrival(f"{number}", uid=f"{number}") for number in range(1000)))

    assert cost() == first
