"""The clients understand what real Krayins answered, and no method is left without its story."""

from __future__ import annotations

import re

import pytest

from crmhost_krayin.clients.transport import Transport

from . import stories  # noqa: F401 - to know them all
from .scrubbing import Scrubber
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
    for path in FOLDER.iterdir():
        text = path.read_text("utf-8")
        assert "bearer" not in text.lower()
        assert {
            found for found in re.findall(r"@[\w.-]+", text) if not found.endswith("example.com")
        } == set()
        assert set(re.findall(r"https?://[\w.:-]+", text)) <= {"https://krayin.example.com"}


def test_what_is_personal_becomes_an_example_and_the_same_one_each_time() -> None:
    scrubber = Scrubber()
    person = '{"name": "Ada Byron", "emails": [{"value": "ada@byron.example.org", "label": "work"}]}'

    asked = scrubber.body(person)
    answered = scrubber.body('{"data": {"additional": "Ada Byron <ada@byron.example.org>", "id": 3}}')
    address = scrubber.address(
        "https://crm.example.net/api/v1/x?search=emails%3A%22ada%40byron.example.org%22"
    )

    assert asked == '{"name": "Jane Doe", "emails": [{"value": "jane.doe.0@example.com", "label": "work"}]}'
    assert answered == '{"data": {"additional": "Jane Doe <jane.doe.0@example.com>", "id": 3}}'
    assert address == "https://krayin.example.com/api/v1/x?search=emails%3A%22jane.doe.0%40example.com%22"
