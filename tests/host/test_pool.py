"""Calls share no client while they go on, and leave none open."""

from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest
from starlette.responses import PlainTextResponse

from crmhost import Http
from crmhost.pool import KEEP, Clients, new_pool
from crmhost.server import serving


@pytest.fixture
def made() -> list[httpx.Client]:
    return []


@pytest.fixture
def clients(made: list[httpx.Client]) -> Iterator[Clients]:
    """Clients that are answered without a network."""

    def make() -> httpx.Client:
        made.append(httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200))))
        return made[-1]

    with Clients(make) as pool:
        yield pool


def test_calls_one_after_the_other_have_the_same_client(clients: Clients, made: list[httpx.Client]) -> None:
    for _ in range(3):
        with clients.stream("GET", "http://crm.example"):
            pass

    assert len(made) == 1


def test_each_call_that_goes_on_has_a_client_of_its_own(clients: Clients, made: list[httpx.Client]) -> None:
    """In a shared one a connection is closed that another call was just given (encode/httpcore#1110)."""
    with ExitStack() as calls:
        for _ in range(3):
            calls.enter_context(clients.stream("GET", "http://crm.example"))
    with clients.stream("GET", "http://crm.example"):
        pass

    assert len(made) == 3


def test_a_call_that_fails_gives_its_client_back(clients: Clients, made: list[httpx.Client]) -> None:
    for _ in range(2):
        with pytest.raises(KeyError), clients.stream("GET", "http://crm.example"):
            raise KeyError

    assert len(made) == 1


def test_who_is_calling_when_all_are_closed_leaves_nothing_open(
    clients: Clients, made: list[httpx.Client]
) -> None:
    with clients.stream("GET", "http://crm.example"), clients.stream("GET", "http://crm.example"):
        clients.close()

    assert [client.is_closed for client in made] == [True, True]


def test_a_connection_is_left_before_servers_hang_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """uvicorn, Node and Apache do after five seconds, and a write that is just on its way is then lost."""
    kept: list[float | None] = []
    limits = httpx.Limits

    def noted(**given: float) -> httpx.Limits:
        kept.append(given.get("keepalive_expiry"))
        return limits(**given)  # type: ignore[arg-type]

    monkeypatch.setattr(httpx, "Limits", noted)
    with serving(PlainTextResponse("hello")) as url, new_pool() as pool:
        Http(pool).request("GET", url)

    assert kept == [KEEP]
    assert KEEP < 5
