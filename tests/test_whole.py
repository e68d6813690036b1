"""The whole thing as a user runs it: real processes, the sandbox Krayin, a real embedded Valkey."""

import os
import signal
import time
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from redis import Redis

from crmhost.demo import payloads
from crmhost.embedded import answers, socket_url

from .processes import run, running
from .user import User, idle

JANE = payloads.contact(
    5821, "Jane Doe", email="jane@example.com", phone_number="+447700900123", company_name="Globex, Ltd"
)
TALK = payloads.conversation(731, JANE, 10, said="Hello & <good> morning")


def test_a_user_connects_and_chatwoots_events_become_records(user: User) -> None:
    made = user.connects(user.token())
    assert made.status == 0, made.out
    connection, url = made.document["connection"], made.document["webhook_url"]
    user.path = "/webhooks/" + url.rsplit("/", 1)[1]
    assert user.types("status", "--json").document["connections"][0]["state"] == "waiting_for_secret"
    assert user.types("secret", str(connection), stdin="s3cret\n").status == 0

    with running(user.folder, ["crmhost", "serve", "--port", "0"], r"(http://[\d.]+:\d+)") as user.serve:
        answers = [
            user.posts(event).json()["status"]
            for event in (
                payloads.contact_created(JANE),
                payloads.conversation_created(TALK),
                payloads.conversation_created(TALK),
            )
        ]
        assert answers == ["stored", "stored", "duplicate"]
        assert user.posts(payloads.contact_created(JANE), secret="forged").status == 401
        status = user.waits_until(idle)

    assert status["deliveries"]["applied"] == 2
    assert status["refused"] == {"bad_signature": 1}
    assert status["connections"][0]["state"] == "working"
    newest, first = user.types("deliveries", "--json").document["deliveries"]
    assert len(first["calls"]) == 2
    assert len(newest["calls"]) == 1
    assert {change["kind"] for change in first["changes"]} == {"person", "lead", "organization"}


@pytest.mark.slow
def test_a_worker_works_what_another_process_received(user: User) -> None:
    made = user.connects(user.token()).document
    user.types("secret", str(made["connection"]), stdin="s3cret\n")
    user.path = "/webhooks/" + made["webhook_url"].rsplit("/", 1)[1]
    serve = ["crmhost", "serve", "--port", "0", "--no-workers"]

    with running(user.folder, serve, r"(http://[\d.]+:\d+)") as user.serve:
        user.posts(payloads.contact_created(JANE))
        assert user.types("status", "--json").document["deliveries"]["pending"] == 1
        with running(user.folder, ["crmhost", "worker", "--threads", "2"], "ready"):
            assert user.waits_until(idle)["deliveries"]["applied"] == 1


@pytest.mark.slow
def test_what_was_received_before_a_restart_is_worked_after_it(user: User) -> None:
    made = user.connects(user.token()).document
    user.types("secret", str(made["connection"]), stdin="s3cret\n")
    user.path = "/webhooks/" + made["webhook_url"].rsplit("/", 1)[1]
    with running(
        user.folder, ["crmhost", "serve", "--port", "0", "--no-workers"], r"(http://[\d.]+:\d+)"
    ) as user.serve:
        user.posts(payloads.contact_created(JANE))

    with running(user.folder, ["crmhost", "serve", "--port", "0"], r"(http://[\d.]+:\d+)"):
        assert user.waits_until(idle)["deliveries"]["applied"] == 1


@pytest.mark.slow
def test_serve_stops_in_order_and_leaves_no_valkey(tmp_path: Path) -> None:
    """``running`` sends SIGTERM, as systemd and docker do, and demands exit status 0."""
    with running(tmp_path, ["crmhost", "serve", "--port", "0"], "listens"):
        assert answers(socket_url(tmp_path / "data"))

    assert not answers(socket_url(tmp_path / "data"))


@pytest.mark.slow
def test_a_second_serve_on_one_data_folder_is_refused(tmp_path: Path) -> None:
    with running(tmp_path, ["crmhost", "serve", "--port", "0"], "listens"):
        second = run(tmp_path, "crmhost", "serve", "--port", "0")

        assert second.status == 1
        assert "Another crmhost serve" in second.err
        assert answers(socket_url(tmp_path / "data"))


@pytest.mark.slow
def test_a_valkey_that_was_killed_is_started_again(tmp_path: Path) -> None:
    folder = tmp_path / "a folder with blanks"
    folder.mkdir()
    url = socket_url(folder / "data")
    with running(folder, ["crmhost", "serve", "--port", "0"], "listens"):
        with Redis.from_url(url) as client:
            os.kill(int(client.info("server")["process_id"]), signal.SIGKILL)
        until = time.monotonic() + 10
        while not answers(url) and time.monotonic() < until:
            time.sleep(0.05)

        assert answers(url)


@pytest.mark.slow
def test_a_changed_key_is_refused_at_start(user: User) -> None:
    assert user.connects(user.token()).status == 0
    (user.folder / "data" / "secret.key").write_text(Fernet.generate_key().decode())

    for command in (["serve"], ["status"], ["connections"]):
        ran = user.types(*command)
        assert (ran.status, "another key" in ran.err) == (1, True)


@pytest.mark.slow
def test_no_secret_is_in_what_is_printed_or_stored(user: User) -> None:
    token = user.token()
    made = user.connects(token)
    user.types("secret", "1", stdin="s3cret-of-chatwoot\n")

    shown = made.out + made.err + user.types("connections", "--json").out + user.types("status").out
    stored = b"".join(path.read_bytes() for path in (user.folder / "data").glob("crmhost.sqlite3*"))

    for secret in (token, token.split("|")[1], "s3cret-of-chatwoot"):
        assert secret not in shown
        assert secret.encode() not in stored


@pytest.mark.slow
@pytest.mark.parametrize(
    ("url", "token", "sentence"),
    [
        ("{krayin}", "wrong", "token"),
        ("http://127.0.0.1:1", "t", "127.0.0.1:1"),
        ("{serve}", "t", "is not Krayin"),
    ],
)
def test_a_wrong_connection_is_refused_with_one_sentence(
    user: User, url: str, token: str, sentence: str
) -> None:
    serve = ["crmhost", "serve", "--port", "0", "--no-workers"]
    with running(user.folder, serve, r"(http://[\d.]+:\d+)") as user.serve:
        user.krayin = url.format(krayin=user.krayin, serve=user.serve)
        ran = user.connects(token)

    assert ran.status == 1
    error = ran.document["error"]
    assert sentence in error["message"] + error["fix"]
    assert error["fix"]
    assert user.types("connections", "--json").document["connections"] == []


@pytest.mark.slow
def test_the_demo_shows_that_the_crm_holds_what_it_should(tmp_path: Path) -> None:
    began = time.monotonic()
    ran = run(tmp_path, "crmhost", "demo", "--json")

    assert ran.status == 0, ran.err
    assert time.monotonic() - began < 30
    report = ran.document
    assert report["ok"]
    assert [len(table) for table in report["crm"].values()] == [3, 1, 3, 1]
    assert report["status"]["refused"] == {"bad_signature": 1}


@pytest.mark.slow
def test_the_demo_leaves_nothing_behind(tmp_path: Path) -> None:
    ran = run(tmp_path, "crmhost", "demo", TMPDIR=str(tmp_path))

    assert ran.status == 0, ran.err
    assert "exactly what it should" in ran.out
    assert list(tmp_path.iterdir()) == []
