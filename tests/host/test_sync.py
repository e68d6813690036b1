"""Working a lane: in order, once, and nothing lost when the CRM, the plugin or a worker fails."""

import time
from typing import Any

import pytest

from crmhost import CredentialsError, Rejected, SettingsError, TryAgain, locks
from crmhost.attempt import LONGEST_DELAY, backoff
from crmhost.demo import payloads
from crmhost.fold import next_step
from crmhost.locks import LaneLost
from crmhost.redis_client import redis_client
from crmhost.store import gates, tables
from crmhost.store import lanes as lane_rows

from .conftest import Bench, hurry
from .fake_crm import FakeCRM

JANE = payloads.contact(5821, "Jane", email="jane@example.com")
TALK = payloads.conversation(731, JANE, 10, said="Hello")
DONE = payloads.conversation(731, JANE, 300, status="resolved")


def jane(name: str, after: float) -> payloads.Payload:
    return payloads.contact_updated({**JANE, "name": name}, after, name="Jane")


def test_a_contact_becomes_a_customer(bench: Bench, crm: FakeCRM) -> None:
    bench.receive(payloads.contact_created(JANE))

    bench.work()

    assert crm.customers == [(1, "Jane")]
    assert bench.states() == ["applied"]
    assert bench.last()["changes"] == [
        {"kind": "customer", "action": "created", "remote_id": "1", "note": ""}
    ]


def test_a_burst_costs_what_its_last_state_costs(bench: Bench, crm: FakeCRM) -> None:
    bench.receive(payloads.contact_created(JANE))
    bench.receive(jane("Jane D.", 1))
    bench.receive(jane("Jane Doe", 2))
    bench.receive(payloads.conversation_created(TALK))

    bench.work()

    assert crm.asked == ["contact Jane Doe", "conversation 731 began"]
    assert bench.states() == ["superseded", "superseded", "applied", "applied"]


def test_an_update_that_says_nothing_new_changes_nothing(bench: Bench, crm: FakeCRM) -> None:
    bench.receive(payloads.contact_created(JANE))
    bench.work()
    bench.receive(jane("Jane", 60))

    bench.work()

    assert bench.states() == ["applied", "unchanged"]
    assert crm.customers == [(1, "Jane")]


def test_a_stale_state_never_overwrites_a_newer_one(bench: Bench, crm: FakeCRM) -> None:
    bench.receive(jane("Newest", 60))
    bench.work()
    bench.receive(jane("Stale", 30))
    bench.receive(payloads.contact_created(JANE))

    bench.work()

    assert crm.customers == [(1, "Newest")]
    assert bench.states() == ["applied", "superseded", "superseded"]


def test_a_conversation_brings_a_contact_never_seen(bench: Bench, crm: FakeCRM) -> None:
    bench.receive(payloads.conversation_created(TALK))

    bench.work()

    assert crm.customers == [(1, "Jane")]
    assert crm.notes == [(1, "began")]
    assert [change["kind"] for change in bench.last()["changes"]] == ["customer", "note"]


def test_the_conversation_of_a_stranger_is_ignored_with_a_reason(bench: Bench, crm: FakeCRM) -> None:
    stranger = payloads.contact(5821, "snowy-sun-611")
    bench.receive(payloads.conversation_created(payloads.conversation(731, stranger, 10)))

    bench.work()

    assert (bench.last()["state"], bench.last()["reason"]) == ("ignored", "Nobody knows who that is.")
    assert crm.notes == []


def test_a_resolve_that_comes_as_two_events_is_applied_once(bench: Bench, crm: FakeCRM) -> None:
    bench.receive(payloads.conversation_created(TALK))
    bench.receive(payloads.status_changed(DONE))
    bench.work()
    bench.receive(payloads.conversation_updated(DONE, status="open"))

    bench.work()

    assert bench.states() == ["applied", "applied", "superseded"]
    assert crm.asked.count("conversation 731 resolved") == 1


def test_a_refusal_is_set_aside_and_the_lane_goes_on(bench: Bench, crm: FakeCRM) -> None:
    crm.troubles = [Rejected("The CRM refuses the name.", fix="Change it.")]
    bench.receive(payloads.contact_created(JANE))
    bench.receive(payloads.conversation_created(TALK))

    bench.work()

    assert bench.states() == ["dead", "applied"]


def test_a_refusal_says_what_to_do(bench: Bench, crm: FakeCRM) -> None:
    crm.troubles = [Rejected("The CRM refuses the name.", fix="Change it.")]
    bench.receive(payloads.contact_created(JANE))

    bench.work()

    last = bench.last()
    assert (last["state"], last["reason"], last["fix"]) == ("dead", "The CRM refuses the name.", "Change it.")


def test_a_dead_delivery_does_not_swallow_the_same_body(bench: Bench, crm: FakeCRM) -> None:
    crm.troubles = [Rejected("No.")]
    bench.receive(payloads.contact_created(JANE))
    bench.work()

    assert bench.receive(payloads.contact_created(JANE))
    bench.work()

    assert bench.states() == ["dead", "applied"]


def test_the_same_body_under_another_id_is_taken_once(bench: Bench) -> None:
    assert bench.receive(payloads.contact_created(JANE))
    assert not bench.receive(payloads.contact_created(JANE))


def test_a_passing_failure_stays_first_in_its_lane(bench: Bench, crm: FakeCRM) -> None:
    crm.troubles = [TryAgain("Busy.", delay=40)]
    bench.receive(payloads.contact_created(JANE))
    bench.receive(payloads.conversation_created(TALK))
    before = time.time()

    bench.work()

    assert bench.states() == ["pending", "pending"]
    assert 39 < bench.woken[-1] - before < 42
    assert crm.asked == ["contact Jane"]


def test_a_waiting_retry_is_not_brought_forward(bench: Bench, crm: FakeCRM) -> None:
    crm.troubles = [TryAgain("Busy.", delay=40)]
    bench.receive(payloads.contact_created(JANE))
    bench.work()
    bench.rung.clear()

    bench.receive(payloads.conversation_created(TALK))
    bench.work()

    assert bench.rung == []
    assert crm.asked == ["contact Jane"]


def test_a_retry_that_succeeds_is_applied(bench: Bench, crm: FakeCRM) -> None:
    crm.troubles = [TryAgain("Busy.")]
    bench.receive(payloads.contact_created(JANE))
    bench.work()
    hurry(bench)

    bench.work()

    assert (bench.last()["state"], bench.last()["attempts"]) == ("applied", 2)
    assert bench.last()["reason"] is None


def test_an_unsure_create_is_looked_for_before_it_is_tried_again(bench: Bench, crm: FakeCRM) -> None:
    """The CRM wrote, and its answer was lost: one customer all the same."""
    crm.after = [TryAgain("Timed out.", unsure=True)]
    bench.receive(payloads.contact_created(JANE))
    bench.work()
    hurry(bench)
    bench.work()
    assert crm.asked == ["contact Jane"], "nothing is looked up while the CRM may still write"

    object.__setattr__(bench.house.settings, "unknown_hold_seconds", 0)
    hurry(bench)
    bench.work()

    assert crm.customers == [(1, "Jane")]
    assert bench.states() == ["applied"]


@pytest.mark.parametrize("wrong", [-600, 600])
def test_a_worker_whose_clock_is_wrong_holds_and_waits_like_any_other(
    bench: Bench, crm: FakeCRM, monkeypatch: pytest.MonkeyPatch, wrong: float
) -> None:
    right = time.time
    crm.after = [TryAgain("Timed out.", unsure=True)]
    bench.receive(payloads.contact_created(JANE))
    bench.work()
    hurry(bench)
    monkeypatch.setattr("time.time", lambda: right() + wrong)

    bench.work()

    assert crm.asked == ["contact Jane"], "the CRM may still write"
    with bench.house.store.read() as tx:
        due_at = lane_rows.due_at(tx, (bench.connection.id, 5821))
    assert 30 < (due_at or 0.0) - right() <= 61


def test_a_create_that_surely_failed_is_not_held(bench: Bench, crm: FakeCRM) -> None:
    crm.troubles = [TryAgain("Refused the connection.")]
    bench.receive(payloads.contact_created(JANE))
    bench.work()
    hurry(bench)

    bench.work()

    assert bench.states() == ["applied"]


def test_a_worker_that_dies_after_the_crm_wrote_makes_no_second_customer(bench: Bench, crm: FakeCRM) -> None:
    crm.after = [bench.kill]
    bench.receive(payloads.contact_created(JANE))
    bench.work()
    assert bench.states() == ["pending"]
    object.__setattr__(bench.house.settings, "unknown_hold_seconds", 0)

    bench.work()

    assert crm.customers == [(1, "Jane")]
    assert bench.states() == ["applied"]


def test_refused_credentials_pause_the_connection(bench: Bench, crm: FakeCRM) -> None:
    crm.troubles = [CredentialsError("The token is refused.", fix="Make a new one.")]
    bench.receive(payloads.contact_created(JANE))

    bench.work()

    state = bench.connection_state()
    assert (state["state"], state["reason"]) == ("paused", "The token is refused.")
    assert state["fix"] == "Make a new one. To change a setting: crmhost set 1 --set KEY=VALUE"
    assert bench.states() == ["pending"]


def test_a_paused_connection_asks_the_crm_nothing(bench: Bench, crm: FakeCRM) -> None:
    crm.troubles = [CredentialsError("The token is refused.")]
    bench.receive(payloads.contact_created(JANE))
    bench.work()
    crm.asked.clear()
    bench.receive(payloads.contact_created(payloads.contact(9, "Other", email="o@example.com")))

    bench.work(9)

    assert crm.asked == []


def test_a_pause_ends_when_its_cause_does(bench: Bench, crm: FakeCRM) -> None:
    crm.troubles = [CredentialsError("The token is refused.")]
    bench.receive(payloads.contact_created(JANE))
    bench.work()
    with bench.house.store.write() as tx:
        gates.refused(tx, bench.connection.id, "The token is refused.", "", time.time() - 1)
    hurry(bench)

    bench.work()

    assert bench.connection_state()["state"] == "working"
    assert bench.states() == ["applied"]


def test_a_setting_that_is_wrong_pauses_and_kills_nothing(bench: Bench, crm: FakeCRM) -> None:
    crm.troubles = [SettingsError("The pipeline is gone.")]
    bench.receive(payloads.contact_created(JANE))

    bench.work()

    assert bench.states() == ["pending"]
    assert bench.connection_state()["state"] == "paused"


def test_a_plugin_that_fails_takes_one_delivery_and_not_the_host(bench: Bench, crm: FakeCRM) -> None:
    crm.troubles = [KeyError("oops\x00")]
    bench.receive(payloads.contact_created(JANE))
    bench.receive(payloads.conversation_created(TALK))
    object.__setattr__(bench.house.settings, "unknown_hold_seconds", 0)

    bench.work()

    assert bench.states() == ["dead", "applied"]


def test_a_delivery_is_given_up_after_days(lite_bench: Bench, crm: FakeCRM) -> None:
    crm.troubles = [TryAgain("Still busy.")]
    lite_bench.receive(payloads.contact_created(JANE))
    with lite_bench.house.store.write() as tx:
        tx.execute(tables.deliveries.update().values(received_at=time.time() - 73 * 3600))

    lite_bench.work()

    assert lite_bench.last()["state"] == "dead"
    assert "72 hours" in lite_bench.last()["reason"]


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
    held = locks.take(bench.house.redis, bench.house.store, lane)
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

    def seems_empty(*known: Any) -> Any:
        step = next_step(*known)
        if step is None and len(crm.asked) == 1:
            bench.receive(jane("Jane Doe", 60))
        return step

    monkeypatch.setattr("crmhost.sync.next_step", seems_empty)

    bench.work()

    assert crm.customers == [(1, "Jane Doe")]


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


def test_a_worker_that_is_to_stop_ends_with_the_lane_it_has(lite_bench: Bench, crm: FakeCRM) -> None:
    for number in (1, 2):
        lite_bench.receive(payloads.contact_created({**JANE, "id": number}))
    crm.troubles = [lite_bench.sync.stop]

    lite_bench.sync.answer((lite_bench.connection.id, 1))

    assert lite_bench.states() == ["applied", "pending"]


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


def test_a_newer_state_that_is_refused_leaves_the_older_one_to_be_applied(bench: Bench, crm: FakeCRM) -> None:
    bench.receive(payloads.contact_created(JANE))
    bench.receive(payloads.contact_updated({**JANE, "custom_attributes": "odd"}, 5, name="J"))

    bench.work()

    assert bench.states() == ["applied", "dead"]
    assert crm.customers == [(1, "Jane")]


def test_a_lane_that_was_put_off_meanwhile_is_not_brought_forward(bench: Bench) -> None:
    bench.receive(payloads.contact_created(JANE))
    lane = (bench.connection.id, 5821)
    with bench.house.store.write() as tx:
        lane_rows.end(tx, lane, time.time() + 60)

    assert locks.take(bench.house.redis, bench.house.store, lane) is None


def test_settings_that_no_longer_fit_pause_and_kill_nothing(bench: Bench) -> None:
    bench.receive(payloads.contact_created(JANE))
    with bench.house.store.write() as tx:
        tx.execute(tables.connections.update().values(settings={"of_another_version": 1}))

    bench.work()

    assert bench.states() == ["pending"]
    state = bench.connection_state()
    assert state["state"] == "wrong_settings"
    assert "of_another_version" in state["reason"]


def test_a_failure_that_may_be_the_records_own_fault_is_a_refusal_in_the_end(
    bench: Bench, crm: FakeCRM
) -> None:
    crm.troubles = [TryAgain("The CRM failed.", at_most=2), TryAgain("The CRM failed.", at_most=2)]
    bench.receive(payloads.contact_created(JANE))
    bench.work()
    hurry(bench)

    bench.work()

    assert bench.states() == ["dead"]


@pytest.mark.parametrize(
    "odd",
    [
        {"created_at": 1e20},
        {"created_at": -(10**18)},
        {"status": None},
        {"labels": None},
        {"messages": [{"message_type": -10}, {"message_type": 4, "private": None, "sender": None}]},
        {"meta": {"sender": {"id": 5821, "name": "\ud800\x00", "email": "j@example.com"}, "assignee": None}},
    ],
)
def test_what_a_newer_chatwoot_may_send_is_read(lite_bench: Bench, crm: FakeCRM, odd: dict[str, Any]) -> None:
    lite_bench.receive(payloads.conversation_created({**TALK, **odd}))

    lite_bench.work()

    assert lite_bench.states() == ["applied"]
    assert crm.notes == [(1, "began")]


def test_a_worker_that_lost_its_lane_commits_nothing(bench: Bench, crm: FakeCRM) -> None:
    """Its lease ran out while the CRM was slow, and another worker counted the number up."""
    bench.receive(payloads.contact_created(JANE))

    def overtaken() -> None:
        with bench.house.store.write() as tx:
            lane_rows.take(tx, (bench.connection.id, 5821), time.time())

    crm.after = [overtaken]

    bench.work()

    assert bench.states() == ["pending"]


def test_a_body_that_cannot_be_read_is_dead_with_its_reason(bench: Bench) -> None:
    bench.receive(payloads.contact_created({**JANE, "custom_attributes": "odd"}))

    bench.work()

    assert bench.last()["state"] == "dead"
    assert "custom_attributes" in bench.last()["reason"]


def test_the_backoff_doubles_and_is_spread() -> None:
    assert 1 <= backoff(0) <= 3
    assert 8 <= backoff(3) <= 24
    assert backoff(10_000) <= LONGEST_DELAY * 1.5
