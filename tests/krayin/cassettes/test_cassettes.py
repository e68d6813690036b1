"""The clients understand what real Krayins answered, and no method is left without its story."""

from __future__ import annotations

import re

import pytest

from crmhost.testing import Scrubber, scan
from crmhost_krayin.clients.transport import Transport

from . import stories  # noqa: F401 - to know them all
from .people import people_in
from .story import STORIES, Known, methods
from .tapes import FOLDER


@pytest.mark.vcr
# What may be connected to is the other tests' Valkey: its keeper looks at it from a thread of this process.
@pytest.mark.block_network(allowed_hosts=[r".*valkey\.sock"])
@pytest.mark.parametrize("method", STORIES)
def test_a_client_understands_what_krayin_answers(method: str, krayin: Transport, known: Known) -> None:
    STORIES[method].tell(krayin, known)


def test_each_method_of_the_clients_has_its_story_and_each_story_its_cassette() -> None:
    assert sorted(STORIES) == sorted(methods())
    assert sorted(path.stem for path in FOLDER.iterdir()) == sorted(STORIES)


def test_no_cassette_tells_who_was_recorded() -> None:
    hosts = {
        host
        for path in FOLDER.iterdir()
        for host in re.findall(r"https?://[\w.:-]+", path.read_text("utf-8"))
    }

    assert scan([FOLDER]) == []
    assert {host for host in hosts if not host.endswith(".example.com")} == set()


def test_what_is_personal_becomes_an_example_and_the_same_one_each_time() -> None:
    scrubber = Scrubber(people_in)
    person = '{"name": "Ada Byron", "emails": [{"value": "ada@byron.engine", "label": "work"}]}'

    asked = scrubber.body(person)
    answered = scrubber.body('{"data": {"additional": "Ada Byron <ada@byron.engine>", "id": 3}}')
    address = scrubber.address("https://crm.byron.engine/api/v1/x?search=emails%3A%22ada%40byron.engine%22")

    assert asked == '{"name": "Jane Doe", "emails": [{"value": "jane.doe.0@example.com", "label": "work"}]}'
    assert answered == '{"data": {"additional": "Jane Doe <jane.doe.0@example.com>", "id": 3}}'
    assert address == "https://crm.example.com/api/v1/x?search=emails%3A%22jane.doe.0%40example.com%22"
