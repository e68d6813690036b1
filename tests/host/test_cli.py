"""The command line: one JSON document or a sentence, never a traceback."""

from pathlib import Path

import pytest

from ..processes import run

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
]


@pytest.mark.parametrize(("words", "status", "sentence"), WRONG)
def test_a_mistake_is_one_sentence(tmp_path: Path, words: list[str], status: int, sentence: str) -> None:
    ran = run(tmp_path, *words)

    assert ran.status == status
    assert sentence in ran.err
    assert ran.out == ""


@pytest.mark.parametrize(("words", "status", "sentence"), WRONG[:5])
def test_a_mistake_is_one_document_where_json_is_asked_for(
    tmp_path: Path, words: list[str], status: int, sentence: str
) -> None:
    ran = run(tmp_path, *words, "--json")

    assert ran.status == status
    error = ran.document["error"]
    assert sentence in error["message"]
    assert error.keys() == {"kind", "message", "fix"}


def test_nothing_answers_at_the_crms_address(tmp_path: Path) -> None:
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
    ran = run(tmp_path, "crmhost", *words)

    assert ran.status == 1
    assert "127.0.0.1:1" in ran.err


def test_a_secret_for_no_connection_is_refused(tmp_path: Path) -> None:
    ran = run(tmp_path, "crmhost", "secret", "7", stdin="s3cret\n")

    assert (ran.status, "There is no connection 7." in ran.err) == (1, True)


def test_a_wrong_variable_is_refused_by_name(tmp_path: Path) -> None:
    ran = run(tmp_path, "crmhost", "serve", CRMHOST_WORKER_THREADS="many")

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
def test_an_address_that_is_wrong_is_one_sentence(tmp_path: Path, name: str, value: str) -> None:
    ran = run(tmp_path, "crmhost", "serve", "--port", "0", **{name: value})

    assert ran.status == 1
    assert ran.err.count("Error:") == 1
    assert "PASSWORDX" not in ran.err


def test_a_token_that_was_typed_in_the_wrong_place_is_not_shown(tmp_path: Path) -> None:
    for pair in ("api_token:3|SUPERSECRET", "3|SUPERSECRET=x"):
        ran = run(tmp_path, "crmhost", "connect", "krayin", "--account", "3", "--set", pair, "--json")
        assert ran.status in (1, 2)
        assert "SUPERSECRET" not in ran.out + ran.err


def test_a_worker_without_redis_says_what_to_do(tmp_path: Path) -> None:
    ran = run(tmp_path, "crmhost", "worker")

    assert (ran.status, "crmhost serve" in ran.err) == (1, True)


def test_a_port_that_is_taken_is_one_sentence(tmp_path: Path, valkey_url: str) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ran = run(tmp_path, "crmhost", "serve", "--port", port, CRMHOST_REDIS_URL=valkey_url)

    assert (ran.status, port in ran.err) == (1, True)


@pytest.mark.parametrize("command", ["status", "connections", "deliveries", "plugins"])
def test_what_there_is_to_see_is_shown_to_people_and_programs(tmp_path: Path, command: str) -> None:
    told, document = run(tmp_path, "crmhost", command), run(tmp_path, "crmhost", command, "--json")

    assert (told.status, document.status) == (0, 0)
    assert told.out.strip()
    assert isinstance(document.document, dict)


def test_the_status_of_an_empty_host_holds_all_its_words(tmp_path: Path) -> None:
    status = run(tmp_path, "crmhost", "status", "--json").document

    assert status.keys() >= {"connections", "deliveries", "lanes", "oldest_pending_seconds", "refused"}
    assert status["deliveries"].keys() == {
        "pending",
        "applied",
        "unchanged",
        "superseded",
        "ignored",
        "dead",
    }


def test_help_names_every_command(tmp_path: Path) -> None:
    told = run(tmp_path, "crmhost", "--help").out

    for command in ("demo", "serve", "worker", "connect", "secret", "status", "deliveries", "plugins"):
        assert command in told
