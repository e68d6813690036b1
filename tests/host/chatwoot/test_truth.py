"""A webhook is a notice, Chatwoot's API is the truth: what a lane with contact work applies."""

import time
from typing import Any

import pytest
from starlette.responses import JSONResponse, PlainTextResponse

from crmhost import Contact, overview
from crmhost.chatwoot.sandbox import ChatwootSandbox
from crmhost.chatwoot.sandbox.hooks import hooked_contact
from crmhost.demo import payloads
from crmhost.demo.run import wait_until_idle
from crmhost.house import House
from crmhost.wiring import receiving, working

from ..conftest import Bench
from ..fake_crm import FakeCRM
from .conftest import JANE, Switchboard


def body(sandbox: ChatwootSandbox, contact_id: int, event: str = "contact_updated", **odd: Any) -> Any:
    """Return a webhook as it was made some time ago."""
    shown = hooked_contact(sandbox.state, sandbox.contacts.get(contact_id))
    return {**shown, "event": event, "changed_attributes": None, **odd}


def test_a_stale_webhook_does_not_overwrite(desk: Bench, sandbox: ChatwootSandbox, crm: FakeCRM) -> None:
    jane = sandbox.contacts.create(**JANE)
    stale = body(sandbox, jane.id, name="J.")
    sandbox.contacts.update(jane.id, name="Jane Roe")

    desk.receive(body(sandbox, jane.id))
    desk.work(jane.id)
    desk.receive(stale)
    desk.work(jane.id)

    assert crm.customers == [(1, "Jane Roe")]
    assert desk.states() == ["applied", "unchanged"]


def test_a_plugin_is_handed_the_labels_too(
    desk: Bench, sandbox: ChatwootSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    jane = sandbox.contacts.create(**JANE)
    sandbox.contacts.label(jane.id, ["vip"])
    handed: list[Contact] = []

    def handle_contact(_context: Any, contact: Contact, _conversation: Any) -> None:
        handed.append(contact)

    monkeypatch.setattr(desk.house.plugins["fake"], "handle_contact", handle_contact)
    desk.receive(body(sandbox, jane.id))

    desk.work(jane.id)

    assert [contact.labels for contact in handed] == [("vip",)]


def test_chatwoots_calls_are_not_counted_as_the_crms(desk: Bench, sandbox: ChatwootSandbox) -> None:
    jane = sandbox.contacts.create(**JANE)
    desk.receive(body(sandbox, jane.id))

    desk.work(jane.id)

    assert sandbox.asked[-2:] == [f"GET /contacts/{jane.id}", f"GET /contacts/{jane.id}/labels"]
    assert desk.last()["calls"] == []


def test_a_contact_that_is_gone_is_ignored_with_the_reason(
    desk: Bench, sandbox: ChatwootSandbox, crm: FakeCRM
) -> None:
    jane = sandbox.contacts.create(**JANE)
    late = body(sandbox, jane.id)
    talk = payloads.conversation(731, payloads.contact(jane.id, "Jane", email="j@example.com"), 5)
    sandbox.contacts.delete(jane.id)

    desk.receive(late)
    desk.receive(payloads.conversation_created(talk))
    desk.work(jane.id)

    assert desk.states() == ["ignored", "ignored"]
    assert desk.last()["reason"] == f"Contact {jane.id} is gone in Chatwoot: merged into another, or deleted."
    assert (crm.customers, crm.notes) == ([], [])


def test_a_contact_that_its_conversation_brings_is_read_as_well(
    desk: Bench, sandbox: ChatwootSandbox, crm: FakeCRM
) -> None:
    jane = sandbox.contacts.create(**JANE)
    old = payloads.contact(jane.id, "snowy-sun-611", email="jane@example.com")

    desk.receive(payloads.conversation_created(payloads.conversation(731, old, 5)))
    desk.work(jane.id)

    assert crm.customers == [(1, "Jane Doe")]
    assert crm.notes == [(1, "began")]


@pytest.mark.parametrize("answer", [PlainTextResponse("Retry later\n", 429), PlainTextResponse("no", 502)])
def test_a_chatwoot_that_is_away_delays_the_delivery(
    desk: Bench, sandbox: ChatwootSandbox, crm: FakeCRM, answer: PlainTextResponse
) -> None:
    jane = sandbox.contacts.create(**JANE)
    desk.receive(body(sandbox, jane.id))
    sandbox.troubles = [answer]

    desk.work(jane.id)

    assert desk.states() == ["pending"]
    assert desk.last()["reason"].startswith("Chatwoot")
    assert desk.woken[-1] > time.time()
    assert (crm.asked, desk.connection_state()["state"]) == ([], "working")


def test_a_token_that_chatwoot_refuses_pauses_the_connection_and_names_chatwoot(
    desk: Bench, sandbox: ChatwootSandbox, crm: FakeCRM
) -> None:
    jane = sandbox.contacts.create(**JANE)
    desk.receive(body(sandbox, jane.id))
    sandbox.troubles = [JSONResponse({"error": "Invalid Access Token"}, 401)]

    desk.work(jane.id)

    state = desk.connection_state()
    assert (state["state"], desk.states()) == ("paused", ["pending"])
    assert state["reason"].startswith("Chatwoot refuses crmhost's token")
    assert "--chatwoot-token" in state["fix"]
    assert crm.asked == []


@pytest.mark.usefixtures("joined")
def test_what_happens_in_chatwoot_is_in_the_crm_soon(
    house: House,
    sandbox: ChatwootSandbox,
    crm: FakeCRM,
    hosts_port: tuple[Switchboard, str],
) -> None:
    """The whole way: signed webhooks of the sandbox, received, worked, and the contact read again."""
    with receiving(house) as hosts_port[0].app, working(house, 2):
        jane = sandbox.contacts.create(**JANE)
        talk = sandbox.conversations.open(jane.id, "Hello <there>")
        first = sandbox.deliver()
        sandbox.conversations.resolve(talk.id)
        sandbox.contacts.update(jane.id, name="Jane Roe")
        second = sandbox.deliver()
        wait_until_idle(house)

    assert {one.status for one in first + second} == {200}
    assert crm.customers == [(1, "Jane Roe")]
    assert crm.notes == [(1, "resolved")]
    assert overview.status(house)["refused"] == {}
