"""Working a lane: in order, once, and in as few steps as its newest state needs."""

from typing import Any

import pytest

from crmhost.demo import payloads

from .conftest import Bench
from .fake_crm import FakeCRM
from .jane import DONE, JANE, TALK, jane


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


def test_the_same_body_under_another_id_is_taken_once(bench: Bench) -> None:
    assert bench.receive(payloads.contact_created(JANE))
    assert not bench.receive(payloads.contact_created(JANE))


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


def test_a_body_that_cannot_be_read_is_dead_with_its_reason(bench: Bench) -> None:
    bench.receive(payloads.contact_created({**JANE, "custom_attributes": "odd"}))

    bench.work()

    assert bench.last()["state"] == "dead"
    assert "custom_attributes" in bench.last()["reason"]
