"""In the recorded half of the contract nothing reaches a network, however a plugin calls."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from crmhost import Contact, Context, Outcome, hookimpl, plugins
from crmhost.testing import HOME, Scrubber
from crmhost.testing.example_crm import ExampleCRM
from crmhost.testing.people import customer
from crmhost.testing.played import Played
from crmhost.testing.tapes import Tapes

from .tiny_plugin import Tiny, TinySettings

FOLDER = Path(__file__).parent / "cassettes" / "TestTiny"


class Dials(Tiny):
    """Has a socket of its own, as a vendor's client that is not made for HTTP may."""

    def __init__(self, port: int) -> None:
        self._port = port

    @hookimpl
    def handle_contact(self, context: Context[TinySettings], contact: Contact) -> Outcome:
        with socket.socket() as own:
            own.connect(("127.0.0.1", self._port))
        return super().handle_contact(context, contact)


@pytest.fixture
def port() -> Iterator[int]:
    """A port at which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_hook_with_a_socket_of_its_own_fails_on_a_cassette(port: int, contract_pool: httpx.Client) -> None:
    given = ExampleCRM().settings(HOME)
    tapes = Tapes(FOLDER, given, Scrubber(secrets=[given["api_token"]]), record=False)
    dials, tiny = (Played(plugins.load("tiny", one), contract_pool, given) for one in (Dials(port), Tiny()))

    with tapes.running("contact-created"), pytest.raises(RuntimeError, match="Network is disabled"):
        dials.contact(customer(1))
    with tapes.running("contact-created"):
        assert tiny.contact(customer(1)).state == "applied"
