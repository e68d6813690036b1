"""A CRM that is away: one lane at a time tries, all others wait, and nobody has to do anything."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from crmhost import CredentialsError, TryAgain
from crmhost.demo import payloads
from crmhost.server import serving
from crmhost.store import connections, gates, lanes, tables
from crmhost.wiring import open_house

from ..databases import empty_schema
from .conftest import Bench, connected, hurry, settings_for
from .fake_crm import FakeCRM


@dataclass
class Door:
    """What stands before the CRM: it answers what it is told, and counts who knocks."""

    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)
    knocks: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await Request(scope, receive).body()
        self.knocks += 1
        await Response(status_code=self.status, headers=self.headers)(scope, receive, send)


@pytest.fixture
def door(crm: FakeCRM) -> Iterator[Door]:
    made = Door()
    with serving(made) as url:
        crm.url = f"{url}/customers"
        yield made


def test_a_gate_closes_while_something_is_stored_for_its_connection(
    tmp_path: Path, postgresql_url: str, valkey_url: str, crm: FakeCRM
) -> None:
    """Whoever stores it waits for the lane that is held by who closes the gate."""
    with (
        empty_schema(postgresql_url) as address,
        open_house(settings_for(tmp_path, address, valkey_url), crm.plugins()) as house,
    ):
        connected(house)

        def close() -> None:
            with house.store.write() as tx:
                gates.away(tx, 1, "It is away.", "", time.time(), 1.0)

        closing = threading.Thread(target=close)
        with house.store.write() as tx:
            assert connections.there(tx, [1]) == {1}
            closing.start()
            closing.join(5)
            assert not closing.is_alive()


def receive(bench: Bench, *contact_ids: int) -> None:
    for number in contact_ids:
        bench.receive(
            payloads.contact_created(payloads.contact(number, f"No {number}", email=f"{number}@x.y"))
        )


def attempts(bench: Bench) -> list[int]:
    with bench.house.store.read() as tx:
        return list(tx.scalars(tables.deliveries.select().with_only_columns(tables.deliveries.c.attempts)))


def let_it_be_time(bench: Bench) -> None:
    """Let the time have come at which a lane tries."""
    with bench.house.store.write() as tx:
        tx.execute(tables.connections.update().values(paused_until=time.time() - 1))


@pytest.mark.parametrize("status", [502, 503, 504])
def test_the_first_that_finds_it_away_keeps_all_others_from_trying(
    lite_bench: Bench, door: Door, status: int
) -> None:
    door.status = status
    receive(lite_bench, 1, 2, 3)

    for contact_id in (1, 2, 3):
        lite_bench.work(contact_id)

    assert door.knocks == 1
    assert attempts(lite_bench) == [1, 0, 0]
    state = lite_bench.connection_state()
    assert (state["state"], state["reason"]) == ("unreachable", f"The CRM answered {status}.")
    assert state["until"]


def test_a_crm_that_refuses_the_connection_is_away(lite_bench: Bench, crm: FakeCRM) -> None:
    crm.url = "http://127.0.0.1:9/customers"
    receive(lite_bench, 1)

    lite_bench.work(1)

    assert lite_bench.connection_state()["state"] == "unreachable"


@pytest.mark.parametrize("status", [500, 429])
def test_a_crm_that_fails_is_not_away(lite_bench: Bench, door: Door, crm: FakeCRM, status: int) -> None:
    door.status = status
    crm.troubles = [TryAgain("It failed.")]
    receive(lite_bench, 1)

    lite_bench.work(1)

    assert lite_bench.connection_state()["state"] == "working"


def test_one_lane_at_a_time_tries_whether_it_is_there_again(bench: Bench, crm: FakeCRM, door: Door) -> None:
    """While one tries, others ask for their turn."""
    receive(bench, 1, 2, 3)
    bench.work(1)
    let_it_be_time(bench)
    door.status = 200
    crm.troubles = [lambda: bench.work(3)]

    bench.work(2)

    assert door.knocks == 2
    assert bench.states() == ["pending", "applied", "pending"]


def test_a_try_that_succeeds_lets_all_go_on(lite_bench: Bench, door: Door) -> None:
    receive(lite_bench, 1, 2, 3)
    lite_bench.work(1)
    let_it_be_time(lite_bench)
    hurry(lite_bench, 1)
    door.status = 200

    lite_bench.sync.answer((lite_bench.connection.id, 2))

    assert lite_bench.states() == ["applied"] * 3
    assert lite_bench.connection_state()["state"] == "working"


def test_a_try_that_fails_is_the_next_lanes_the_next_time(lite_bench: Bench, door: Door) -> None:
    """What cannot be sent for a reason of its own must not keep the others waiting."""
    receive(lite_bench, 1, 2)
    tried = []
    for _ in range(4):
        let_it_be_time(lite_bench)
        lane = lite_bench.turns.next()
        assert lane
        lite_bench.turns.end(lane)
        lite_bench.work(lane[1])
        tried.append(lane[1])
        hurry(lite_bench, lane[1])

    assert tried == [1, 2, 1, 2]
    assert door.knocks == 4


def test_a_try_that_asked_nothing_leaves_it_to_the_next(lite_bench: Bench, door: Door) -> None:
    receive(lite_bench, 1, 2)
    lite_bench.work(1)
    let_it_be_time(lite_bench)
    stranger = payloads.contact(3, "snowy-sun-611")
    lite_bench.receive(payloads.conversation_created(payloads.conversation(731, stranger, 10)))
    door.status = 200

    lite_bench.work(3)
    ignored = lite_bench.connection_state()["state"]
    lite_bench.work(2)

    assert ignored == "unreachable"
    assert lite_bench.connection_state()["state"] == "working"


def test_a_try_whose_worker_died_is_made_again(bench: Bench) -> None:
    with bench.house.store.write() as tx:
        number = bench.connection.id
        gates.away(tx, number, "Nothing answers.", "", 100.0, 0.0)
        assert not gates.may_try(tx, number, 101.0)
        assert gates.may_try(tx, number, 103.0)
        assert not gates.may_try(tx, number, 104.0)
        assert gates.may_try(tx, number, 104.0 + gates.TRY)


def test_it_is_tried_less_often_the_longer_it_is_away_but_each_minute(bench: Bench) -> None:
    with bench.house.store.write() as tx:
        waits, now = [], 1000.0
        while now < 1600.0:
            until = gates.away(tx, bench.connection.id, "Nothing answers.", "", now, 0.0)
            waits.append(until - now)
            now = until

    assert waits[:3] == [2.0, 2.0, 2.0]
    assert waits == sorted(waits)
    assert waits[-1] == gates.LONGEST


def test_what_the_crm_asks_for_is_obeyed(lite_bench: Bench, door: Door) -> None:
    door.headers = {"Retry-After": "300"}
    receive(lite_bench, 1)
    before = time.time()

    lite_bench.work(1)

    with lite_bench.house.store.read() as tx:
        one = connections.get(tx, lite_bench.house.vault, lite_bench.connection.id)
    assert 299 < (one.paused_until or 0.0) - before < 310


@pytest.mark.usefixtures("door")
def test_who_only_tried_for_all_tries_again_within_a_minute(lite_bench: Bench) -> None:
    receive(lite_bench, 1)
    lite_bench.work(1)
    with lite_bench.house.store.write() as tx:
        tx.execute(tables.deliveries.update().values(attempts=12))
    hurry(lite_bench, 1)
    let_it_be_time(lite_bench)

    lite_bench.work(1)

    assert lite_bench.woken[-1] - time.time() <= gates.LONGEST


def test_refused_credentials_are_tried_by_one_lane_at_a_time(bench: Bench, crm: FakeCRM) -> None:
    receive(bench, 1, 2, 3)
    crm.troubles = [CredentialsError("The token is refused.")]
    bench.work(1)
    let_it_be_time(bench)
    crm.troubles = [lambda: bench.work(3)]

    bench.work(2)

    assert bench.states() == ["pending", "applied", "pending"]
    assert bench.connection_state()["state"] == "working"


def test_what_a_person_paused_stays_so_whatever_a_lane_at_work_finds(lite_bench: Bench, crm: FakeCRM) -> None:
    def paused() -> None:
        with lite_bench.house.store.write() as tx:
            gates.pause(tx, lite_bench.connection.id, "Paused by hand.", "")

    def paused_and_refused() -> None:
        paused()
        raise CredentialsError("The token is refused.")

    receive(lite_bench, 1, 2)
    for trouble in (paused_and_refused, paused):
        gate_before(lite_bench)
        crm.troubles = [trouble]
        lite_bench.work(1)
        hurry(lite_bench, 1)

        assert lite_bench.connection_state()["reason"] == "Paused by hand."


def gate_before(bench: Bench) -> None:
    """Let the CRM have been away, and the time have come to try."""
    with bench.house.store.write() as tx:
        gates.resume(tx, bench.connection.id)
        gates.away(tx, bench.connection.id, "Nothing answers.", "", time.time() - 60, 0.0)
    let_it_be_time(bench)


def known_before(bench: Bench, *contact_ids: int) -> None:
    """Let these have lanes already, in which nothing waits."""
    for number in contact_ids:
        with bench.house.store.write() as tx:
            lanes.add_work(tx, [bench.lane(number)], 100.0, 0.0)
            lanes.end(tx, bench.lane(number), None)


def test_where_a_person_lets_it_go_on_the_order_of_arrival_holds(bench: Bench, crm: FakeCRM) -> None:
    """What was first in a lane is tried first; what waited to be tried again has its old place."""
    known_before(bench, 3, 5, 7, 9)
    receive(bench, 7)
    crm.troubles = [TryAgain("It failed.", delay=3600)]
    bench.work(7)
    with bench.house.store.write() as tx:
        gates.pause(tx, bench.connection.id, "Paused by hand.", "")
    for number in (9, 3, 5):
        receive(bench, number)
        time.sleep(0.005)  # the database's clock counts milliseconds
    seven = payloads.contact(7, "Seven", email="7@x.y")
    bench.receive(payloads.conversation_created(payloads.conversation(731, seven, 10)))
    crm.asked = []

    with bench.house.store.write() as tx:
        gates.resume(tx, bench.connection.id)
    bench.sync.answer((bench.connection.id, 7))

    assert crm.asked == [
        "contact No 7",
        "conversation 731 began",
        "contact No 9",
        "contact No 3",
        "contact No 5",
    ]
    assert bench.states() == ["applied"] * 5


def test_one_that_goes_on_takes_its_turn_before_what_came_after_it(bench: Bench, crm: FakeCRM) -> None:
    known_before(bench, 3, 7, 9)
    receive(bench, 9, 7)
    crm.troubles = [TryAgain("It failed.", delay=3600)]
    bench.work(9)
    receive(bench, 3)

    with bench.house.store.write() as tx:
        gates.resume(tx, bench.connection.id)

    assert [bench.turns.next() for _ in range(4)] == [*((bench.connection.id, n) for n in (9, 7, 3)), None]
