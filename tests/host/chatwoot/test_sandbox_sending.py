"""The sandbox sends as Chatwoot does: signed, with all its noise, once each."""

import hashlib
import hmac

from crmhost.chatwoot.sandbox import Chaos, ChatwootSandbox
from crmhost.chatwoot.sandbox.state import Webhook

from .conftest import ALL, Inbox


def test_what_happens_is_as_noisy_as_chatwoot(sandbox: ChatwootSandbox, inbox: Inbox) -> None:
    jane = sandbox.contacts.create(name="Jane", email="jane@example.com")
    talk = sandbox.conversations.open(jane.id, "Hello")
    sandbox.conversations.label(talk.id, ["vip"])
    sandbox.conversations.resolve(talk.id)

    sandbox.deliver()

    assert inbox.events == [
        "contact_created",
        "conversation_created",
        "message_created",
        "contact_updated",
        "conversation_updated",
        "conversation_updated",
        "conversation_status_changed",
        "conversation_updated",
    ]
    noise = inbox.bodies("contact_updated")[0]["changed_attributes"]
    assert [key for one in noise for key in one] == ["last_activity_at", "updated_at"]
    assert inbox.bodies("conversation_status_changed")[0]["changed_attributes"] is None


def test_a_webhook_is_signed_over_the_very_bytes(sandbox: ChatwootSandbox, inbox: Inbox) -> None:
    sandbox.contacts.create(name="Jane <Doe> & Söhne", email="jane@example.com")

    sandbox.deliver()

    ((headers, body),) = inbox.posts
    signed = headers["x-chatwoot-timestamp"].encode() + b"." + body
    assert (
        headers["x-chatwoot-signature"] == f"sha256={hmac.new(b's3cret', signed, hashlib.sha256).hexdigest()}"
    )
    assert b"\\u003cDoe\\u003e \\u0026" in body


def test_an_early_event_can_show_a_later_state(sandbox: ChatwootSandbox, inbox: Inbox) -> None:
    jane = sandbox.contacts.create(name="Jane", email="jane@example.com")
    sandbox.contacts.update(jane.id, name="Jane Doe")

    sandbox.deliver()

    assert [body["name"] for body in inbox.bodies("contact_created")] == ["Jane Doe"]


def test_a_merge_destroys_the_mergee_without_a_word(sandbox: ChatwootSandbox, inbox: Inbox) -> None:
    base = sandbox.contacts.create(name="Jane", email="jane@example.com")
    mergee = sandbox.contacts.create(
        name="J.", phone_number="+447700900123", custom_attributes={"plan": "pro"}
    )
    talk = sandbox.conversations.open(mergee.id, "Hello")
    sandbox.deliver()
    inbox.posts.clear()

    sandbox.contacts.merge(base.id, mergee.id)
    sandbox.deliver()

    assert inbox.events == ["contact_updated"]
    assert (base.name, base.phone_number, base.custom_attributes) == (
        "Jane",
        "+447700900123",
        {"plan": "pro"},
    )
    assert (talk.contact_id, mergee.id in sandbox.state.contacts) == (base.id, False)


def test_the_webhook_of_a_record_that_is_gone_is_never_sent(sandbox: ChatwootSandbox, inbox: Inbox) -> None:
    jane = sandbox.contacts.create(name="Jane", email="jane@example.com")
    sandbox.conversations.open(jane.id, "Hello")
    sandbox.contacts.delete(jane.id)

    assert (sandbox.deliver(), inbox.posts) == ([], [])


def test_a_receiver_that_is_away_is_not_tried_again(sandbox: ChatwootSandbox) -> None:
    sandbox.state.webhooks[1] = Webhook(1, "http://127.0.0.1:1", ALL)
    sandbox.contacts.create(name="Jane", email="jane@example.com")

    assert [one.status for one in sandbox.deliver()] == [None]
    assert sandbox.deliver() == []


def test_chaos_is_the_same_for_the_same_seed() -> None:
    chaos = Chaos(seed=7, shuffle=True, double=0.2, drop=0.2)
    items = list(range(100))

    befallen = chaos.befall(items, chaos.dice())

    assert befallen == chaos.befall(items, chaos.dice())
    assert befallen != sorted(befallen)
    assert 60 < len(set(befallen)) < 95 < 100
    assert len(befallen) > len(set(befallen))


def test_many_threads_send_all_the_same(inbox: Inbox, sandbox: ChatwootSandbox) -> None:
    busy = ChatwootSandbox(threads=10)
    busy.state.webhooks = sandbox.state.webhooks
    for number in range(20):
        busy.contacts.create(name=f"Customer {number}", email=f"c{number}@example.com")

    sent = busy.deliver()
    busy.close()

    assert [one.status for one in sent] == [200] * 20
    assert len(inbox.posts) == 20
