"""Cassettes are looked through for secrets, and for people who are somebody; examples are nobody's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crmhost import SettingsError
from crmhost.testing import scan

ROOT = Path(__file__).parents[1]


def found(folder: Path, value: Any, name: str = "tape.json") -> list[str]:
    (folder / name).write_text(value if isinstance(value, str) else json.dumps(value))
    return [f"{leak.what} at {leak.place}" for leak in scan([folder])]


@pytest.mark.parametrize(
    ("key", "value", "what"),
    [
        ("note", "Write to ada@analytical-engine.co.uk, please", "e-mail address"),
        ("note", "Call +420 777 123 456 now", "phone number"),
        ("Mobile", "9876543210", "phone number"),
        ("authorization", "Bearer 7|Kq3vXh2LmZ", "secret"),
        ("Authorization", "Basic dXNlcjpwYXNzd29yZA==", "secret"),
        ("access_token", "4f1c", "secret"),
        ("x-LSQ-SecretKey", "b21ac", "secret"),
        ("X-API-Key", "4f1c9ab27de01", "secret"),
        ("access-key", "4f1c", "secret"),
        ("Ocp-Apim-Subscription-Key", "4f1c9ab27de01", "secret"),
        ("session-id", "9f8e7d", "secret"),
        ("set-cookie", "session=9f8e7d; path=/", "secret"),
        ("note", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "secret"),
        ("note", "it is sk_live_4eC39HqLyjWDarjtT1zdp7dc", "secret"),
        ("id", "Zk3vXh2LmZ8pQ4rT6wY1bN5cV7aS9dF0", "secret"),
        ("uri", "https://crm.acme.com/v1/people?api_key=k1tt3ns&page=2", "secret"),
        ("uri", "https://crm.example.com/v1/people?q=ada%40analytical-engine.co.uk", "e-mail address"),
        ("body", '{"data": {"email": "ada@analytical-engine.co.uk"}}', "e-mail address"),
        ("body", "grant_type=refresh_token&client_secret=k1tt3ns", "secret"),
    ],
)
def test_what_is_somebodys_is_found(tmp_path: Path, key: str, value: str, what: str) -> None:
    leaks = found(tmp_path, {"request": {key: value}})

    assert leaks
    assert leaks[0].startswith(f"{what} at request.{key}")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("note", "jane@example.com, bo@shop.example.org and x@y.test"),
        ("note", "+44 7700 900123 or +1 212 555 0134"),
        ("Mobile", "+447700900999"),
        ("authorization", "Bearer <redacted>"),
        ("token_type", "Bearer"),
        ("api_token", "hidden"),
        ("secret", "EXAMPLEsecretTOKEN000001"),
        ("password", "The password field is required."),
        ("next_page_token", "CAUQAA"),
        ("id", "0b6a0d0e-6f0e-4d53-9a55-3f0a3d5b7c11"),
        ("digest", "fd5df98cfc0e58ed507042cd86a1f1df"),
        ("created_at", "2026-11-22T07:12:10.000000+05:30"),
        ("search", "emails:_obin._oe@_xample.com"),
        ("long", "x" * 100_000),
        ("uri", "https://crm.example.com/api/v1/leads?limit=50"),
    ],
)
def test_what_is_nobodys_is_no_leak(tmp_path: Path, key: str, value: str) -> None:
    assert found(tmp_path, {"request": {key: value}}) == []


def test_a_list_of_fields_says_what_a_value_is(tmp_path: Path) -> None:
    fields = [{"Attribute": "Mobile", "Value": "9876543210"}, {"Attribute": "Score", "Value": "9876543210"}]

    assert found(tmp_path, fields) == ["phone number at [0].Value"]


def test_a_cassettes_folded_lines_are_one_text(tmp_path: Path) -> None:
    tape = "interactions:\n- response:\n    body:\n      string: 'call +44\n        20 8123 4567'\n"

    assert found(tmp_path, tape, "tape.yaml") == ["phone number at interactions[0].response.body.string"]


def test_a_secret_is_not_shown(tmp_path: Path) -> None:
    found(tmp_path, {"api_token": "correct-horse-battery"})

    (leak,) = scan([tmp_path])
    assert str(leak).endswith("secret corr… (21 characters) at api_token")


def test_what_is_allowed_with_a_reason_is_no_leak(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "scan-allowed.txt").write_text("# made up\n\n+420777* # nobody's\n")
    inner = tmp_path / "more"
    inner.mkdir()

    assert found(inner, {"note": "+420 777 123 456"}) == []


def test_what_is_allowed_without_a_reason_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "scan-allowed.txt").write_text("+420777123456\n")

    with pytest.raises(SettingsError, match="does not say why"):
        found(tmp_path, {"note": "+420 777 123 456"})


def test_a_path_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="neither a file nor a folder"):
        scan([tmp_path / "nowhere"])


@pytest.mark.slow
def test_nothing_that_was_recorded_tells_of_anybody() -> None:
    assert scan([ROOT]) == []
