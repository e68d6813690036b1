"""What is no failure: waiting for budget, and having setup look again."""

import time
from typing import Any

import pytest

from crmhost import CredentialsError, Link, Links, NotYet, SettingsError, SetUpAgain, TryAgain
from crmhost.connect import change
from crmhost.demo import payloads
from crmhost.store import connections, tables
from crmhost.turns import Turns

from .conftest import Bench, hurry
from .fake_crm import FakeCRM

JANE = payloads.contact(5821, "Jane", email="jane@example.com")


def found(bench: Bench) -> Any:
    with bench.house.store.read() as tx:
        return connections.get(tx, bench.house.vault, bench.connection.id).found


def test_waiting_for_budget_is_no_failed_attempt(bench: Bench, crm: FakeCRM) -> None:
    crm.troubles = [NotYet("Used up.", delay=40)]
    bench.receive(payloads.contact_created(JANE))
    before = time.time()

    bench.work()

    assert 39 < bench.woken[-1] - before < 42
    last = bench.last()
    assert (last["state"], last["attempts"], last["reason"]) == ("pending", 0, None)
    assert bench.connection_state()["state"] == "working"


def test_where_calls_are_used_up_the_whole_connection_waits_and_keeps_its_order(
    bench: Bench, crm: FakeCRM
) -> None:
    """Of many that are due one finds it out, not each of them."""
    crm.troubles = [NotYet("Used up.", delay=40)]
    for number in (1, 2):
        bench.receive(payloads.contact_created({**JANE, "id": number}))

    bench.work(1)
    bench.work(2)

    assert crm.asked == ["contact Jane"]
    assert bench.turns.next() is None
    assert Turns(bench.house.store, 8).next() == (bench.connection.id, 1)


def test_where_calls_for_the_past_are_used_up_what_is_live_goes_on(bench: Bench, crm: FakeCRM) -> None:
    crm.budget = 4
    for number in range(1, 5):
        bench.receive(payloads.contact_created({**JANE, "id": number, "email": f"{number}@x.y"}), past=True)
        bench.work(number)
    past = bench.states()
    bench.receive(payloads.contact_created({**JANE, "id": 9, "email": "9@x.y"}))

    bench.work(9)

    assert past == ["applied", "applied", "applied", "pending"]
    assert bench.states() == [*past, "applied"]


def test_a_lane_with_anything_live_in_it_may_use_what_is_left_to_that(bench: Bench, crm: FakeCRM) -> None:
    """The past in it comes first, and must not hold it up."""
    crm.budget = 4
    for number in range(1, 4):
        bench.receive(payloads.contact_created({**JANE, "id": number, "email": f"{number}@x.y"}), past=True)
        bench.work(number)
    bench.receive(payloads.contact_created(JANE), past=True)
    bench.receive(payloads.conversation_created(payloads.conversation(731, JANE, 10)))

    bench.work()

    assert bench.states() == ["applied"] * 4 + ["pending"]


def test_waiting_for_budget_is_not_given_up(lite_bench: Bench, crm: FakeCRM) -> None:
    crm.troubles = [NotYet("Used up.", delay=40)]
    lite_bench.receive(payloads.contact_created(JANE))
    with lite_bench.house.store.write() as tx:
        tx.execute(tables.deliveries.update().values(received_at=time.time() - 73 * 3600))

    lite_bench.work()

    assert lite_bench.states() == ["pending"]


def test_a_create_that_had_to_wait_is_not_looked_for(bench: Bench, crm: FakeCRM) -> None:
    crm.troubles = [NotYet("Used up.", delay=0.001)]
    bench.receive(payloads.contact_created(JANE))
    bench.work()
    hurry(bench)

    bench.work()

    assert bench.states() == ["applied"]


def test_setup_looks_again_and_the_delivery_goes_on_at_once(bench: Bench, crm: FakeCRM) -> None:
    bench.receive(payloads.contact_created(JANE))
    crm.troubles = [SetUpAgain("Pipeline 7 is gone.")]
    crm.pipeline = 9

    bench.work()

    assert crm.pipelines == [7, 9]
    assert found(bench) == {"pipeline": 9}
    assert (bench.last()["state"], bench.last()["attempts"]) == ("applied", 1)


def test_setup_that_has_just_looked_is_not_asked_again(bench: Bench, crm: FakeCRM) -> None:
    bench.receive(payloads.contact_created(JANE))
    crm.troubles = [SetUpAgain("Pipeline 7 is gone."), None, SetUpAgain("Pipeline 7 is gone.")]

    bench.work()

    last = bench.last()
    assert (last["state"], last["attempts"], last["reason"]) == ("pending", 1, "Pipeline 7 is gone.")
    assert crm.troubles == []
    assert bench.woken[-1] > time.time()


@pytest.mark.parametrize("refusal", [SettingsError("No such stage."), CredentialsError("No such stage.")])
def test_where_setup_needs_a_person_the_connection_pauses(
    bench: Bench, crm: FakeCRM, refusal: Exception
) -> None:
    bench.receive(payloads.contact_created(JANE))
    crm.troubles = [SetUpAgain("Pipeline 7 is gone."), refusal]

    bench.work()

    assert bench.connection_state()["reason"] == "No such stage."
    assert bench.states() == ["pending"]
    assert found(bench) == {"pipeline": 7}


@pytest.mark.parametrize("trouble", [TryAgain("Away."), KeyError("oops")])
def test_what_setup_stumbles_over_is_not_the_deliverys_fault(
    bench: Bench, crm: FakeCRM, trouble: Exception
) -> None:
    bench.receive(payloads.contact_created(JANE))
    crm.troubles = [SetUpAgain("Pipeline 7 is gone."), trouble]

    bench.work()

    assert (bench.last()["state"], bench.last()["attempts"]) == ("pending", 1)
    assert bench.connection_state()["state"] == "working"


def test_what_setup_found_for_settings_that_were_changed_meanwhile_is_not_kept(
    bench: Bench, crm: FakeCRM
) -> None:
    bench.receive(payloads.contact_created(JANE))

    def meanwhile() -> None:
        crm.pipeline = 8
        change(bench.house, bench.connection.id, {"token": "another"})
        crm.pipeline = 9

    crm.troubles = [SetUpAgain("Pipeline 7 is gone."), meanwhile]

    bench.work()

    assert found(bench) == {"pipeline": 8}
    assert bench.states() == ["applied"]


def test_a_hook_learns_which_records_share_one_of_the_crm(bench: Bench, crm: FakeCRM) -> None:
    """Those linked before, and the one it has just linked itself."""
    bench.receive(payloads.contact_created(JANE))
    bench.work()
    with bench.house.store.write() as tx:
        shared = {"connection_id": bench.connection.id, "kind": "customer", "remote_id": "1"}
        rest = {"written": {}, "updated_at": 0.0}
        tx.execute(tables.links.insert().values(record="contact:9", **shared, **rest))
        tx.execute(tables.links.insert().values(record="contact:8", **{**shared, "kind": "note"}, **rest))
    bench.receive(payloads.contact_updated({**JANE, "name": "Jane D."}, 60, name="Jane"))

    bench.work()

    assert crm.owners == [("contact:5821",), ("contact:5821", "contact:9")]


def test_a_link_that_the_hook_removed_is_no_link() -> None:
    known = {("contact:1", "customer"): Link("7")}
    links = Links(known, records_of=lambda _kind, _remote_id: ("contact:1", "contact:2"))
    links.remove("contact:1", "customer")

    assert links.records_of("customer", 7) == ("contact:2",)


def test_calls_beyond_the_budget_wait_for_the_next_minute(bench: Bench, crm: FakeCRM) -> None:
    crm.budget = 2
    bench.receive(payloads.contact_created(JANE))
    bench.receive(payloads.conversation_created(payloads.conversation(731, JANE, 10)))
    bench.receive(payloads.conversation_created(payloads.conversation(732, JANE, 10)))

    bench.work()

    assert bench.states() == ["applied", "applied", "pending"]
    assert bench.last()["attempts"] == 0
    assert 55 < bench.woken[-1] - time.time() < 62
