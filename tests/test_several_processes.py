"""``--processes``: several processes share the work, and live and die as one command."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crmhost.demo import payloads
from crmhost.vault import new_key

from .bench.crm import ask, running_crm
from .bench.deliveries import contacts
from .bench.place import place
from .bench.processes import children, seconds_used
from .processes import SCRIPTS, Running, starting
from .user import User, idle

pytestmark = pytest.mark.slow

ADDRESS = r"listens on (http://[\d.]+:\d+)"
ALONE = ("crmhost", "serve", "--port", "0")
SERVE = (*ALONE, "--processes", "2")


def jane(number: int) -> payloads.Payload:
    return payloads.contact_created(
        payloads.contact(number, f"Jane {number}", email=f"jane{number}@example.com")
    )


def posted(user: User, number: int) -> int:
    """Post a webhook by a connection of its own; return the status."""
    user.hangs_up()
    return user.posts(jane(number)).status


def members(pid: int) -> list[int]:
    """Return the processes that share the work: not Valkey, which is there as well."""
    return [one for one in children(pid) if b"--line" in words_of(one)]


def words_of(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
        return []


def are_gone(pids: list[int]) -> bool:
    return not any(Path(f"/proc/{pid}").exists() for pid in pids)


def until(done: Callable[[], object], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)


def states(pid: int) -> set[str]:
    threads = Path(f"/proc/{pid}/task").iterdir()
    return {(one / "stat").read_text().rpartition(") ")[2][0] for one in threads}


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """Have a process stand still while the block lasts."""
    os.kill(pid, signal.SIGSTOP)
    try:
        until(lambda: states(pid) == {"T"}, 5)  # each of its threads hears of it in its own time
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@contextmanager
def serving(user: User) -> Iterator[Running]:
    """Have two processes serve; whatever is left of them in the end is a failure."""
    with starting(user.folder, SERVE, ADDRESS, **user.variables) as server:
        user.serve = server.found
        pids = members(server.process.pid)
        assert len(pids) == 2
        yield server
    until(lambda: are_gone(pids), 10)


def test_each_process_answers_and_works(user: User) -> None:
    """While one of them stands still, all is done by the other."""
    user.connected()
    with serving(user) as server:
        for number, still in enumerate(members(server.process.pid), start=1):
            with stopped(still):
                assert posted(user, number) == 200
                assert user.waits_until(idle)["deliveries"]["applied"] == number


def test_each_process_keeps_to_a_processor_of_its_own(user: User) -> None:
    """Its threads compute one at a time: on several they would take Python's lock from each other."""
    there = os.sched_getaffinity(0)
    with serving(user) as server:
        theirs = [os.sched_getaffinity(pid) for pid in members(server.process.pid)]

        assert {len(one) for one in theirs} == {1}
        assert len(set.union(*theirs)) == min(len(there), 2)
        assert os.sched_getaffinity(server.process.pid) == there  # and with it Valkey


def test_one_process_keeps_to_a_processor_too(user: User) -> None:
    there = os.sched_getaffinity(0)
    with starting(user.folder, ALONE, ADDRESS, **user.variables) as server:
        tasks = [int(one.name) for one in Path(f"/proc/{server.process.pid}/task").iterdir()]
        own = os.sched_getaffinity(server.process.pid)
        (valkey,) = children(server.process.pid)

        assert len(own) == 1
        elsewhere = [task for task in tasks if os.sched_getaffinity(task) != own]
        assert len(elsewhere) == 1  # it looks after Valkey
        assert os.sched_getaffinity(valkey) == there


def test_a_process_that_is_killed_is_started_again(user: User) -> None:
    user.connected()
    with serving(user) as server:
        first, second = members(server.process.pid)

        os.kill(first, signal.SIGKILL)
        until(lambda: set(members(server.process.pid)) - {first, second}, 2)

        until(lambda: any(f"started again' pid={first}" in line for line in server.said), 2)
        with stopped(second):
            assert posted(user, 1) == 200
            assert user.waits_until(idle)["deliveries"]["applied"] == 1


def test_webhooks_are_answered_while_a_process_is_started_again(user: User) -> None:
    """They wait at the one door, not at a process's own: whoever is there takes them."""
    user.connected()
    with serving(user) as server:
        old = set(members(server.process.pid))

        os.kill(min(old), signal.SIGKILL)
        said: list[int] = []
        while len(said) < 12 or not set(members(server.process.pid)) - old:
            said.append(posted(user, len(said) + 1))

        assert set(said) == {200}
        status = user.waits_until(lambda status: sum(status["deliveries"].values()) == len(said))
        assert not status["deliveries"]["dead"]


def test_where_the_first_is_killed_the_others_end_by_themselves(user: User) -> None:
    user.connected()
    with serving(user) as server:
        server.is_killed()
    with serving(user):  # on the same folder, with the Valkey that was left
        assert posted(user, 1) == 200


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_all_in_order(tmp_path: Path, name: signal.Signals) -> None:
    worker = ("crmhost", "worker", "--processes", "3", "--threads", "3")
    with starting(tmp_path, ("crmhost", "serve", "--port", "0", "--no-workers"), ADDRESS):
        with starting(tmp_path, worker, "worker is ready") as server:
            pids = members(server.process.pid)
            assert len(pids) == 3
            server.process.send_signal(name)
            assert server.process.wait(20) == 0
        assert are_gone(pids)
    assert not [line for line in server.said if "ready" in line][1:]


def test_who_looks_after_the_others_takes_little_to_end(tmp_path: Path, valkey_url: str) -> None:
    """Of a processor, not by the clock: where many are at work, ten times as long goes by."""
    words = ("crmhost", "worker", "--processes", "2")
    with starting(tmp_path, words, "worker is ready", CRMHOST_REDIS_URL=valkey_url) as server:
        before = seconds_used(server.process.pid)

        server.process.terminate()
        os.waitid(os.P_PID, server.process.pid, os.WEXITED | os.WNOWAIT)

        assert seconds_used(server.process.pid) - before < 0.2


def test_one_that_waits_in_its_start_is_ended_by_a_signal(tmp_path: Path, valkey_url: str) -> None:
    """It has begun nothing yet. Here it waits for a database that says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        words = [str(SCRIPTS / "crmhost"), "worker"]
        address = f"postgresql://127.0.0.1:{silent.getsockname()[1]}/crmhost"
        variables = {"CRMHOST_DATABASE_URL": address, "CRMHOST_REDIS_URL": valkey_url}
        variables["CRMHOST_SECRET_KEY"] = new_key()
        worker = subprocess.Popen(words, cwd=tmp_path, env={**os.environ, **variables})
        asked, _ = silent.accept()
        with asked:
            worker.terminate()
            assert worker.wait(20) == -signal.SIGTERM


def test_one_that_cannot_start_again_takes_nobody_along(user: User) -> None:
    """A setting was broken while all ran: it is said when one is started again, and the others go on."""
    user.connected()
    with serving(user) as server:
        pids, settings = members(server.process.pid), user.folder / ".env"
        settings.write_text("CRMHOST_SETTLE_MS=-1\n")
        os.kill(pids[0], signal.SIGKILL)
        until(lambda: "CRMHOST_SETTLE_MS is wrong" in "".join(server.said), 20)

        assert [posted(user, number) for number in range(1, 5)] == [200] * 4
        settings.unlink()
        until(lambda: "".join(server.said).count("a process died") >= 2, 20)
        until(lambda: len(members(server.process.pid)) == 2, 20)

        assert pids[1] in members(server.process.pid)


@pytest.mark.parametrize("words", [SERVE, ("crmhost", "worker", "--processes", "2")])
def test_a_program_is_told_in_one_document(tmp_path: Path, valkey_url: str, words: tuple[str, ...]) -> None:
    environment = {**os.environ, "CRMHOST_DATA_DIR": str(tmp_path), "CRMHOST_REDIS_URL": valkey_url}
    server = subprocess.Popen(
        [SCRIPTS / "crmhost", *words[1:], "--json"], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout
    said = server.stdout.readline()
    until(lambda: len(members(server.pid)) == 2, 10)
    time.sleep(3)  # whoever else would say it has said it

    server.terminate()
    said += server.stdout.read()
    server.stdout.close()

    assert server.wait(20) == 0
    assert json.loads(said)


def test_a_killed_worker_process_loses_and_doubles_nothing() -> None:
    """Of the customers that it had, none is worked by another one meanwhile."""
    with running_crm(100) as crm, place(CRMHOST_UNKNOWN_HOLD_SECONDS="1") as here:
        here.connect(crm)
        here.store(contacts(150))
        with here.worker(8, processes=2) as worker:
            for _ in range(2):
                killed = members(worker.pid)[0]
                os.kill(killed, signal.SIGKILL)
                until(lambda killed=killed: len({*members(worker.pid)} - {killed}) == 2, 5)  # type: ignore[misc]
                time.sleep(0.5)
            here.wait(150)
        told = ask(crm)

        assert here.states() == {"applied": 150}
        assert (told.records, told.overlaps) == (150, 0)
