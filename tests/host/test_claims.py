"""Two lanes that mean one customer: one of them finds or makes it, the other waits."""

import time

import pytest

from crmhost import TryAgain
from crmhost.demo import payloads
from crmhost.locks import LaneLost
from crmhost.store import identities, tables

from .conftest import Bench, hurry
from .fake_crm import FakeCRM

JANE = payloads.contact(5821, "Jane", email="jane@example.com", phone_number="+447700900123")
SAME = payloads.contact(9, "Jane too", email="other@example.com", phone_number="+447700900123")
"""Another contact who has her phone."""


@pytest.fixture
def both(bench: Bench) -> Bench:
    bench.receive(payloads.contact_created(JANE))
    bench.receive(payloads.contact_created(SAME))
    return bench


def let_claims_expire(bench: Bench) -> None:
    with bench.house.store.write() as tx:
        tx.execute(tables.identities.update().values(until=0.0))


def claims(bench: Bench) -> int:
    with bench.house.store.read() as tx:
        return len(tx.execute(tables.identities.select()).all())


def test_the_other_waits_a_moment_which_is_no_failed_attempt(both: Bench, crm: FakeCRM) -> None:
    began = time.time()
    crm.troubles = [lambda: both.work(9)]

    both.work()

    assert crm.customers == [(1, "Jane")]
    assert both.states() == ["applied", "pending"]
    assert both.last()["attempts"] == 0
    assert 0.4 < both.woken[0] - began < 3


def test_the_other_goes_on_once_the_first_is_done(both: Bench, crm: FakeCRM) -> None:
    crm.troubles = [lambda: both.work(9)]
    both.work()
    hurry(both, 9)

    both.work(9)

    assert both.states() == ["applied", "applied"]
    assert claims(both) == 0


def test_those_who_share_nothing_do_not_wait(bench: Bench, crm: FakeCRM) -> None:
    bench.receive(payloads.contact_created(JANE))
    bench.receive(payloads.contact_created(payloads.contact(9, "Bo", email="bo@example.com")))
    crm.troubles = [lambda: bench.work(9)]

    bench.work()

    assert bench.states() == ["applied", "applied"]


def test_a_customer_whom_the_crm_may_still_be_making_stays_claimed(both: Bench, crm: FakeCRM) -> None:
    crm.after = [TryAgain("Timed out.", unsure=True)]
    both.work()

    both.work(9)
    assert crm.customers == [(1, "Jane")]

    let_claims_expire(both)
    hurry(both, 9)
    both.work(9)
    assert [name for _, name in crm.customers] == ["Jane", "Jane too"]


def test_a_customer_who_surely_was_not_made_is_free_at_once(both: Bench, crm: FakeCRM) -> None:
    crm.troubles = [TryAgain("Refused the connection.")]
    both.work()

    both.work(9)

    assert both.states() == ["pending", "applied"]


def test_a_lane_whose_worker_died_takes_its_own_claims_again(both: Bench) -> None:
    def die(*_: object) -> None:
        """Commit nothing more, before the CRM was asked anything."""
        raise LaneLost

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("crmhost.store.links.begin_intents", die)
        both.work()
    both.work(9)
    both.work()

    assert both.states() == ["applied", "pending"]


def test_nothing_is_made_by_whom_the_claim_was_taken_from(both: Bench, crm: FakeCRM) -> None:
    """It was so slow that another lane took the customer over."""
    claim = identities.claim

    def slowly(tx: object, lane: tuple[int, int], *rest: object) -> bool:
        done = claim(tx, lane, *rest)  # type: ignore[arg-type]
        tx.execute(tables.identities.update().values(contact_id=9))  # type: ignore[attr-defined]
        return done

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identities, "claim", slowly)
        both.work()

    assert crm.customers == []
    assert both.states() == ["pending", "pending"]


def test_the_claims_of_the_dead_are_forgotten(both: Bench) -> None:
    with both.house.store.write() as tx:
        identities.claim(tx, (1, 5), ["a", "b"], 160.0)
        identities.claim(tx, (1, 5), ["c"], 161.0)

        identities.forget_old(tx, 160.0)

    assert claims(both) == 1
