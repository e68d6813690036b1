"""What is recorded tells of nobody, and plays back what was asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from vcr.errors import CannotOverwriteExistingCassetteException

from crmhost.server import serving
from crmhost.testing import HOME, Scrubber, scan
from crmhost.testing.cassettes import playing, recording
from crmhost.testing.reserved import example_phone, is_example_phone

SECRET = "k1tt3ns-and-puppies"
ADA = {"id": 7, "name": "Ada Byron", "email": "ada@analytical-engine.co.uk", "phone": "0151 234 5678"}


async def _people(request: Request) -> Response:
    assert request.headers["authorization"] == f"Bearer {SECRET}"
    return JSONResponse(
        {"people": [ADA], "said": f"Ada Byron asked for {request.query_params['q']}", "token": "fresh-one"},
        headers={"X-RateLimit-Remaining": "3", "Set-Cookie": "session=9f8e7d", "X-Request-Id": "42"},
    )


@pytest.fixture(scope="module")
def crm() -> Iterator[str]:
    with serving(Starlette(routes=[Route(f"/hooks/{SECRET}/people", _people)])) as address:
        yield address


def ask(url: str, secret: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {secret}"}
    with httpx.Client() as client:
        return client.get(f"{url}/hooks/{secret}/people?q=jane%40example.com&page=2", headers=headers)


def test_a_recording_tells_of_nobody_and_plays_what_was_asked(crm: str, tmp_path: Path) -> None:
    tape = tmp_path / "tape.yaml"
    with recording(tape, Scrubber(secrets=[SECRET])):
        live = ask(crm, SECRET)
    with playing(tape, Scrubber(secrets=["another"])):
        played = ask(HOME, "another")

    assert live.json()["people"] == [ADA]
    assert played.json() == {
        "people": [
            {"id": 7, "name": "Jane Doe", "email": "jane.doe.0@example.com", "phone": "+44 7700 900000"}
        ],
        "said": "Jane Doe asked for jane@example.com",
        "token": "hidden",
    }
    assert set(played.headers) == {"content-type", "x-ratelimit-remaining"}
    assert SECRET not in tape.read_text()
    assert scan([tape]) == []


def test_what_was_not_asked_is_refused(crm: str, tmp_path: Path) -> None:
    tape = tmp_path / "tape.yaml"
    with recording(tape, Scrubber(secrets=[SECRET])):
        ask(crm, SECRET)

    with (
        playing(tape, Scrubber()),
        httpx.Client() as client,
        pytest.raises(CannotOverwriteExistingCassetteException),
    ):
        client.get(f"{HOME}/hooks/hidden/people?q=jane%40example.com&page=3")


def test_a_name_is_the_same_example_each_time_and_an_example_stays() -> None:
    scrubber = Scrubber(kept=["Jana Doe-Example"])

    first = json.loads(scrubber.body(json.dumps([ADA, {**ADA, "name": "Jana", "email": "jana@example.com"}])))
    then = json.loads(scrubber.body(json.dumps({"note": "Byron, Ada? No: Ada Byron, 0151 234 5678"})))

    assert [one["name"] for one in first] == ["Jane Doe", "Jana"]
    assert [one["email"] for one in first] == ["jane.doe.0@example.com", "jana@example.com"]
    assert then == {"note": "Byron, Ada? No: Jane Doe, +44 7700 900000"}


def test_a_path_tells_of_nobody_either() -> None:
    scrubber = Scrubber(secrets=["k1tt3ns"])
    scrubber.body(
        json.dumps([{**ADA, "name": "Ada"}, {"name": "peop", "email": "ada@analytical-engine.co.uk"}])
    )

    path = "/hooks/k1tt3ns/people/ada%40analytical-engine.co.uk/Ada/%2B420777123456/a%2Fb"

    assert scrubber.address(f"https://crm.acme.com{path}") == (
        f"{HOME}/hooks/hidden/people/jane.doe.0%40example.com/Jane%20Doe/%2B44%207700%20900001/a%2Fb"
    )
    assert scrubber.address("https://crm.acme.com/people/grace@navy.mil") == (
        f"{HOME}/people/robin.doe.1%40example.com"
    )


def test_no_two_people_are_the_same_example() -> None:
    people = [
        {"name": f"Somebody No. {n}", "email": f"n{n}@acme.com", "phone": f"0151 000 {n:04}"}
        for n in range(4_100)
    ]

    shown = json.loads(Scrubber().body(json.dumps(people)))

    for name in ("name", "email", "phone"):
        assert len({one[name] for one in shown}) == len(people)
    assert all(is_example_phone(one["phone"]) for one in shown)


def test_where_the_numbers_for_examples_end_is_said() -> None:
    assert example_phone(103_999) == "+353 20 91 99999"

    with pytest.raises(ValueError, match="no more phone numbers"):
        example_phone(104_000)


def test_our_own_words_in_a_request_are_examples_and_stay_in_its_answer() -> None:
    scrubber = Scrubber()

    asked = scrubber.asked('{"name": "Made up", "phone": "555 123 4567"}')
    answered = scrubber.body('{"id": 1, "name": "Made up", "phone": "555 123 4567"}')

    assert json.loads(asked)["name"] == json.loads(answered)["name"] == "Made up"


@pytest.mark.parametrize(
    "asked",
    [
        '{"client_secret": "wrong", "grant": "refresh", "page_token": "7", "more": [{"token": "wr0ng"}]}',
        "client_secret=wrong&grant=refresh&page_token=7",
        "no form",
        "",
    ],
)
def test_a_secret_in_a_body_is_hidden_by_its_name_and_plays_whatever_it_is(asked: str) -> None:
    recorded, played = Scrubber().asked(asked), Scrubber().question(asked)

    assert "wr" not in recorded
    assert played == recorded


def test_a_form_and_a_page_are_scrubbed_too() -> None:
    scrubber = Scrubber()

    assert (
        scrubber.body("grant_type=refresh_token&client_secret=k1")
        == "grant_type=refresh_token&client_secret=hidden"
    )
    assert scrubber.body("<html>Ada was here</html>") == "<!DOCTYPE html>"
