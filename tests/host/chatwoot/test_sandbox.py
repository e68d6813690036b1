"""The sandbox shows and sends what Chatwoot does: same keys, same types, same noise."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from crmhost.chatwoot.sandbox import ChatwootSandbox
from crmhost.chatwoot.sandbox.state import Webhook

from .conftest import JANE, Inbox, sample, whole

FREE = {
    "changed_attributes",
    "additional_attributes",
    "custom_attributes",
    "ui_settings",
    "content_attributes",
}
"""What differs by what happened, and what people fill as they like."""


def shape(value: Any) -> Any:
    """Return keys and kinds of values; what may be null, or anything, is left open."""
    if isinstance(value, dict):
        return {key: None if key in FREE else shape(one) for key, one in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    if value is None:
        return None
    return (
        "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__
    )


def same(ours: Any, theirs: Any, path: str = "") -> list[str]:
    """Return where two shapes differ; null stands for anything."""
    if ours is None or theirs is None or [] in (ours, theirs):
        return []
    if isinstance(ours, dict) and isinstance(theirs, dict):
        odd = [f"{path}.{key}" for key in ours.keys() ^ theirs.keys()]
        both = ours.keys() & theirs.keys()
        return odd + [line for key in sorted(both) for line in same(ours[key], theirs[key], f"{path}.{key}")]
    if isinstance(ours, list) and isinstance(theirs, list):
        return same(ours[0], theirs[0], f"{path}[0]")
    return [] if ours == theirs else [f"{path}: {ours} for {theirs}"]


def lived_in(sandbox: ChatwootSandbox) -> ChatwootSandbox:
    """Let happen what the payload files tell of."""
    jane = sandbox.contacts.create(**JANE)
    talk = sandbox.conversations.open(jane.id, "Hi, do you offer volume discounts?")
    sandbox.conversations.assign(talk.id, 7)
    sandbox.conversations.answer(talk.id, "Yes - 15% from 50 seats.")
    sandbox.conversations.label(talk.id, ["pricing"])
    sandbox.conversations.say(talk.id, "Thank you!")
    return sandbox


@pytest.fixture
def asking(address: str, sandbox: ChatwootSandbox) -> Iterator[httpx.Client]:
    """A program with a token, spelt as in Chatwoot's papers."""
    with httpx.Client(base_url=address, headers={"api_access_token": sandbox.make_token()}) as client:
        yield client


@pytest.mark.parametrize(
    "name",
    [
        "contact_search",
        "contact_show",
        "contact_update",
        "contacts_list",
        "conversation_show",
        "conversations_list",
        "inboxes_list",
        "message_create_private_note",
        "messages_list",
        "profile",
        "webhook_create",
        "webhooks_list",
    ],
)
def test_the_api_answers_in_chatwoots_shape(
    sandbox: ChatwootSandbox, asking: httpx.Client, name: str
) -> None:
    lived_in(sandbox)
    if name == "webhooks_list":
        sandbox.state.webhooks[21] = Webhook(
            21, "https://x.example.com", ["contact_created"], "crm", "s3cret"
        )
    request = whole(f"rest/{name}")["request"]

    answer = asking.request(request["method"], request["path"], json=request.get("body"))

    assert answer.status_code == 200
    assert same(shape(answer.json()), shape(sample(f"rest/{name}"))) == []


def test_errors_are_chatwoots(sandbox: ChatwootSandbox, asking: httpx.Client) -> None:
    lived_in(sandbox)
    sandbox.contacts.create(name="Taken", email="taken@example.com")
    contacts = "/api/v1/accounts/3/contacts"

    answers = [
        asking.get(f"{contacts}/1", headers={"api_access_token": "wrong"}),
        asking.get("/api/v1/accounts/3/webhooks", headers={"api_access_token": sandbox.make_token("agent")}),
        asking.get(f"{contacts}/1"),
        asking.post("/api/v1/accounts/3/webhooks", json={}),
        asking.put(f"{contacts}/5821", json={"phone_number": "0770"}),
        asking.put(f"{contacts}/5821", json={"email": "taken@example.com"}),
    ]

    listed = [(one["status"], one["body"]) for one in whole("rest/errors")["response"]]
    taken = (422, sample("rest/contact_update_error"))
    assert [(answer.status_code, answer.json()) for answer in answers] == [
        *(listed[0], listed[1], listed[3], listed[4], listed[5]),
        taken,
    ]


@pytest.mark.parametrize(
    ("event", "name"),
    [
        ("contact_created", "contact_created"),
        ("contact_updated", "contact_updated"),
        ("conversation_created", "conversation_created"),
        ("conversation_status_changed", "conversation_status_changed"),
        ("conversation_updated", "conversation_updated.resolved"),
    ],
)
def test_webhooks_have_chatwoots_shape(sandbox: ChatwootSandbox, inbox: Inbox, event: str, name: str) -> None:
    lived_in(sandbox)
    sandbox.conversations.resolve(731)
    if "status" in name or "resolved" in name:
        sandbox.conversations.answer(731, "Good-bye.")

    sandbox.deliver()

    assert same(shape(inbox.bodies(event)[-1]), shape(sample(name))) == []


def test_messages_are_told_of_with_their_sender(sandbox: ChatwootSandbox, inbox: Inbox) -> None:
    lived_in(sandbox)
    inbox.posts.clear()
    sandbox.deliver()
    sandbox.conversations.answer(731, "You are welcome.")
    sandbox.deliver()
    sandbox.conversations.answer(731, "Be careful.", private=True)
    sandbox.deliver()

    incoming, outgoing, private = inbox.bodies("message_created")[-3:]
    assert same(shape(incoming), shape(sample("message_created"))) == []
    assert same(shape(outgoing), shape(sample("message_created.outgoing"))) == []
    assert (incoming["message_type"], outgoing["sender"]["email"], private["private"]) == (
        "incoming",
        "sam@acme.example",
        True,
    )
