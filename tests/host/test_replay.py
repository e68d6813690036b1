"""Dead deliveries are tried again in order, and never over what is newer."""

import time

import pytest

from crmhost import Rejected, SettingsError, TryAgain
from crmhost.demo import payloads
from crmhost.replay import batches, moment, replay
from crmhost.store.dead import Chosen

from .conftest import Bench
from .fake_crm import FakeCRM

JANE = payloads.contact(5821, "Jane", email="jane@example.com")
TALK = payloads.conversation(731, JANE, 10, said="Hello")


def jane(name: str, after: float) -> payloads.Payload:
    return payloads.contact_updated({**JANE, "name": name}, after, name="Jane")


def died(bench: Bench, crm: FakeCRM, *received: payloads.Payload) -> None:
    """Let the CRM refuse each of these."""
    for payload in received:
        crm.troubles.append(Rejected("The name is forbidden."))
        bench.receive(payload)
        bench.work()


def test_a_dead_delivery_is_applied_once_its_cause_is_mended(bench: Bench, crm: FakeCRM) -> None:
    died(bench, crm, payloads.contact_created(JANE))

    done = replay(bench.house, Chosen(reason="forbidden"))
    bench.work()

    assert (done.ids, done.refused) == ((1,), {})
    assert bench.states() == ["applied"]
    assert crm.customers == [(1, "Jane")]


def test_several_are_applied_in_the_order_in_which_they_came(bench: Bench, crm: FakeCRM) -> None:
    died(bench, crm, payloads.contact_created(JANE), jane("Jane Doe", 60))

    replay(bench.house, Chosen(connection_id=bench.connection.id))
    bench.work()

    assert bench.states() == ["superseded", "applied"]
    assert crm.customers == [(1, "Jane Doe")]


def test_what_would_overwrite_a_newer_state_is_refused(bench: Bench, crm: FakeCRM) -> None:
    died(bench, crm, jane("Jane Doe", 60))
    bench.receive(jane("Jane Smith", 120))
    bench.work()

    done = replay(bench.house, Chosen(ids=(1,)))

    assert done.ids == ()
    assert "newer state" in done.refused[1]
    assert bench.states() == ["dead", "applied"]


def test_without_a_version_a_later_delivery_is_newer(bench: Bench, crm: FakeCRM) -> None:
    bare = {**payloads.contact_created(JANE), "event": "contact_updated", "changed_attributes": None}
    died(bench, crm, bare)
    bench.receive({**bare, "name": "Jane Doe"})
    bench.work()

    assert replay(bench.house, Chosen(ids=(1,))).refused == {
        1: "Delivery 2 brought a newer state, which this one would overwrite."
    }


def test_a_conversation_is_no_newer_state_of_its_customer(bench: Bench, crm: FakeCRM) -> None:
    died(bench, crm, payloads.contact_created(JANE))
    bench.receive(payloads.conversation_created(TALK))
    bench.work()

    assert replay(bench.house, Chosen(ids=(1,))).ids == (1,)


@pytest.mark.parametrize(("ids", "why"), [((1,), "It is applied, not dead."), ((9,), "There is no such")])
def test_only_what_is_dead_is_tried_again(bench: Bench, ids: tuple[int, ...], why: str) -> None:
    bench.receive(payloads.contact_created(JANE))
    bench.work()

    assert replay(bench.house, Chosen(ids=ids)).refused[ids[0]].startswith(why)


def test_of_one_webhook_that_died_twice_the_newest_is_tried_again(bench: Bench, crm: FakeCRM) -> None:
    died(bench, crm, payloads.contact_created(JANE), payloads.contact_created(JANE))
    with bench.house.store.write() as tx:
        tx.exec_driver_sql("UPDATE deliveries SET uid = 'sent twice'")

    done = replay(bench.house, Chosen(connection_id=bench.connection.id))
    bench.work()

    assert done.ids == (2,)
    assert done.refused == {1: "Delivery 2 is the same webhook, and is tried again."}
    assert bench.states() == ["dead", "applied"]


@pytest.mark.parametrize("wanted", [Chosen(since=0.0), Chosen(ids=(5, 4, 3, 2, 1, 9))])
def test_many_are_replayed_a_batch_at_a_time_and_none_is_left(
    lite_bench: Bench, crm: FakeCRM, monkeypatch: pytest.MonkeyPatch, wanted: Chosen
) -> None:
    monkeypatch.setattr("crmhost.replay.BATCH", 2)
    died(lite_bench, crm, *(jane(f"Jane {number}", 60 * number) for number in range(1, 6)))

    done = list(batches(lite_bench.house, wanted))

    assert [batch.ids for batch in done] == [(1, 2), (3, 4), (5,)]
    assert lite_bench.states() == ["pending"] * 5


def test_a_dry_run_keeps_nobody_from_writing(lite_bench: Bench, crm: FakeCRM) -> None:
    died(lite_bench, crm, payloads.contact_created(JANE))

    with lite_bench.house.store.write():
        assert [batch.ids for batch in batches(lite_bench.house, Chosen(since=0.0), dry_run=True)] == [(1,)]


def test_a_dry_run_changes_nothing(bench: Bench, crm: FakeCRM) -> None:
    died(bench, crm, payloads.contact_created(JANE))

    assert replay(bench.house, Chosen(since=0.0), dry_run=True).ids == (1,)
    assert bench.states() == ["dead"]


def test_one_that_is_brought_back_has_all_the_time_again(lite_bench: Bench, crm: FakeCRM) -> None:
    died(lite_bench, crm, payloads.contact_created(JANE))
    with lite_bench.house.store.write() as tx:
        tx.exec_driver_sql("UPDATE deliveries SET received_at = received_at - 1000000")
    replay(lite_bench.house, Chosen(ids=(1,)))
    crm.troubles.append(TryAgain("The CRM is away."))

    lite_bench.work()

    assert lite_bench.states() == ["pending"]


def test_times_are_read_as_people_write_them() -> None:
    now = time.time()

    assert moment("2h", now) == now - 7200
    assert moment("2026-11-22T20:00+01:00", now) == moment("2026-11-22T19:00", now)
    with pytest.raises(SettingsError, match="is no time"):
        moment("yesterday", now)
