"""What the template's own code makes of a CRM's answers, and of what was said in a conversation."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
import structlog
from starlette.responses import HTMLResponse, JSONResponse, Response

from crmhost import Context, Conversation, CredentialsError, Http, Message, SettingsError, scaffold
from crmhost.demo import payloads
from crmhost.testing import LinksInMemory, asking

JANE = payloads.contact(5821, "Jane Doe", email="jane.doe@example.com")
TALK = Conversation.model_validate(payloads.conversation(731, JANE, 1, status="resolved", said="Bye!"))


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """A plugin that was just made."""
    folder = tmp_path_factory.mktemp("made") / "crmhost-acme"
    scaffold.make("acme_made", "Acme CRM", folder)
    sys.path.insert(0, str(folder))
    yield importlib.import_module("crmhost_acme_made")
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.startswith("crmhost_acme_made")]:
        del sys.modules[name]


@pytest.fixture
def ask(acme: ModuleType) -> Iterator[Any]:
    """Return the plugin's context, with a CRM that always answers the same."""
    with_clients = []

    def contexts(answer: Response, connection_id: int = 0) -> Context[Any]:
        client = asking(answer)
        with_clients.append(client)
        settings = acme.settings.Settings(api_url="http://crm.test/wrong", api_token="t")
        http = Http(client.__enter__())
        return Context(connection_id, 3, settings, LinksInMemory().open(), http, structlog.get_logger())

    yield contexts
    for client in with_clients:
        client.__exit__(None, None, None)


@pytest.fixture
def asks(acme: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the plugin's ``whoami`` written."""
    written = lambda client: client.ask("GET", "/me")["name"]  # noqa: E731
    monkeypatch.setattr(acme.client.Client, "whoami", written)


@pytest.mark.parametrize("method", ["PATCH", "PUT", "POST", "DELETE"])
def test_a_change_that_is_answered_with_nothing_is_done(acme: ModuleType, ask: Any, method: str) -> None:
    assert acme.client.Client(ask(Response(status_code=204))).ask(method, "/people/1") is None


@pytest.mark.usefixtures("asks")
@pytest.mark.parametrize("answer", [JSONResponse({}, 404), HTMLResponse("<p>Welcome"), Response()])
def test_a_wrong_address_is_told_with_the_setting_to_look_at(
    acme: ModuleType, ask: Any, answer: Response
) -> None:
    with pytest.raises(SettingsError, match="Acme CRM answered") as error:
        acme.setup(ask(answer))

    assert "See api_url, which is http://crm.test/wrong" in error.value.fix


@pytest.mark.usefixtures("asks")
def test_a_refused_token_is_told_with_the_connection_that_has_it(acme: ModuleType, ask: Any) -> None:
    for connection_id, command in (
        (7, "crmhost set 7 --set api_token=@file"),
        (0, ": --set api_token=@file"),
    ):
        with pytest.raises(CredentialsError) as error:
            acme.setup(ask(JSONResponse({}, 401), connection_id))
        assert error.value.fix.endswith(command)


class ToldAll:
    """Chatwoot's API, which has every message."""

    def messages(self, conversation_id: int) -> tuple[Message, ...]:
        assert conversation_id == TALK.id
        (last,) = TALK.messages
        return (
            replaced(last, content="Do you ship chairs?"),
            replaced(last, content="Who is that?", private=True),
            replaced(last, content="Assigned to Kim", direction="activity"),
            replaced(last, content="We do.", direction="outgoing"),
            last,
        )


def replaced(message: Message, **other: Any) -> Message:
    return message.model_copy(update=other)


def test_a_note_has_all_that_customer_and_agents_said_where_chatwoot_can_be_asked(
    acme: ModuleType, ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = replace(ask(Response()), chatwoot=ToldAll())
    noted: list[str] = []
    context.links.set("contact:5821", "person", "1", {})

    def create_note(_client: object, _person: str, _reference: str, text: str) -> str:
        noted.append(text)
        return "9"

    monkeypatch.setattr(acme.client.Client, "create_note", create_note)

    acme.handle_conversation_resolved(context, TALK)

    assert noted == ["Conversation 731, resolved\nDo you ship chairs?\nWe do.\nBye!"]
