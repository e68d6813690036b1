"""The plugin with the host's real store and lanes: what it finds, what it asks, what a person does then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import crmhost_leadsquared_reference
from crmhost import Conversation, Expected, plugins
from crmhost.connect import change, check, connect
from crmhost.demo import payloads
from crmhost.replay import replay
from crmhost.server import serving
from crmhost.store import connections, gates
from crmhost.store.dead import Chosen
from crmhost.testing import Stage
from crmhost.wiring import open_house
from crmhost_leadsquared_reference.stand_in import LeadSquaredStandIn

from ..host.conftest import Bench, settings_for
from .crm import CREATE, POST

JANE = payloads.contact(5821, "Jane Doe", email="jane@example.com", phone_number="+447700900123")
TALK = payloads.conversation(731, JANE, 10, said="Do you offer discounts?")
DONE = payloads.conversation(731, JANE, 300, status="resolved", said="Thank you & goodbye!")
EXPECTED = Expected((Conversation.model_validate(DONE).contact,), (Conversation.model_validate(DONE),))


@pytest.fixture
def crm(stage: Stage) -> LeadSquaredStandIn:
    made = LeadSquaredStandIn()
    stage.app, stage.lost = made.app, None
    return made


@pytest.fixture
def bench(tmp_path: Path, valkey_url: str, stage: Stage, crm: LeadSquaredStandIn) -> Iterator[Bench]:
    """A house on SQLite, connected to the stand-in."""
    plugin = plugins.load("leadsquared", crmhost_leadsquared_reference)
    settings = settings_for(tmp_path, None, valkey_url, unknown_hold_seconds=0)
    with (
        serving(stage) as url,
        open_house(settings, plugins.Plugins({"leadsquared": plugin})) as house,
    ):
        made = Bench(
            house, connect(house, "leadsquared", 3, crm.settings(url), webhook_secret="s").connection
        )
        yield made
        made.intake.close()


def deliver(bench: Bench, *events: dict[str, object]) -> None:
    for event in events:
        bench.receive(event)
        bench.work()


def hurry(bench: Bench) -> None:
    """Let what waits to be tried again be due now, and LeadSquared no longer be taken for away."""
    with bench.house.store.write() as tx:
        gates.resume(tx, bench.connection.id)


def test_a_customer_and_a_conversation_become_a_lead_and_two_activities(
    bench: Bench, crm: LeadSquaredStandIn
) -> None:
    deliver(
        bench,
        payloads.contact_created(JANE),
        payloads.conversation_created(TALK),
        payloads.status_changed(DONE),
        payloads.conversation_updated(DONE, status="open"),
    )

    assert bench.states() == ["applied"] * 3 + ["superseded"]
    assert crm.differences(EXPECTED) == []


def test_a_widgets_burst_of_three_webhooks_takes_four_calls(bench: Bench, crm: LeadSquaredStandIn) -> None:
    crm.sandbox.requests.clear()
    visitor = payloads.contact(5821, "spring-water-12", email="jane@example.com")

    for event in (
        payloads.contact_created(visitor),
        payloads.contact_updated(JANE, 1, name="spring-water-12"),
        payloads.conversation_created(TALK),
    ):
        bench.receive(event)
    bench.work()

    search = "GET Leads.GetByQuickSearch"
    assert crm.sandbox.requests == [search, search, "POST Lead.CreateOrUpdate", "POST Create"]


def test_a_lead_whose_answer_was_lost_is_one_lead(
    bench: Bench, crm: LeadSquaredStandIn, stage: Stage
) -> None:
    stage.lost = CREATE
    deliver(bench, payloads.contact_created(JANE))
    lost = bench.states()
    hurry(bench)
    bench.work()

    deliver(bench, payloads.conversation_created(TALK), payloads.status_changed(DONE))

    assert (lost, bench.states()) == (["pending"], ["applied"] * 3)
    assert crm.differences(EXPECTED) == []


def test_an_activity_whose_answer_was_lost_is_posted_again(
    bench: Bench, crm: LeadSquaredStandIn, stage: Stage
) -> None:
    stage.lost = POST
    deliver(bench, payloads.contact_created(JANE), payloads.conversation_created(TALK))
    hurry(bench)
    bench.work()

    assert bench.states() == ["applied"] * 2
    assert len(crm.sandbox.account.activities) == 2


@pytest.mark.parametrize("was_written", [True, False])
def test_an_activity_in_doubt_waits_for_a_person_who_looks_and_replays(
    bench: Bench, crm: LeadSquaredStandIn, stage: Stage, was_written: bool
) -> None:
    change(bench.house, bench.connection.id, {"in_doubt": "ask"})
    stage.lost = POST
    deliver(bench, payloads.contact_created(JANE), payloads.conversation_created(TALK))
    hurry(bench)
    bench.work()
    asked = bench.last()
    deliver(bench, payloads.status_changed(DONE))

    if not was_written:
        del crm.sandbox.account.activities[0]
        replay(bench.house, Chosen((asked["id"],), None, None, ""))
        bench.work()

    assert asked["state"] == "dead"
    assert "may have the note of conversation 731" in asked["reason"]
    assert "crmhost replay" in asked["fix"]
    assert bench.states() == ["applied", "dead" if was_written else "applied", "applied"]
    assert crm.differences(EXPECTED) == []


def test_keys_that_are_refused_pause_the_connection_until_others_are_set(
    bench: Bench, crm: LeadSquaredStandIn
) -> None:
    crm.sandbox.keys.clear()
    deliver(bench, payloads.contact_created(JANE))
    paused = bench.connection_state()

    access_key, secret_key = crm.sandbox.make_keys()
    change(bench.house, bench.connection.id, {"access_key": access_key, "secret_key": secret_key})
    bench.work()

    assert (paused["state"], "refuses the keys" in paused["reason"]) == ("paused", True)
    assert bench.states() == ["applied"]


def test_a_type_that_was_deleted_is_made_anew_and_nothing_is_lost(
    bench: Bench, crm: LeadSquaredStandIn
) -> None:
    deliver(bench, payloads.contact_created(JANE))
    del crm.sandbox.account.types[1001]

    deliver(bench, payloads.conversation_created(TALK), payloads.status_changed(DONE))

    with bench.house.store.read() as tx:
        facts = connections.get(tx, bench.house.vault, bench.connection.id).found["facts"]
    assert facts["conversation_code"] == 1003
    assert bench.states() == ["applied"] * 3
    assert crm.differences(EXPECTED) == []


def test_a_check_of_a_connection_only_looks(bench: Bench, crm: LeadSquaredStandIn) -> None:
    crm.sandbox.requests.clear()

    report = {line.name: line.found for line in check(bench.house, bench.connection.id).report}

    assert {request.partition(" ")[0] for request in crm.sandbox.requests} == {"GET"}
    assert report["Activity «Chatwoot Conversation Started»"] == "code 1001, found"
    assert report["Calls"] == "2 for this check"


@pytest.mark.usefixtures("bench")
def test_no_key_is_in_what_is_stored_in_clear(crm: LeadSquaredStandIn, tmp_path: Path) -> None:
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("crmhost.sqlite3*"))

    assert [key for pair in crm.sandbox.keys.items() for key in pair if key.encode() in stored] == []
