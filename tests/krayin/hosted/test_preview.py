"""A preview shows field by field what would be written to Krayin, and sends no write."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from crmhost import SettingsError, plugins
from crmhost.chatwoot import Access
from crmhost.chatwoot.sandbox import ChatwootSandbox
from crmhost.cli import crmhost
from crmhost.demo import payloads
from crmhost.preview import Preview, Subject, preview
from crmhost.rehearsal import Write
from crmhost.server import serving
from crmhost.store import deliveries, tables
from crmhost_krayin.stand_in import KrayinStandIn

from ...host.conftest import Bench
from .conftest import Opens

JANE = payloads.contact(
    5821, "Jane Doe", email="jane@example.com", phone_number="+447700900123", company_name="Globex Ltd"
)
TALK = payloads.conversation(731, JANE, 10, said="Do you offer <b>discounts</b>?")
DONE = payloads.conversation(731, JANE, 300, status="resolved", said="Thank you!")


@pytest.fixture(autouse=True)
def nothing_is_sent(krayin: KrayinStandIn) -> Any:
    """See afterwards that each request since the last event was worked only asked."""
    yield
    assert {request.method for request in krayin.sandbox.requests} <= {"GET"}


def seen(bench: Bench, krayin: KrayinStandIn, **subject: int) -> Preview:
    krayin.sandbox.requests.clear()
    return preview(bench.house, bench.connection.id, Subject(**subject))


def told(write: Write) -> dict[str, tuple[Any, Any]]:
    """Return what there is and what would be written, by field, where that differs."""
    return {field.name: (field.now, field.then) for field in write.fields if field.changes}


def test_a_new_customer_would_be_a_lead_with_a_person_in_it(bench: Bench, krayin: KrayinStandIn) -> None:
    bench.receive(payloads.contact_created(JANE))

    shown = seen(bench, krayin, delivery=1)

    (write,) = shown.writes
    assert (write.to, write.method, write.path) == ("Krayin", "POST", "/api/v1/leads")
    assert told(write)["person.name"] == (None, "Jane Doe")
    assert told(write)["person.organization_name"] == (None, "Globex Ltd")
    assert write.body["person"]["emails"] == [{"value": "jane@example.com", "label": "work"}]
    assert {(change.kind, change.action) for change in shown.changes} == {
        ("person", "created"),
        ("organization", "linked"),
        ("lead", "created"),
    }
    assert {change.remote_id for change in shown.changes} == {"<id from write 1>"}
    assert (shown.about, shown.state, shown.ended) == ("contact 5821", "applied", "")
    assert [f"{call.method} {call.path}" for call in shown.reads] == ["GET /api/v1/contacts/persons/search"]


def test_nothing_is_kept_of_it(bench: Bench, krayin: KrayinStandIn) -> None:
    bench.receive(payloads.contact_created(JANE))

    seen(bench, krayin, delivery=1)

    with bench.house.store.read() as tx:
        kept = [tx.execute(table.select()).all() for table in (tables.links, tables.intents)]
    assert kept == [[], []]
    assert bench.states() == ["pending"]
    assert not krayin.sandbox.state.leads


def test_a_known_customers_change_is_shown_beside_what_krayin_has(
    bench: Bench, krayin: KrayinStandIn
) -> None:
    bench.receive(payloads.contact_created(JANE))
    bench.work()
    bench.receive(payloads.contact_updated({**JANE, "name": "Jane Roe"}, 60, name="Jane Doe"))

    shown = seen(bench, krayin, delivery=2)

    person, lead = shown.writes
    assert (person.method, person.path) == ("PUT", "/api/v1/contacts/persons/1")
    assert told(person) == {"name": ("Jane Doe", "Jane Roe")}
    assert {"emails", "organization_name", "contact_numbers"} & {field.name for field in person.fields}
    assert told(lead)["title"] == ("Jane Doe", "Jane Roe")
    assert shown.state == "applied"


def test_what_krayin_has_already_would_not_be_written(bench: Bench, krayin: KrayinStandIn) -> None:
    bench.receive(payloads.contact_created(JANE))
    bench.work()

    shown = seen(bench, krayin, delivery=1)

    assert (shown.writes, shown.reads, shown.state) == ((), (), "unchanged")


def test_a_strangers_conversation_names_the_lead_that_would_be_made(
    bench: Bench, krayin: KrayinStandIn
) -> None:
    bench.receive(payloads.conversation_created(TALK))

    shown = seen(bench, krayin, delivery=1)

    lead, note = shown.writes
    assert (lead.path, note.path) == ("/api/v1/leads", "/api/v1/activities")
    assert (lead.needs, note.needs) == ((), (1,))
    assert told(note)["lead_id"] == (None, "<id from write 1>")
    assert shown.state == "applied"


def test_where_krayin_would_be_asked_about_what_is_not_there_yet_it_ends_and_says_so(
    opens: Opens, krayin: KrayinStandIn
) -> None:
    bench = opens(stage_on_resolved="prospect")
    bench.receive(payloads.status_changed(DONE))

    shown = seen(bench, krayin, delivery=1)

    assert [write.path for write in shown.writes] == ["/api/v1/leads", "/api/v1/activities"]
    assert shown.ended == "What follows depends on what Krayin says of what write 1 would make."
    assert shown.state is None


def test_a_plugin_that_cannot_imagine_shows_its_first_write(
    bench: Bench, krayin: KrayinStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plugins.Plugin, "imagine", lambda *_: None)
    bench.receive(payloads.conversation_created(TALK))

    shown = seen(bench, krayin, delivery=1)

    assert [write.path for write in shown.writes] == ["/api/v1/leads"]
    assert shown.ended == "What follows depends on what Krayin answers to write 1."


def test_what_the_plugin_wants_nothing_to_do_with_is_said(bench: Bench, krayin: KrayinStandIn) -> None:
    bench.receive(payloads.contact_created({**JANE, "email": None, "phone_number": None, "identifier": "x"}))

    shown = seen(bench, krayin, delivery=1)

    assert (shown.state, shown.writes) == ("ignored", ())
    assert "neither" in shown.reason


def test_without_chatwoots_token_the_last_delivery_tells(bench: Bench, krayin: KrayinStandIn) -> None:
    bench.receive(payloads.contact_created(JANE))
    bench.receive(payloads.contact_updated({**JANE, "name": "Jane Roe"}, 60, name="Jane Doe"))
    bench.receive(payloads.conversation_created(TALK))

    contact, talk = (
        seen(bench, krayin, contact=5821),
        seen(bench, krayin, conversation=731),
    )

    assert told(contact.writes[0])["person.name"] == (None, "Jane Roe")
    assert [write.path for write in talk.writes] == ["/api/v1/leads", "/api/v1/activities"]


@pytest.mark.parametrize("subject", [{"delivery": 9}, {"contact": 9}, {"conversation": 9}])
def test_what_nothing_is_known_of_is_one_sentence(
    bench: Bench, krayin: KrayinStandIn, subject: dict[str, int]
) -> None:
    with pytest.raises(SettingsError) as refused:
        seen(bench, krayin, **subject)

    assert refused.value.fix


def test_what_is_no_longer_kept_is_one_sentence(bench: Bench, krayin: KrayinStandIn) -> None:
    bench.receive(payloads.contact_created(JANE))
    bench.work()
    with bench.house.store.write() as tx:
        deliveries.forget_payloads(tx, 1e12)

    with pytest.raises(SettingsError, match="no longer kept"):
        seen(bench, krayin, delivery=1)


@pytest.fixture
def chatwoot() -> Any:
    sandbox = ChatwootSandbox()
    with serving(sandbox.app) as address:
        yield sandbox, Access(address, sandbox.make_token())
    sandbox.close()


def test_with_chatwoots_token_what_is_there_now_is_previewed_and_chatwoot_gets_no_write_either(
    opens: Opens, krayin: KrayinStandIn, chatwoot: tuple[ChatwootSandbox, Access]
) -> None:
    sandbox, access = chatwoot
    bench = opens(chatwoot=access, mirror_ids=True)
    jane = sandbox.contacts.create(
        name="Jane Doe", email="jane@example.com", additional_attributes={"external": {"shop_id": "7"}}
    )
    talk = sandbox.conversations.open(jane.id, "Hello")
    sandbox.conversations.resolve(talk.id)
    sandbox.asked.clear()

    contact = seen(bench, krayin, contact=jane.id)
    resolved = seen(bench, krayin, conversation=talk.id)

    assert [write.to for write in contact.writes] == ["Krayin", "Chatwoot"]
    assert contact.writes[1].path == f"/api/v1/accounts/3/contacts/{jane.id}"
    external = told(contact.writes[1])
    assert {name.rsplit(".")[-1] for name in external} == {"krayin_person_id", "krayin_lead_id"}
    assert {then for _, then in external.values()} == {"<id from write 1>"}
    assert [write.path for write in resolved.writes][-1] == "/api/v1/activities"
    assert {asked.split()[0] for asked in sandbox.asked} == {"GET"}
    with pytest.raises(SettingsError, match="Chatwoot has no conversation 9"):
        seen(bench, krayin, conversation=9)


def typed(bench: Bench, monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    """Return what the command prints."""
    monkeypatch.setenv("CRMHOST_DATA_DIR", str(bench.house.settings.data_dir))
    monkeypatch.setattr("crmhost.logs.configure", lambda *_: None)
    return CliRunner().invoke(crmhost, ["preview", *words], catch_exceptions=False).output


def test_the_command_shows_it_to_people_and_programs(
    bench: Bench, krayin: KrayinStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.receive(payloads.conversation_created(TALK))
    krayin.sandbox.requests.clear()

    shown = typed(bench, monkeypatch, "1", "--conversation", "731")
    document = json.loads(typed(bench, monkeypatch, "1", "--delivery", "1", "--json"))
    unsaid = typed(bench, monkeypatch, "1")

    assert "Write 2, to Krayin: POST /api/v1/activities, needs the id from write 1" in shown
    assert "nothing of it was sent" in shown
    assert "Asked on the way: GET /api/v1/contacts/persons/search 200." in shown
    assert (document["sent"], document["state"], len(document["writes"])) == (0, "applied", 2)
    assert document["writes"][0]["fields"][0] == {
        "name": "title",
        "now": None,
        "then": "Jane Doe",
        "changes": True,
    }
    assert "Name one" in unsaid
