"""What becomes of a delivery that fails: refused, tried again, looked for, or paused with its connection."""

import time

import pytest

from crmhost import CredentialsError, Rejected, SettingsError, TryAgain
from crmhost.attempt import LONGEST_DELAY, backoff
from crmhost.demo import payloads
from crmhost.store import attempts, clock, dead, deliveries, gates, tables
from crmhost.store import lanes as lane_rows
from crmhost.store.attempts import LAST

from .conftest import Bench, hurry
from .fake_crm import FakeCRM
from .jane import JANE, TALK


def wait_for_nothing(bench: Bench) -> None:
    """Let the CRM be done with every request as soon as it was sent."""
    object.__setattr__(bench.house.settings, "unknown_hold_seconds", 0)


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


def test_a_passing_failure_stays_first_in_its_lane(bench: Bench, crm: FakeCRM) -> None:
    crm.troubles = [TryAgain("Busy.", delay=40)]
    bench.receive(payloads.contact_created(JANE))
    bench.receive(payloads.conversation_created(TALK))
    before = time.time()

    bench.work()

    assert bench.states() == ["pending", "pending"]
    assert 39 < bench.woken[-1] - before < 42
    assert crm.asked == ["contact Jane"]


def test_only_the_last_attempts_are_kept_and_none_for_ever(bench: Bench, crm: FakeCRM) -> None:
    crm.troubles = [TryAgain(f"Busy {number}.") for number in range(LAST + 3)]
    bench.receive(payloads.contact_created(JANE))
    for _ in crm.troubles[:]:
        hurry(bench)
        bench.work()

    with bench.house.store.write() as tx:
        kept = [row.reason for row in attempts.kept(tx, bench.last()["id"])]
        gone = attempts.forget(tx, time.time() + 1)

    assert kept == [f"Busy {number}." for number in reversed(range(3, LAST + 3))]
    assert gone == LAST


def test_what_is_applied_at_once_keeps_no_attempt(bench: Bench) -> None:
    bench.receive(payloads.contact_created(JANE))
    bench.work()

    with bench.house.store.read() as tx:
        assert attempts.kept(tx, bench.last()["id"]) == []


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

    wait_for_nothing(bench)
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
    wait_for_nothing(bench)

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
    wait_for_nothing(bench)

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


def test_a_newer_state_that_is_refused_leaves_the_older_one_to_be_applied(bench: Bench, crm: FakeCRM) -> None:
    bench.receive(payloads.contact_created(JANE))
    bench.receive(payloads.contact_updated({**JANE, "custom_attributes": "odd"}, 5, name="J"))

    bench.work()

    assert bench.states() == ["applied", "dead"]
    assert crm.customers == [(1, "Jane")]


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


def test_what_failed_otherwise_is_not_counted_towards_a_refusal(bench: Bench, crm: FakeCRM) -> None:
    first, other = TryAgain("The CRM failed at 7.", at_most=2), TryAgain("The CRM failed at 8.", at_most=2)
    crm.troubles = [first, TryAgain("The CRM is busy."), first, other]
    bench.receive(payloads.contact_created(JANE))
    states = []
    for _ in range(4):
        bench.work()
        states += bench.states()
        hurry(bench)

    assert states == ["pending", "pending", "pending", "dead"]


def test_what_failed_before_a_person_had_it_tried_again_is_not_counted(bench: Bench, crm: FakeCRM) -> None:
    wait_for_nothing(bench)
    crm.troubles = [TryAgain("The CRM failed.", at_most=2) for _ in range(4)]
    bench.receive(payloads.contact_created(JANE))
    states = []
    for number in range(4):
        if number == 2:
            with bench.house.store.write() as tx:
                dead.bring_back(tx, dead.chosen(tx, dead.Chosen()), clock.now(tx))
        bench.work()
        states += bench.states()
        hurry(bench)

    assert states == ["pending", "dead"] * 2


GIVEN_UP = TryAgain("No answer came.", at_most=1, unsure=True)
"""A failure at which a delivery is given up although it may have been carried out."""


def jane(name: str) -> payloads.Payload:
    return {**JANE, "name": name}


def renamed(name: str, after: float) -> payloads.Payload:
    return payloads.contact_updated(jane(name), after, name="before")


def test_what_may_have_been_written_when_it_was_given_up_is_settled_before_anything_newer(
    bench: Bench, crm: FakeCRM
) -> None:
    crm.after = [GIVEN_UP]
    bench.receive(payloads.contact_created(JANE))
    bench.work()
    assert bench.states() == ["dead"]

    wait_for_nothing(bench)
    bench.receive(renamed("Janet", 5))
    bench.work()

    assert crm.asked == ["contact Jane", "contact Jane", "contact Janet"]
    assert (crm.customers, bench.states()) == ([(1, "Janet")], ["applied", "applied"])


def test_it_waits_until_the_crm_must_have_ended(bench: Bench, crm: FakeCRM) -> None:
    crm.after = [GIVEN_UP]
    bench.receive(payloads.contact_created(JANE))
    bench.work()

    bench.receive(renamed("Janet", 5))
    bench.work()

    assert (crm.asked, bench.states()) == (["contact Jane"], ["pending", "pending"])


def test_what_is_given_up_for_good_keeps_nothing_newer_waiting(bench: Bench, crm: FakeCRM) -> None:
    wait_for_nothing(bench)
    crm.troubles = [GIVEN_UP, GIVEN_UP]
    bench.receive(payloads.contact_created(JANE))
    bench.work()
    bench.receive(renamed("Janet", 5))
    bench.work()

    assert crm.asked == ["contact Jane", "contact Jane", "contact Janet"]
    assert bench.states() == ["dead", "applied"]
    bench.receive(renamed("Janette", 9))
    bench.work()
    assert crm.asked[3:] == ["contact Janette"]


def test_it_is_settled_also_where_the_same_webhook_came_again(bench: Bench, crm: FakeCRM) -> None:
    wait_for_nothing(bench)
    crm.after = [GIVEN_UP]
    bench.receive(payloads.contact_created(JANE))
    bench.work()
    bench.receive(renamed("Janet", 5))
    with bench.house.store.write() as tx:
        tx.execute(tables.deliveries.update().values(uid="the same"))

    bench.work()

    assert crm.asked == ["contact Jane", "contact Jane"]
    assert bench.states() == ["dead", "applied"]


def test_what_the_plugin_refuses_waits_for_a_person_whatever_comes(bench: Bench, crm: FakeCRM) -> None:
    """It may have refused it so that somebody looks first whether it is there."""
    wait_for_nothing(bench)
    crm.after = [TryAgain("No answer came.", unsure=True)]
    crm.troubles = [None, Rejected("It may be there: look.")]
    bench.receive(payloads.contact_created(JANE))
    bench.work()
    crm.customers.clear()
    hurry(bench)
    bench.work()
    bench.receive(renamed("Janet", 5))
    bench.work()

    assert crm.asked == ["contact Jane", "contact Jane", "contact Janet"]
    assert bench.states() == ["dead", "applied"]


def test_a_person_who_has_it_tried_again_has_it_repeated_as_it_was(bench: Bench, crm: FakeCRM) -> None:
    wait_for_nothing(bench)
    crm.after = [GIVEN_UP]
    bench.receive(payloads.contact_created(JANE))
    bench.work()
    with bench.house.store.write() as tx:
        dead.bring_back(tx, dead.chosen(tx, dead.Chosen()), clock.now(tx))
    bench.work()
    bench.receive(renamed("Janet", 5))
    bench.work()

    assert crm.asked == ["contact Jane", "contact Jane", "contact Janet"]
    assert bench.states() == ["applied", "applied"]


def test_what_is_kept_of_it_goes_with_what_it_said(bench: Bench, crm: FakeCRM) -> None:
    crm.after = [GIVEN_UP]
    bench.receive(payloads.contact_created(JANE))
    bench.work()
    with bench.house.store.write() as tx:
        assert deliveries.forget_payloads(tx, time.time() + 1) == 1
    bench.receive(renamed("Janet", 5))
    wait_for_nothing(bench)
    bench.work()

    assert bench.states() == ["dead", "applied"]


def test_the_backoff_doubles_and_is_spread() -> None:
    assert 1 <= backoff(0) <= 3
    assert 8 <= backoff(3) <= 24
    assert backoff(10_000) <= LONGEST_DELAY * 1.5
