"""Redis or the database away while webhooks come: nothing is lost, nothing is claimed that is not kept."""

from __future__ import annotations

import os
import re
import resource
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from redis import Redis
from sqlalchemy import make_url

from crmhost import Answer
from crmhost.demo import payloads
from crmhost.embedded import running_valkey, socket_url

from .databases import empty_schema
from .outages import Forwarder, forwarding
from .user import User, idle

CHATWOOT_WAITS = 5.0
pytestmark = pytest.mark.slow


def jane(number: int) -> payloads.Payload:
    return payloads.contact_created(
        payloads.contact(number, f"Jane {number}", email=f"jane{number}@example.com")
    )


def answer(user: User, number: int) -> Answer:
    """Post a webhook; its answer must come before Chatwoot has gone."""
    began = time.monotonic()
    said = user.posts(jane(number))
    assert time.monotonic() - began < CHATWOOT_WAITS
    return said


def pid_of(url: str) -> int:
    with Redis.from_url(url) as client:
        return int(client.info("server")["process_id"])


def test_redis_away_while_webhooks_come_costs_nothing_but_time(user: User, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    user.variables["CRMHOST_REDIS_URL"] = socket_url(folder)
    with ExitStack() as valkey:
        valkey.enter_context(running_valkey(folder))
        user.connected()
        with user.serving():
            valkey.close()
            said = [answer(user, number).status for number in range(1, 6)]
            status = user.waits_until(lambda _: True)
            with running_valkey(folder):
                done = user.waits_until(idle)

    assert said == [200] * 5
    assert status["deliveries"]["pending"] == 5
    assert done["deliveries"]["applied"] == 5


def test_a_redis_that_says_nothing_keeps_no_webhook_waiting(user: User) -> None:
    user.connected()
    with user.serving():
        assert answer(user, 1).status == 200
        user.waits_until(idle)
        valkey = pid_of(socket_url(user.folder / "data"))
        os.kill(valkey, signal.SIGSTOP)
        try:
            said = [answer(user, number).status for number in range(2, 7)]
        finally:
            os.kill(valkey, signal.SIGCONT)
        done = user.waits_until(idle)

    assert said == [200] * 5
    assert done["deliveries"]["applied"] == 6


def test_an_embedded_valkey_that_was_killed_is_back_and_work_goes_on(user: User) -> None:
    user.connected()
    with user.serving():
        assert answer(user, 1).status == 200
        os.kill(pid_of(socket_url(user.folder / "data")), signal.SIGKILL)
        said = [answer(user, number).status for number in range(2, 6)]
        done = user.waits_until(idle)

    assert said == [200] * 4
    assert done["deliveries"]["applied"] == 5


@contextmanager
def no_room(user: User) -> Iterator[None]:
    """Have no file of crmhost's grow while the block lasts, as on a disk that is full (Linux)."""
    status = Path(f"/proc/{pid_of(socket_url(user.folder / 'data'))}/status").read_text()
    serve = int(re.search(r"PPid:\s+(\d+)", status)[1])  # type: ignore[index]
    before = resource.prlimit(serve, resource.RLIMIT_FSIZE)
    resource.prlimit(serve, resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.prlimit(serve, resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_told_to_who_probes_until_there_is_room(user: User) -> None:
    user.connected()
    with user.serving("--no-workers"):
        assert answer(user, 1).status == 200
        with no_room(user):
            refused, probed = answer(user, 2), user.probes()
        after, kept = user.probes(), answer(user, 3)

    assert (refused.status, refused.json()["error"]["kind"]) == (503, "database_away")
    assert probed.status == 503
    assert "cannot be written to: disk I/O error" in probed.json()["checks"]["database"]
    assert (after.status, kept.status) == (200, 200)


@pytest.fixture
def before_postgresql(user: User, postgresql_url: str) -> Iterator[Forwarder]:
    """A way to PostgreSQL that can be cut."""
    with empty_schema(postgresql_url) as address:
        url = make_url(address)
        with forwarding(url.host or "127.0.0.1", url.port or 5432) as way:
            forwarded = url.set(host="127.0.0.1", port=way.port)
            user.variables["CRMHOST_DATABASE_URL"] = forwarded.render_as_string(hide_password=False)
            user.variables["CRMHOST_SECRET_KEY"] = Fernet.generate_key().decode()
            yield way


def test_a_database_that_refuses_is_said_at_once_and_what_comes_after_is_kept(
    user: User, before_postgresql: Forwarder
) -> None:
    user.connected()
    with user.serving():
        assert answer(user, 1).status == 200
        before_postgresql.refuse()
        began = time.monotonic()
        refused = [answer(user, number) for number in range(2, 5)]
        took = time.monotonic() - began
        before_postgresql.take_again()
        assert answer(user, 5).status == 200
        done = user.waits_until(idle)

    assert [(said.status, said.json()["error"]["kind"]) for said in refused] == [(503, "database_away")] * 3
    assert took < CHATWOOT_WAITS
    assert done["deliveries"]["applied"] == 2


def test_a_database_that_says_nothing_is_said_before_chatwoot_has_gone(
    user: User, before_postgresql: Forwarder
) -> None:
    user.connected()
    with user.serving():
        assert answer(user, 1).status == 200
        user.waits_until(idle)
        before_postgresql.say_nothing()
        silent = [answer(user, number).status for number in range(2, 4)]
        before_postgresql.refuse()
        before_postgresql.take_again()
        assert answer(user, 9).status == 200
        done = user.waits_until(idle)

    assert silent == [503, 503]
    assert done["deliveries"]["applied"] >= 2
