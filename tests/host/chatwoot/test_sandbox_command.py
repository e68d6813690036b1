"""The sandbox Chatwoot as people start it: it has a past, things happen, and webhooks tell of them."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from crmhost import Http
from crmhost.chatwoot import ChatwootAPI
from crmhost.chatwoot.sandbox import ChatwootSandbox
from crmhost.chatwoot.sandbox.life import Life

from ...processes import running
from .conftest import Inbox, Switchboard


def test_a_past_is_there_and_no_webhook_tells(sandbox: ChatwootSandbox, inbox: Inbox) -> None:
    Life(sandbox).settle(20)
    sandbox.deliver()

    ages = [sandbox.state.clock() - row.created_at for row in sandbox.state.contacts.values()]
    assert len(sandbox.state.conversations) == 20
    assert ages == sorted(ages, reverse=True)
    assert ages[-1] > 3600
    assert inbox.posts == []


def test_things_happen_the_same_by_the_same_seed(sandbox: ChatwootSandbox, inbox: Inbox) -> None:
    lives = Life(sandbox, 7), Life(ChatwootSandbox(), 7)
    told = [[life.go_on() for _ in range(30)] for life in lives]
    sandbox.deliver()

    assert told[0] == told[1]
    assert {"contact_created", "contact_updated", "conversation_created", "message_created"} <= set(
        inbox.events
    )


@pytest.mark.slow
def test_the_command_serves_it_and_sends_what_happens(
    tmp_path: Path, pool: httpx.Client, hosts_port: tuple[Switchboard, str]
) -> None:
    board, url = hosts_port
    received = Inbox()
    board.app = received.app
    command = ["crmhost", "chatwoot-sandbox", "--port", "0", "--account", "5", "--contacts", "4"]
    with running(tmp_path, [*command, "--every", "0.05", "--double", "1"], r"(http://.*)") as told:
        address, token = told.split(",")[0], told.split()[-1]
        api = ChatwootAPI(Http(pool), address, token, 5)
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", address)
        assert len(list(api.contacts())) >= 4
        api.webhooks.register(f"{url}/")
        received.wait(2)

    assert len(received.posts) >= 2
    assert all("x-chatwoot-signature" in headers for headers, _ in received.posts)


def test_programs_open_conversations_and_write_as_customers(
    sandbox: ChatwootSandbox, api: ChatwootAPI, pool: httpx.Client, address: str
) -> None:
    jane = sandbox.contacts.create(name="Jane", email="jane@example.com")

    def send(path: str, **body: Any) -> Any:
        url = f"{address}/api/v1/accounts/3/conversations{path}"
        headers = {"api-access-token": sandbox.make_token()}
        return Http(pool).request("POST", url, headers=headers, body=body).json()

    talk = send("", contact_id=jane.id, message={"content": "How can I help?"})
    send(f"/{talk['id']}/messages", content="I am lost", message_type="incoming")

    told = [(message.direction, message.content) for message in api.messages(talk["id"])]
    assert told == [("outgoing", "How can I help?"), ("incoming", "I am lost")]
