"""A Chatwoot in memory, served on a port, and the host's way to it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from crmhost import Http
from crmhost.chatwoot import Access, ChatwootAPI
from crmhost.chatwoot.sandbox import CALM, Chaos, ChatwootSandbox
from crmhost.chatwoot.sandbox.state import Webhook
from crmhost.connect import connect
from crmhost.house import House
from crmhost.pool import Pool, new_pool
from crmhost.server import serving
from crmhost.store.connections import CRMConnection
from crmhost.wiring import open_house

from ...conftest import PAYLOADS
from ..conftest import Bench, settings_for
from ..fake_crm import FakeCRM

JANE: dict[str, Any] = {
    "name": "Jane Doe",
    "email": "jane.doe@example.com",
    "phone_number": "+447700900123",
    "additional_attributes": {"company_name": "Globex Ltd", "city": "London"},
    "custom_attributes": {"plan": "pro"},
}


def whole(name: str) -> Any:
    """Return a payload file."""
    return json.loads((PAYLOADS / f"{name}.json").read_text())


def sample(name: str) -> Any:
    """Return a payload of Chatwoot's; of a REST one what was answered."""
    found = whole(name)
    return found["response"]["body"] if name.startswith("rest/") else found


@pytest.fixture
def chaos() -> Chaos:
    """What happens to webhooks on their way; a test may say otherwise."""
    return CALM


@pytest.fixture
def sandbox(chaos: Chaos) -> Iterator[ChatwootSandbox]:
    made = ChatwootSandbox(chaos=chaos)
    yield made
    made.close()


class Switchboard:
    """An application that hands each request on: one server for all tests of a process."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


def served() -> Iterator[tuple[Switchboard, str]]:
    board = Switchboard()
    with serving(board) as address:
        yield board, address


@pytest.fixture(scope="session")
def chatwoots_port() -> Iterator[tuple[Switchboard, str]]:
    yield from served()


@pytest.fixture(scope="session")
def hosts_port() -> Iterator[tuple[Switchboard, str]]:
    yield from served()


@pytest.fixture
def address(sandbox: ChatwootSandbox, chatwoots_port: tuple[Switchboard, str]) -> str:
    """Where the sandbox is served."""
    board, address = chatwoots_port
    board.app = sandbox.app
    return address


@pytest.fixture
def pool() -> Iterator[Pool]:
    with new_pool() as opened:
        yield opened


Asks = Callable[..., ChatwootAPI]


@pytest.fixture
def asks(sandbox: ChatwootSandbox, address: str, pool: Pool) -> Asks:
    """Return Chatwoot's API for a token: an administrator's, if none is given."""

    def api(token: str | None = None, account_id: int = 3) -> ChatwootAPI:
        return ChatwootAPI(Http(pool), address, token or sandbox.make_token(), account_id)

    return api


@pytest.fixture
def api(asks: Asks) -> ChatwootAPI:
    return asks()


ALL = ["contact_created", "contact_updated", "conversation_created", "conversation_updated"]
ALL += ["conversation_status_changed", "message_created"]


class Inbox:
    """Keeps the webhooks that were posted to it."""

    def __init__(self) -> None:
        self.posts: list[tuple[dict[str, str], bytes]] = []
        self.app = Starlette(routes=[Route("/", self._take, methods=["POST"])])

    async def _take(self, request: Request) -> Response:
        self.posts.append((dict(request.headers), await request.body()))
        return Response(status_code=200)

    def wait(self, count: int) -> None:
        """Wait until so many have come."""
        until = time.monotonic() + 20
        while len(self.posts) < count and time.monotonic() < until:
            time.sleep(0.01)

    @property
    def events(self) -> list[str]:
        return [json.loads(body)["event"] for _, body in self.posts]

    def bodies(self, event: str) -> list[dict[str, Any]]:
        read = [json.loads(body) for _, body in self.posts]
        return [body for body in read if body["event"] == event]


@pytest.fixture
def inbox(sandbox: ChatwootSandbox, hosts_port: tuple[Switchboard, str]) -> Inbox:
    made = Inbox()
    board, url = hosts_port
    board.app = made.app
    sandbox.state.webhooks[1] = Webhook(1, f"{url}/", ALL, secret="s3cret")
    return made


@pytest.fixture
def house(
    tmp_path: Path, valkey_url: str, crm: FakeCRM, hosts_port: tuple[Switchboard, str]
) -> Iterator[House]:
    """A house on SQLite that knows where Chatwoot reaches it."""
    settings = settings_for(tmp_path, None, valkey_url, base_url=hosts_port[1])
    with open_house(settings, crm.plugins()) as opened:
        yield opened


@pytest.fixture
def joined(house: House, sandbox: ChatwootSandbox, address: str) -> CRMConnection:
    """A connection that may ask Chatwoot."""
    access = Access(address, sandbox.make_token())
    return connect(house, "fake", 3, {"token": "t0ken"}, chatwoot=access).connection


@pytest.fixture
def desk(house: House, joined: CRMConnection) -> Iterator[Bench]:
    """The connection's lanes, worked by hand."""
    made = Bench(house, joined)
    yield made
    made.close()
