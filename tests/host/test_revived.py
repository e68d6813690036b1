"""A visitor who says in mid-conversation who they are: what was ignored until then is taken up."""

import time
from typing import Any

import pytest

from crmhost import TryAgain, overview
from crmhost.demo import payloads
from crmhost.store import tables

from .conftest import Bench
from .fake_crm import FakeCRM

VISITOR = payloads.contact(5821, "snowy-sun-611")
JANE = payloads.contact(5821, "Jane", email="jane@example.com")
SAYS_WHO_SHE_IS = payloads.contact_updated(JANE, 60, email=None)


@pytest.fixture(autouse=True)
def rules(crm: FakeCRM) -> None:
    crm.wanted = {"labels", "message", "priority"}


def talk(after: float, **more: Any) -> payloads.Payload:
    return payloads.conversation(731, VISITOR, after, **more)


def test_the_open_conversation_of_a_visitor_is_synced_once_she_is_known(bench: Bench, crm: FakeCRM) -> None:
    bench.receive(payloads.conversation_created(talk(10)))
    bench.work()
    assert bench.states() == ["ignored"]
    bench.receive(SAYS_WHO_SHE_IS)

    bench.work()

    assert bench.states() == ["applied", "applied"]
    assert crm.asked[1:] == ["contact Jane", "conversation 731 began"]


def test_all_that_was_said_is_brought_in_order(bench: Bench, crm: FakeCRM) -> None:
    bench.receive(payloads.conversation_created(talk(10)))
    for number, said in enumerate(["Hello", "Anyone?"]):
        bench.receive(payloads.message_created(talk(10), number, said))
        bench.work()
    bench.receive(SAYS_WHO_SHE_IS)

    bench.work()

    assert crm.said == ["Hello", "Anyone?"]
    assert crm.asked[-3:-1] == ["conversation 731 began", "conversation 731 changed message"]


def test_a_conversation_that_is_over_is_brought_too(bench: Bench, crm: FakeCRM) -> None:
    bench.receive(payloads.status_changed(talk(10, status="resolved")))
    bench.work()
    bench.receive(SAYS_WHO_SHE_IS)

    bench.work()

    assert crm.notes == [(1, "resolved")]


def test_what_waits_again_says_why(bench: Bench, crm: FakeCRM) -> None:
    bench.receive(payloads.conversation_created(talk(10)))
    bench.work()
    bench.receive(SAYS_WHO_SHE_IS)
    seen: list[Any] = []
    crm.troubles = [None, lambda: seen.append(overview.newest_deliveries(bench.house, 2)[1])]

    bench.work()

    (waiting,) = seen
    assert waiting["state"] == "pending"
    assert waiting["reason"] == "Delivery 2 brought its contact into the CRM."


def test_a_change_that_had_been_folded_is_brought_too(bench: Bench, crm: FakeCRM) -> None:
    bench.receive(payloads.conversation_updated({**talk(10), "labels": ["vip"]}, label_list=[]))
    bench.receive(payloads.conversation_updated(talk(20), priority="low"))
    bench.work()
    bench.receive(SAYS_WHO_SHE_IS)

    bench.work()

    assert crm.asked[-1] == "conversation 731 changed labels priority"


def test_a_conversation_that_brings_its_visitor_along_revives_what_came_before(
    bench: Bench, crm: FakeCRM
) -> None:
    """Also where its own event fails: the contact is in the CRM from then on."""
    bench.receive(payloads.conversation_created(talk(10)))
    bench.work()
    bench.receive(payloads.message_created(payloads.conversation(731, JANE, 60), 1, "I am Jane"))
    crm.troubles = [None, TryAgain("Busy.")]

    bench.work()

    assert bench.states() == ["pending", "pending"]


def test_a_conversation_that_the_crm_has_is_left_alone(bench: Bench) -> None:
    bench.receive(payloads.conversation_created(talk(10)))
    bench.work()
    with bench.house.store.write() as tx:
        known = {"connection_id": bench.connection.id, "record": "conversation:731", "kind": "note"}
        tx.execute(tables.links.insert().values(**known, remote_id="1", written={}, updated_at=0.0))
    bench.receive(SAYS_WHO_SHE_IS)

    bench.work()

    assert bench.states() == ["ignored", "applied"]


def test_what_was_ignored_for_a_reason_of_its_own_stays_so(bench: Bench, crm: FakeCRM) -> None:
    bench.receive(payloads.message_created(talk(10), 1, "Hello"))
    crm.wanted = set()
    bench.work()
    bench.receive(SAYS_WHO_SHE_IS)
    crm.wanted = {"message"}

    bench.work()

    assert bench.states() == ["ignored", "applied"]


def test_the_next_change_of_a_known_contact_revives_nothing(bench: Bench) -> None:
    bench.receive(SAYS_WHO_SHE_IS)
    bench.work()
    bench.receive(payloads.conversation_created(talk(10)))
    bench.work()
    with bench.house.store.write() as tx:
        tx.execute(tables.links.delete().where(tables.links.c.record == "conversation:731"))
        ignored = {"state": "ignored", "outcome": {"stranger": True}}
        tx.execute(tables.deliveries.update().where(tables.deliveries.c.id == 2).values(ignored))
    bench.receive(payloads.contact_updated({**JANE, "name": "Jane D."}, 90, name="Jane"))

    bench.work()

    assert bench.states() == ["applied", "ignored", "applied"]


def test_what_is_taken_up_has_as_long_as_what_is_new(bench: Bench, crm: FakeCRM) -> None:
    bench.receive(payloads.conversation_created(talk(10)))
    bench.work()
    with bench.house.store.write() as tx:
        tx.execute(tables.deliveries.update().values(received_at=time.time() - 73 * 3600))
    bench.receive(SAYS_WHO_SHE_IS)
    crm.troubles = [None, TryAgain("Busy.")]

    bench.work()

    assert bench.states() == ["pending", "applied"]
