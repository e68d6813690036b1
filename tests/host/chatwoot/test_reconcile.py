"""What was missed is found and worked; who is gone in Chatwoot is named with a mend, and left alone."""

import time
from typing import Any

import pytest

from crmhost import Link, SettingsError, overview
from crmhost.chatwoot.sandbox import Chaos, ChatwootSandbox
from crmhost.demo.run import wait_until_idle
from crmhost.house import House
from crmhost.notices import matters
from crmhost.reconcile import Reconciled, missed, reconcile
from crmhost.reconcile import run as run_module
from crmhost.store import connections, counters, deliveries, hours, known, links
from crmhost.wiring import receiving, working

from ..conftest import Bench, Types, connected
from ..fake_crm import FakeCRM
from .conftest import JANE, Switchboard
from .test_truth import body

COUNTS = ("missed_contacts", "missed_conversations", "missed_resolves", "looked_again")
NOTHING = dict.fromkeys(COUNTS, 0) | {"gone": ()}


def found(desk: Bench, **more: Any) -> dict[str, Any]:
    done: Reconciled = reconcile(desk.house, desk.connection.id, **more)
    return {name: getattr(done, name) for name in NOTHING}


def linked(desk: Bench, contact_id: int, customer: str) -> None:
    with desk.house.store.write() as tx:
        links.save(tx, 1, {(f"contact:{contact_id}", "customer"): Link(customer)}, 0.0)


def heard_of(desk: Bench, sandbox: ChatwootSandbox, **values: Any) -> int:
    """Let a contact be made and its webhook arrive and be worked; return its id."""
    contact_id = sandbox.contacts.create(**values).id
    desk.receive(body(sandbox, contact_id, "contact_created"))
    desk.work(contact_id)
    reconcile(desk.house, 1)
    desk.work(contact_id)
    return contact_id


def test_a_contact_whose_webhook_was_lost_is_worked(
    desk: Bench, sandbox: ChatwootSandbox, crm: FakeCRM
) -> None:
    jane = sandbox.contacts.create(**JANE)

    assert found(desk) == NOTHING | {"missed_contacts": 1}
    desk.work(jane.id)

    assert crm.customers == [(1, "Jane Doe")]
    assert (desk.last()["event"], desk.last()["kind"]) == ("reconcile", "contact_updated")
    assert found(desk) == NOTHING, "it is found once"
    with desk.house.store.read() as tx:
        assert matters(tx)["lost:1"].count == 1, "operators are told"
        assert hours.sums(tx, [1], 0, [hours.RECEIVED])[1].count == 1, "it is counted as received"


def test_what_was_read_of_a_connection_that_is_removed_meanwhile_is_nobodys(
    desk: Bench, sandbox: ChatwootSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.contacts.create(**JANE)
    line_up: Any = missed.line_up  # type: ignore[attr-defined]

    def late(tx: Any, arrivals: Any) -> Any:
        connections.remove(tx, desk.connection.id)
        return line_up(tx, arrivals)

    monkeypatch.setattr(missed, "line_up", late)
    assert found(desk)["missed_contacts"] == 0

    with desk.house.store.read() as tx:
        assert sum(deliveries.counts(tx).values()) == 0


def test_a_change_whose_webhook_was_lost_is_worked(
    desk: Bench, sandbox: ChatwootSandbox, crm: FakeCRM
) -> None:
    jane = heard_of(desk, sandbox, **JANE)
    assert found(desk) == NOTHING
    sandbox.contacts.update(jane, name="Jane Roe")

    assert found(desk) == NOTHING | {"missed_contacts": 1}
    desk.work(jane)
    assert crm.customers == [(1, "Jane Roe")]

    for name in ("Jane Doe", "Jane Roe"):
        sandbox.contacts.update(jane, name=name)
        assert found(desk) == NOTHING | {"missed_contacts": 1}, "back again is a change as well"
        desk.work(jane)
        assert crm.customers == [(1, name)]


def test_what_was_received_is_known_long_after_its_payload_was_forgotten(
    desk: Bench, sandbox: ChatwootSandbox
) -> None:
    jane = heard_of(desk, sandbox, **JANE)
    with desk.house.store.write() as tx:
        deliveries.forget_payloads(tx, time.time() + 1)

    assert found(desk) == NOTHING
    sandbox.contacts.update(jane, name="Jane Roe")
    assert found(desk) == NOTHING | {"missed_contacts": 1}


def test_a_contact_that_is_gone_is_named_also_where_its_payload_was_forgotten(
    desk: Bench, sandbox: ChatwootSandbox
) -> None:
    jane = heard_of(desk, sandbox, **JANE)
    with desk.house.store.write() as tx:
        deliveries.forget_payloads(tx, time.time() + 1)
    sandbox.contacts.delete(jane)

    assert the_gone(desk)[:3] == (jane, None, "nothing in Chatwoot tells of it")


def test_a_resolved_conversation_that_changed_is_worked_again_and_not_called_lost(
    desk: Bench, sandbox: ChatwootSandbox
) -> None:
    """Nothing in Chatwoot tells a label from having been opened and resolved once more."""
    jane = heard_of(desk, sandbox, **JANE)
    talk = sandbox.conversations.open(jane, "Hello")
    sandbox.conversations.resolve(talk.id)
    assert found(desk) == NOTHING | {"missed_resolves": 1}
    desk.work(jane)
    sandbox.conversations.label(talk.id, ["vip"])

    assert found(desk) == NOTHING | {"looked_again": 1}
    desk.work(jane)

    assert (desk.last()["event"], desk.last()["kind"]) == ("looked_again", "conversation_resolved")
    assert found(desk) == NOTHING
    with desk.house.store.read() as tx:
        assert counters.read(tx, "reconcile") == {"lost": 1}


def test_what_a_rule_is_about_is_looked_at_as_it_is_now(
    desk: Bench, sandbox: ChatwootSandbox, crm: FakeCRM
) -> None:
    """The webhook of a label was lost: nothing tells that, but that the conversation changed since."""
    crm.wanted = {"labels", "message"}
    jane = heard_of(desk, sandbox, **JANE)
    talk = sandbox.conversations.open(jane, "Hello")
    assert found(desk) == NOTHING | {"missed_conversations": 1}
    desk.work(jane)
    sandbox.conversations.label(talk.id, ["vip"])

    assert found(desk) == NOTHING | {"looked_again": 1}
    desk.work(jane)

    assert desk.last()["kind"] == "conversation_changed"
    assert crm.notes == [(1, "changed labels")]
    assert found(desk) == NOTHING, "until it changes again"


def test_without_a_rule_a_changed_conversation_is_left(desk: Bench, sandbox: ChatwootSandbox) -> None:
    jane = heard_of(desk, sandbox, **JANE)
    talk = sandbox.conversations.open(jane, "Hello")
    found(desk)
    sandbox.conversations.label(talk.id, ["vip"])

    assert found(desk) == NOTHING


def test_contacts_from_before_the_connection_are_left(desk: Bench, sandbox: ChatwootSandbox) -> None:
    jane = sandbox.contacts.create(**JANE)
    jane.created_at -= 86_400

    assert found(desk) == NOTHING


def test_conversations_that_were_lost_are_worked(desk: Bench, sandbox: ChatwootSandbox, crm: FakeCRM) -> None:
    jane = heard_of(desk, sandbox, **JANE)
    begun, ended = (sandbox.conversations.open(jane, "Hello") for _ in range(2))
    sandbox.conversations.resolve(ended.id)
    stranger = sandbox.contacts.create()
    sandbox.conversations.open(stranger.id, "Who am I?")

    assert found(desk) == NOTHING | {"missed_conversations": 1, "missed_resolves": 1}
    desk.work(jane)

    assert sorted(note for _, note in crm.notes) == ["began", "resolved"]
    assert found(desk) == NOTHING
    sandbox.conversations.resolve(begun.id)
    assert found(desk) == NOTHING | {"missed_resolves": 1}
    desk.work(jane)
    assert [note for _, note in crm.notes] == ["resolved", "resolved"]


def test_a_resolve_that_arrived_is_not_found_again(
    desk: Bench, sandbox: ChatwootSandbox, hosts_port: tuple[Switchboard, str]
) -> None:
    with receiving(desk.house) as hosts_port[0].app, working(desk.house, 1):
        jane = sandbox.contacts.create(**JANE)
        talk = sandbox.conversations.open(jane.id, "Hello")
        sandbox.conversations.resolve(talk.id)
        sandbox.deliver()
        wait_until_idle(desk.house)

    assert found(desk) == NOTHING


@pytest.mark.parametrize("at_once", [run_module.AT_ONCE, -1.0])
def test_only_what_changed_since_the_last_run_is_looked_at(
    desk: Bench, sandbox: ChatwootSandbox, monkeypatch: pytest.MonkeyPatch, at_once: float
) -> None:
    """By the time of the last change, and page by page where the time is long."""
    monkeypatch.setattr(run_module, "AT_ONCE", at_once)
    jane = heard_of(desk, sandbox, **JANE)
    talks = [sandbox.conversations.open(jane, "Hello") for _ in range(60)]
    for talk in talks[:50]:
        talk.updated_at -= 86_400
        talk.last_activity_at -= 86_400
    sandbox.asked.clear()

    assert found(desk)["missed_conversations"] == 10
    assert sandbox.asked.count("GET /conversations") == 1


def test_a_dry_run_keeps_nothing(desk: Bench, sandbox: ChatwootSandbox) -> None:
    jane = sandbox.contacts.create(**JANE)
    sandbox.conversations.open(jane.id, "Hello")

    tried = [found(desk, dry_run=True) for _ in range(2)]

    assert tried == [NOTHING | {"missed_contacts": 1, "missed_conversations": 1}] * 2
    assert desk.states() == []
    with desk.house.store.read() as tx:
        assert known.watermark(tx, 1, run_module.WATERMARK) is None


def the_gone(desk: Bench) -> tuple[int, int | None, str, str]:
    """Return the one contact that is gone: its id, what it is now, how that is known, what to do."""
    (one,) = found(desk)["gone"]
    return one.contact_id, one.now, one.because, one.mend


def test_a_merged_contact_is_followed_by_its_conversation(desk: Bench, sandbox: ChatwootSandbox) -> None:
    """The base had an e-mail of its own, so nothing else tells of the merge."""
    base = heard_of(desk, sandbox, name="Jane", email="jane@example.com")
    mergee = heard_of(desk, sandbox, name="J.", email="j@example.com")
    talk = sandbox.conversations.open(mergee, "Hello")
    reconcile(desk.house, 1)
    sandbox.contacts.merge(base, mergee)

    assert the_gone(desk) == (
        mergee,
        base,
        f"conversation {talk.id} is contact {base}'s now",
        f"In Fake CRM, merge customer 2 into customer 1. Then: crmhost links forget 1 --contact {mergee}",
    )


def test_a_merged_contact_is_found_by_its_address(desk: Bench, sandbox: ChatwootSandbox) -> None:
    base = heard_of(desk, sandbox, name="Jane", email="jane@example.com")
    mergee = heard_of(desk, sandbox, name="J.", phone_number="+447700900123")
    sandbox.contacts.merge(base, mergee)

    gone = the_gone(desk)

    assert gone[:3] == (mergee, base, f"contact {base} has the phone now")
    assert gone[3].startswith("In Fake CRM, merge customer 2 into customer 1.")


def test_a_record_that_two_contacts_are_linked_to_needs_no_merge(
    desk: Bench, sandbox: ChatwootSandbox
) -> None:
    base = heard_of(desk, sandbox, name="Jane", email="jane@example.com")
    linked(desk, 4, "1")

    assert the_gone(desk) == (
        4,
        base,
        f"customer 1 is contact {base}'s as well",
        "Nothing is to be done in Fake CRM. Then: crmhost links forget 1 --contact 4",
    )


def test_a_contact_that_was_merged_into_one_the_crm_does_not_know_is_to_be_linked(
    desk: Bench, sandbox: ChatwootSandbox
) -> None:
    mergee = heard_of(desk, sandbox, name="J.", email="j@example.com")
    base = sandbox.contacts.create(name="Jane", phone_number="+447700900123")
    base.created_at -= 86_400
    sandbox.contacts.merge(base.id, mergee)

    assert the_gone(desk)[3] == (
        f"Link customer 1 to contact {base.id}: crmhost links import --csv, «{base.id},customer,1»."
    )


def test_a_deleted_contact_is_named_and_its_record_stays(
    desk: Bench, sandbox: ChatwootSandbox, crm: FakeCRM
) -> None:
    jane = heard_of(desk, sandbox, **JANE)
    sandbox.contacts.delete(jane)

    gone = the_gone(desk)

    assert gone[:3] == (jane, None, "nothing in Chatwoot tells of it")
    assert gone[3].startswith("Deleted in Chatwoot, or merged into a contact that kept its own address.")
    assert crm.customers == [(1, "Jane Doe")]


def test_a_contact_that_lost_its_addresses_is_not_taken_for_gone(
    desk: Bench, sandbox: ChatwootSandbox
) -> None:
    jane = heard_of(desk, sandbox, name="Jane", email="jane@example.com")

    sandbox.contacts.update(jane, email="")

    assert found(desk)["gone"] == ()


def test_without_chatwoots_token_there_is_nothing_to_compare_with(house: House) -> None:
    connected(house)

    with pytest.raises(SettingsError, match="no token of Chatwoot's"):
        reconcile(house, 1)


@pytest.mark.parametrize("chaos", [Chaos(seed=7, shuffle=True, double=0.1, drop=0.33)])
def test_whatever_was_lost_shuffled_and_doubled_is_made_up_for(
    desk: Bench, sandbox: ChatwootSandbox, crm: FakeCRM, hosts_port: tuple[Switchboard, str]
) -> None:
    """A third of all webhooks is lost, some come twice, none in order: after one run all agrees."""
    with receiving(desk.house) as hosts_port[0].app, working(desk.house, 2):
        live_through(sandbox)
        wait_until_idle(desk.house)
        lost = found(desk)
        wait_until_idle(desk.house)

    assert sum(lost[name] for name in NOTHING if name != "gone") > 3
    names = sorted(row.name for row in sandbox.state.contacts.values())
    assert sorted(name or "" for _, name in crm.customers) == names
    assert len(crm.notes) == 12
    assert {f"conversation {number} resolved" for number in (731, 734, 737, 740)} <= set(crm.asked)
    assert found(desk) == NOTHING
    assert overview.status(desk.house)["deliveries"]["dead"] == 0


def live_through(sandbox: ChatwootSandbox) -> None:
    """Twelve customers write; of every third one the name changes and the conversation ends."""
    for number in range(12):
        jane = sandbox.contacts.create(name=f"Customer {number}", email=f"c{number}@example.com")
        talk = sandbox.conversations.open(jane.id, "Hello")
        if number % 3 == 0:
            sandbox.contacts.update(jane.id, name=f"Customer {number} the Great")
            sandbox.conversations.resolve(talk.id)
    sandbox.deliver()


@pytest.mark.usefixtures("fake")
def test_the_commands_tell_people_and_programs(
    types: Types, sandbox: ChatwootSandbox, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRMHOST_BASE_URL", "https://sync.example.com")
    connect = ["connect", "fake", "--account", "3", "--set", "token=t", "--chatwoot-url", address]
    types("crmhost", *connect, "--chatwoot-token", sandbox.make_token())
    sandbox.contacts.create(**JANE)

    tried = types("crmhost", "reconcile", "1", "--dry-run", "--json").document
    told = types("crmhost", "reconcile", "1")

    assert (tried["missed_contacts"], tried["gone"], tried["dry_run"]) == (1, [], True)
    assert "Missed: 1 contact(s)" in told.out
    assert types("crmhost", "links", "forget", "1", "--contact", "9", "--json").document["forgotten"] == 0
