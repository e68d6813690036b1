"""Playing cassettes without a network; with ``--record-mode=rewrite``, recording them from a real Krayin."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest

from crmhost import Http
from crmhost.testing import HOME, Scrubber
from crmhost_krayin.clients.transport import Transport

from ..live.server import Server, here
from . import stories  # noqa: F401 - to know them all
from .people import people_in
from .story import Known
from .tapes import FOLDER, records_in

SCRUBBER = Scrubber(people_in)
"""One for all that is recorded, so that a name is the same example everywhere."""
ROOM = 8
"""Requests that a story may need before Krayin's minute is over."""


@pytest.fixture(scope="session")
def recorded_server(record_mode: str) -> Iterator[Server | None]:
    """The Krayin that is recorded, with our records in it; None where cassettes are played."""
    if record_mode == "none":
        yield None
        return
    with here() as server, server.swept():
        yield server


@pytest.fixture(scope="session")
def made(recorded_server: Server | None) -> Known:
    """The records that stories ask for, made on the server that is recorded."""
    return recorded_server.make_examples() if recorded_server else {}


@pytest.fixture
def method(request: pytest.FixtureRequest) -> str:
    """The method whose story is told."""
    name: str = request.node.callspec.params["method"]
    return name


@pytest.fixture
def default_cassette_name(method: str, recorded_server: Server | None) -> str:
    """Name the cassette; what is asked from now on is recorded, so there must be room for it."""
    if recorded_server:
        recorded_server.make_room(ROOM)
    return method


@pytest.fixture(scope="module")
def vcr_cassette_dir() -> str:
    return str(FOLDER)


def pytest_recording_configure(config: pytest.Config, vcr: Any) -> None:  # noqa: ARG001 - its name
    """Let a question be the same whichever record it is about."""
    vcr.register_matcher("question", _is_same_question)


def _is_same_question(one: Any, other: Any) -> bool:
    """How exactly it is asked is for the sandbox to judge, which knows what Krayin makes of it."""
    return bool((one.method, _kind(one.path)) == (other.method, _kind(other.path)))


def _kind(path: str) -> str:
    return re.sub(r"\d+", "N", path.partition("/api/")[2] or path)


@pytest.fixture
def vcr_config(record_mode: str) -> dict[str, Any]:
    """Scrub what is recorded; what is played was scrubbed once, and twice would be other examples."""
    recording = {
        "before_record_request": _without_people,
        "before_record_response": _without_names,
        "decode_compressed_response": True,
    }
    return {"match_on": ["question"], **(recording if record_mode != "none" else {})}


@pytest.fixture
def known(method: str, made: Known) -> Known:
    return made or records_in(method)


@pytest.fixture
def krayin(recorded_server: Server | None, method: str, pool: httpx.Client) -> Transport:
    """A transport to the server that is recorded, or to what its cassette says."""
    url, token = (recorded_server.url, recorded_server.token) if recorded_server else (HOME, method)
    return Transport(Http(pool), url, token)


def _without_people(request: Any) -> Any:
    request.body = SCRUBBER.body((request.body or b"").decode()) or None
    request.uri = SCRUBBER.address(request.uri)
    request.headers = {}
    return request


def _without_names(response: Mapping[str, Any]) -> dict[str, Any]:
    body = SCRUBBER.body(response["body"]["string"].decode()).encode()
    headers = SCRUBBER.headers(response["headers"])
    return {**response, "headers": headers, "body": {"string": body}}
