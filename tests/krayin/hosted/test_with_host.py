"""The plugin with the host's real store and lanes: what came of an answer that was lost."""

from __future__ import annotations

from crmhost import Conversation, Expected
from crmhost.connect import check
from crmhost.demo import payloads
from crmhost.house import House
from crmhost.store import clock, connections, pulse, tables
from crmhost.store.tables import lanes
from crmhost.testing import Stage
from crmhost_krayin.sandbox import KrayinSandbox
from crmhost_krayin.stand_in import KrayinStandIn

from ...host.conftest import Bench

JANE = payloads.contact(
    5821, "Jane Doe", email="jane@example.com", phone_number="+447700900123", company_name="Globex Ltd"
)
TALK = payloads.conversation(731, JANE, 10, said="Do you offer <b>discounts</b>?")
DONE = payloads.conversation(731, JANE, 300, status="resolved", said="Thank you & goodbye!")


def hurry(house: House) -> None:
    """Let what waits to be tried again be due now."""
    with house.store.write() as tx:
        tx.execute(lanes.update().where(lanes.c.due_at.is_not(None)).values(due_at=0))


def test_a_lead_whose_answer_was_lost_is_one_person_one_lead_and_one_note_in_the_end(
    bench: Bench, krayin: KrayinStandIn, stage: Stage
) -> None:
    stage.lost = "POST /leads"
    bench.receive(payloads.contact_created(JANE))
    bench.work()
    lost = bench.states()

    hurry(bench.house)
    for event in (payloads.conversation_created(TALK), payloads.status_changed(DONE)):
        bench.receive(event)
        bench.work()

    done = Conversation.model_validate(DONE)
    assert (lost, bench.states()) == (["pending"], ["applied"] * 3)
    assert krayin.differences(Expected((done.contact,), (done,))) == []
    assert {name: len(rows) for name, rows in krayin.tables().items()} == {
        "persons": 1,
        "organizations": 1,
        "leads": 1,
        "activities": 1,
    }


def test_what_a_restored_store_does_not_know_of_is_found_again(bench: Bench, krayin: KrayinStandIn) -> None:
    """The backup is from before any of it was worked."""
    for event in (payloads.contact_created(JANE), payloads.conversation_created(TALK)):
        bench.receive(event)
    bench.work()
    once = {name: len(rows) for name, rows in krayin.tables().items()}
    with bench.house.store.write() as tx:
        for table in (tables.links, tables.versions):
            tx.execute(table.delete())
        tx.execute(tables.deliveries.update().values(state="pending", attempted=None, attempted_at=None))
        tx.execute(tables.lanes.update().values(due_at=0.0))
        pulse.first(tx, clock.now(tx))
        pulse.doubt(tx, clock.now(tx), 1)

    bench.work()

    assert bench.states() == ["applied"] * 2
    assert {name: len(rows) for name, rows in krayin.tables().items()} == once
    assert once["activities"] == 1


def test_a_check_of_a_connection_only_looks_and_knows_what_was_found(
    bench: Bench, krayin: KrayinStandIn
) -> None:
    krayin.sandbox.requests.clear()

    report = {line.name: line.found for line in check(bench.house, bench.connection.id).report}

    assert {request.method for request in krayin.sandbox.requests} == {"GET"}
    assert report["Time zone"] == "Asia/Kolkata, as found before"
    assert report["Calls"] == "6 for this check"


def test_a_krayin_that_was_updated_is_noticed_and_set_up_again_by_itself(
    bench: Bench, krayin: KrayinStandIn, stage: Stage
) -> None:
    newer = KrayinSandbox(krayin="2.2", rest="2.2.0")
    newer.state.tokens.update(krayin.sandbox.state.tokens)
    stage.app = newer

    bench.receive(payloads.contact_created(JANE))
    bench.work()
    bench.receive(payloads.contact_created(payloads.contact(5822, "Bo Berg", email="bo@example.com")))
    bench.work(5822)

    with bench.house.store.read() as tx:
        facts = connections.get(tx, bench.house.vault, bench.connection.id).found["facts"]
    assert bench.states() == ["applied"] * 2
    assert (facts["krayin"], facts["rest"], facts["limit"]) == ("2.2", "2.2.0", None)
    assert [row["name"] for row in newer.state.persons.values()] == ["Jane Doe", "Bo Berg"]


def test_a_widgets_burst_of_three_webhooks_takes_three_calls(bench: Bench, krayin: KrayinStandIn) -> None:
    asked = len(krayin.sandbox.requests)
    visitor = payloads.contact(5821, "spring-water-12", email="jane@example.com")

    for event in (
        payloads.contact_created(visitor),
        payloads.contact_updated(JANE, 1, name="spring-water-12"),
        payloads.conversation_created(TALK),
    ):
        bench.receive(event)
    bench.work()

    took = [f"{one.method} {one.path.partition('?')[0]}" for one in krayin.sandbox.requests[asked:]]
    assert took == ["GET /api/v1/contacts/persons/search", "POST /api/v1/leads", "POST /api/v1/activities"]
