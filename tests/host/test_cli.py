"""The command line: one JSON document or a sentence, never a traceback."""

import gc
import json
import re
import socket
import subprocess
import sys
from dataclasses import replace as with_other
from pathlib import Path
from typing import Any
from unittest import mock

import httpx
import pytest

from crmhost import Checklist, CredentialsError, ReportLine
from crmhost.cli.look import _line
from crmhost.cli.run import _ways_in, starting
from crmhost.house import House
from crmhost.replay import replay
from crmhost_krayin.stand_in import KrayinStandIn

from ..processes import run, running
from .conftest import KEY, Types
from .fake_crm import FakeCRM

WRONG = [
    (["crmhost", "connect", "salesforce", "--account", "3"], 1, "No plugin named 'salesforce'"),
    (["crmhost", "connect", "krayin", "--account", "3", "--set", "api_url=crm"], 1, "api_url"),
    (["crmhost", "connect", "krayin", "--account", "3", "--set", "nonsense=1"], 1, "nonsense"),
    (["crmhost", "connect", "krayin", "--account", "3", "--set", "api_url"], 2, "key=value"),
    (["crmhost", "connect", "krayin"], 2, "--account"),
    (["crmhost", "connect", "krayin", "--account", "3", "--set", "api_token=@/no/such"], 1, "/no/such"),
    (["crmhost", "secret", "7"], 1, "No secret was given"),
    (["crmhost", "deliveries", "--limit", "none"], 2, "--limit"),
    (["crmhost", "deliveries", "--state", "odd"], 2, "--state"),
    (["crmhost", "secret", "9" * 30], 2, "CONNECTION"),
    (["crmhost", "sing"], 2, "sing"),
    (["crmhost", "replay", "--connection", "9"], 1, "There is no connection 9"),
]


@pytest.mark.parametrize(("words", "status", "sentence"), WRONG)
def test_a_mistake_is_one_sentence(types: Types, words: list[str], status: int, sentence: str) -> None:
    ran = types(*words)

    assert ran.status == status
    assert sentence in ran.err
    assert ran.out == ""


@pytest.mark.parametrize(("words", "status", "sentence"), WRONG[:5])
def test_a_mistake_is_one_document_where_json_is_asked_for(
    types: Types, words: list[str], status: int, sentence: str
) -> None:
    ran = types(*words, "--json")

    assert ran.status == status
    error = ran.document["error"]
    assert sentence in error["message"]
    assert error.keys() - {"report"} == {"kind", "message", "fix"}


def test_what_runs_tells_a_program_when_it_does_and_where(tmp_path: Path) -> None:
    serve = ["crmhost", "serve", "--port", "0", "--no-workers", "--json"]
    with running(tmp_path, serve, r'"sign_in": "(http://127.0.0.1:\d+/welcome/.+)"') as link:
        assert httpx.get(link).status_code == 200
        with running(tmp_path, ["crmhost", "worker", "--json"], r'"state": "ready"'):
            pass
    sandbox = ["crmhost", "chatwoot-sandbox", "--port", "0", "--every", "0.01", "--json"]
    with running(tmp_path, sandbox, r'"token": "([\w-]+)"') as token:
        assert token


def test_a_delivery_that_cannot_be_tried_again_is_one_document(types: Types) -> None:
    ran = types("crmhost", "replay", "99", "--json")

    assert ran.status == 1
    assert ran.document["refused"] == [{"id": 99, "reason": "There is no such delivery."}]


def test_many_that_are_named_are_not_replayed_in_one_transaction(
    types: Types, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmhost.replay.BATCH", 2)
    with mock.patch("crmhost.replay.replay", wraps=replay) as batch:
        ran = types("crmhost", "replay", "1", "2", "3", "--json")

    assert [refused["id"] for refused in ran.document["refused"]] == [1, 2, 3]
    assert [call.args[1].ids for call in batch.mock_calls] == [(1, 2), (3,)]


def test_what_was_noted_of_a_change_is_shown_to_people_too() -> None:
    changes = [
        {"kind": "lead", "remote_id": "2", "action": "left", "note": "Lead 2 stays in Negotiation."},
        {"kind": "activity", "remote_id": "87", "action": "updated", "note": ""},
    ]
    row = dict.fromkeys(("id", "contact_id", "conversation_id", "state", "reason", "fix"))

    came = {"event": "conversation_updated", "received_at": "2026-11-22T22:06:50.000+00:00"}
    told = _line(row | came | {"changes": changes})[-1]

    assert told == "lead 2 left, activity 87 updated; Lead 2 stays in Negotiation."


def test_nothing_answers_at_the_crms_address(types: Types) -> None:
    words = [
        "connect",
        "krayin",
        "--account",
        "3",
        "--set",
        "api_url=http://127.0.0.1:1",
        "--set",
        "api_token=t",
    ]
    ran = types("crmhost", *words)

    assert ran.status == 1
    assert "127.0.0.1:1" in ran.err


def test_a_secret_for_no_connection_is_refused(types: Types) -> None:
    ran = types("crmhost", "secret", "7", stdin="s3cret\n")

    assert (ran.status, "There is no connection 7." in ran.err) == (1, True)


def test_a_wrong_variable_is_refused_by_name(types: Types, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRMHOST_WORKER_THREADS", "many")

    ran = types("crmhost", "serve")

    assert (ran.status, "CRMHOST_WORKER_THREADS" in ran.err) == (1, True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CRMHOST_DATABASE_URL", "sqlite://"),
        ("CRMHOST_DATABASE_URL", "sqlite:////etc/passwd"),
        ("CRMHOST_DATABASE_URL", "postgresql://127.0.0.1:abc/x"),
        ("CRMHOST_DATABASE_URL", "postgresql://127.0.0.1:1/x?password=PASSWORDX"),
        ("CRMHOST_REDIS_URL", "redis://127.0.0.1:abc"),
        ("CRMHOST_REDIS_URL", "redis://127.0.0.1:1/0?bogus=1"),
    ],
)
def test_an_address_that_is_wrong_is_one_sentence(
    types: Types, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv("CRMHOST_SECRET_KEY", KEY)
    monkeypatch.setenv(name, value)

    ran = types("crmhost", "serve", "--port", "0")

    assert ran.status == 1
    assert ran.err.count("Error:") == 1
    assert "CRMHOST_SECRET_KEY" not in ran.err
    assert "PASSWORDX" not in ran.err


@pytest.mark.slow
def test_a_database_elsewhere_needs_a_key_that_is_not_on_one_machine_only(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'elsewhere.sqlite3'}"

    without = run(tmp_path, "crmhost", "serve", "--port", "0", CRMHOST_DATABASE_URL=url)
    given = run(tmp_path, "crmhost", "status", CRMHOST_DATABASE_URL=url, CRMHOST_SECRET_KEY=KEY)

    assert (without.status, given.status) == (1, 0)
    assert "CRMHOST_SECRET_KEY is not" in without.err
    assert "generate_key" in without.err
    assert list(tmp_path.glob("**/secret.key")) == []


def test_a_token_that_was_typed_in_the_wrong_place_is_not_shown(types: Types) -> None:
    for pair in ("api_token:3|SUPERSECRET", "3|SUPERSECRET=x"):
        ran = types("crmhost", "connect", "krayin", "--account", "3", "--set", pair, "--json")
        assert ran.status in (1, 2)
        assert "SUPERSECRET" not in ran.out + ran.err


def test_a_worker_without_redis_says_what_to_do(types: Types) -> None:
    ran = types("crmhost", "worker")

    assert (ran.status, "crmhost serve" in ran.err) == (1, True)


@pytest.mark.slow
def test_a_port_that_is_taken_is_one_sentence(tmp_path: Path, valkey_url: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ran = run(tmp_path, "crmhost", "serve", "--port", port, CRMHOST_REDIS_URL=valkey_url)

    assert (ran.status, port in ran.err) == (1, True)


@pytest.mark.parametrize("command", ["status", "connections", "deliveries", "plugins"])
def test_what_there_is_to_see_is_shown_to_people_and_programs(types: Types, command: str) -> None:
    told, document = types("crmhost", command), types("crmhost", command, "--json")

    assert (told.status, document.status) == (0, 0)
    assert told.out.strip()
    assert isinstance(document.document, dict)


def test_the_status_of_an_empty_host_holds_all_its_words(types: Types) -> None:
    status = types("crmhost", "status", "--json").document

    assert status.keys() >= {"connections", "deliveries", "lanes", "oldest_pending_seconds", "refused"}
    assert status["deliveries"].keys() == {
        "pending",
        "applied",
        "unchanged",
        "superseded",
        "ignored",
        "dead",
    }


def test_the_status_says_that_redis_is_away(types: Types, monkeypatch: pytest.MonkeyPatch) -> None:
    assert types("crmhost", "status", "--json").document["redis"] == {
        "state": "away",
        "reason": "The data folder's Valkey is not running.",
        "fix": "Start crmhost serve, which runs it.",
    }
    monkeypatch.setenv("CRMHOST_REDIS_URL", "redis://127.0.0.1:1")

    told = types("crmhost", "status").out

    assert told.startswith("Redis does not answer. Nothing answers at CRMHOST_REDIS_URL")
    assert "what arrives is kept, and waits" in told


def test_a_status_with_redis_does_not_speak_of_it(
    types: Types, monkeypatch: pytest.MonkeyPatch, valkey_url: str
) -> None:
    monkeypatch.setenv("CRMHOST_REDIS_URL", valkey_url)

    assert types("crmhost", "status", "--json").document["redis"]["state"] == "working"
    assert "Redis" not in types("crmhost", "status").out


@pytest.mark.parametrize(
    ("base_url", "ways"),
    [
        ("http://crm.lan:8000", ["http://crm.lan:8000", "http://127.0.0.1:8012"]),
        ("https://sync.example.com", ["https://sync.example.com"]),  # its cookie is for https only
        (None, ["http://127.0.0.1:8012"]),
    ],
)
def test_the_first_link_is_told_for_this_machine_too(
    lite_house: House, base_url: str | None, ways: list[str]
) -> None:
    settings = lite_house.settings.model_copy(update={"base_url": base_url} if base_url else {})
    links = _ways_in(with_other(lite_house, settings=settings), "http://127.0.0.1:8012")

    assert [link.partition("/welcome")[0] for link in links] == ways


def test_help_names_every_command(types: Types) -> None:
    told = types("crmhost", "--help").out

    for command in ("demo", "serve", "worker", "connect", "secret", "status", "deliveries", "plugins"):
        assert command in told


def test_help_imports_nothing_that_takes_long() -> None:
    heavy = {"pydantic", "sqlalchemy", "httpx", "redis", "asyncio", "rich"}
    code = (
        "import sys\nfrom crmhost.cli import crmhost\n"
        "crmhost.main(['--help'], standalone_mode=False)\nprint('imported', *sys.modules)"
    )

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    usage, _, imported = told.rpartition("imported ")
    assert "new-plugin" in usage
    assert heavy.isdisjoint(imported.split())


def test_while_it_starts_no_garbage_is_looked_for_and_then_seldom() -> None:
    before = gc.get_threshold()
    try:
        with starting() as settled:
            assert not gc.isenabled()
            settled()
            assert gc.isenabled()
            assert gc.get_threshold() > before
            assert gc.get_freeze_count() > 0
        with pytest.raises(OSError, match="taken"), starting():
            raise OSError("taken")
        assert gc.isenabled()
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


CONNECT = ("crmhost", "connect", "fake", "--account", "3", "--set", "token=t0ken")


@pytest.mark.usefixtures("fake")
def test_a_connection_is_made_and_told_of(types: Types) -> None:
    ran = types(*CONNECT)

    assert ran.status == 0
    assert "http://localhost:8000/webhooks/" in ran.out
    assert "CRMHOST_BASE_URL is not set" in ran.out
    assert "crmhost secret 1" in ran.out


@pytest.mark.usefixtures("fake")
def test_a_connection_is_one_document_with_the_agreed_words(types: Types) -> None:
    made = types(*CONNECT, "--webhook-secret", "s3cret", "--json").document

    assert made.keys() == {"connection", "webhook_url", "report"}
    assert types("crmhost", "connections", "--json").document["connections"][0]["state"] == "working"


def looks_and_stops() -> None:
    """Look at two things as a plugin's setup does: the second one is not as it should be."""
    looked = Checklist()
    looked.add(ReportLine("Token", "accepted"))
    with looked.at("User"):
        raise CredentialsError("The user may not write.", fix="Let it.")


def test_a_setup_that_stops_tells_what_passed_and_what_did_not(types: Types, fake: FakeCRM) -> None:
    fake.troubles = [looks_and_stops, looks_and_stops]

    told, document = types(*CONNECT), types(*CONNECT, "--json").document

    assert told.status == 1
    assert re.search(r"Token +│ ok +│ accepted", told.err)
    assert re.search(r"User +│ failed +│ The user may not write\. Let it\.", told.err)
    assert told.err.endswith("Error: The user may not write.\nLet it.\n")
    assert document["error"]["report"] == [
        {"name": "Token", "found": "accepted", "state": "ok", "fix": ""},
        {"name": "User", "found": "The user may not write.", "state": "failed", "fix": "Let it."},
    ]


def test_what_setup_warns_of_is_marked(types: Types, fake: FakeCRM) -> None:
    fake.report = (ReportLine("Fields", "some are unknown", "warning"), ReportLine("Users", "", "skipped"))

    told = types(*CONNECT).out

    assert re.search(r"Fields +│ beware +│ some are unknown", told)
    assert re.search(r"Users +│ not looked at", told)


@pytest.mark.usefixtures("fake")
def test_a_secret_setting_is_read_from_a_file_and_from_standard_input(types: Types, tmp_path: Path) -> None:
    (tmp_path / "token.txt").write_text("t0ken\n")
    words = CONNECT[:5]

    assert types(*words, "--set", f"token=@{tmp_path / 'token.txt'}").status == 0
    assert types(*words, "--set", "token=-", stdin="t0ken\n").status == 0


def states(types: Types) -> list[str]:
    rows = types("crmhost", "connections", "--json").document["connections"]
    return [row["state"] for row in rows]


@pytest.mark.usefixtures("fake")
@pytest.mark.parametrize("as_json", [(), ("--json",)])
def test_a_connection_is_changed_checked_paused_resumed_and_removed(
    types: Types, as_json: tuple[str, ...]
) -> None:
    types(*CONNECT)
    assert types("crmhost", "secret", "1", *as_json, stdin="s3cret\n").status == 0
    assert types("crmhost", "set", "1", "--set", "pipeline=9", *as_json).status == 0
    assert types("crmhost", "check", "1", *as_json).status == 0
    assert types("crmhost", "pause", "1", *as_json).status == 0
    assert states(types) == ["paused"]
    assert types("crmhost", "resume", "1", *as_json).status == 0
    assert states(types) == ["working"]
    assert types("crmhost", "disconnect", "1", *as_json).status == 2
    assert types("crmhost", "disconnect", "1", "--yes", *as_json).status == 0
    assert states(types) == []


@pytest.mark.slow
def test_what_cannot_be_printed_here_is_printed_otherwise(tmp_path: Path) -> None:
    ran = run(tmp_path, "crmhost", "plugins", LC_ALL="C", PYTHONIOENCODING="ascii")

    assert ran.status == 0


@pytest.mark.slow
def test_a_demo_that_ends_wrong_says_so_and_fails(types: Types, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong: Any = ["Contact 5821, Jane Doe, is 2 persons instead of one."]
    monkeypatch.setattr(KrayinStandIn, "differences", lambda *_: wrong)

    ran = types("crmhost", "demo")

    assert ran.status == 1
    assert wrong[0] in ran.err
    assert json.loads(types("crmhost", "demo", "--json").out)["differences"] == wrong
