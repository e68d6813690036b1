"""SQLite's writers wait in one line: a process's threads, and other processes."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from crmhost.store import open_store
from crmhost.store.prepared import run
from crmhost.store.turnstile import Turnstile

ELSEWHERE = """
import sys, pathlib
from crmhost.store.turnstile import Turnstile
line = Turnstile(pathlib.Path(sys.argv[1]))
with line:
    print("in", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Turnstile]:
    made = Turnstile(tmp_path / "db")
    yield made
    made.close()


def test_only_one_thread_is_in(line: Turnstile) -> None:
    inside, most = [0], [0]

    def pass_through() -> None:
        for _ in range(50):
            with line:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                time.sleep(0)
                inside[0] -= 1

    threads = [threading.Thread(target=pass_through) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]


def test_who_is_in_elsewhere_is_waited_for_and_the_dead_are_not(tmp_path: Path, line: Turnstile) -> None:
    words = [sys.executable, "-c", ELSEWHERE, str(tmp_path / "db")]
    came = threading.Event()

    def come() -> None:
        with line:
            came.set()

    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        assert other.stdout.readline() == b"in\n"
        thread = threading.Thread(target=come)
        thread.start()
        assert not came.wait(0.3)
        other.kill()
        assert came.wait(10)
        thread.join()


def test_where_the_file_cannot_be_made_threads_wait_still(tmp_path: Path) -> None:
    line = Turnstile(tmp_path / "no such folder" / "db")

    with line:
        assert not line._threads.acquire(blocking=False)
    assert line._threads.acquire(blocking=False)


def test_who_fails_inside_lets_the_next_one_in(line: Turnstile) -> None:
    with pytest.raises(KeyError), line:
        raise KeyError

    with line:
        assert not line._threads.acquire(blocking=False)


def test_a_commit_waits_for_the_disk_unless_it_need_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmhost.store.engine.DURABLE", "FULL")
    monkeypatch.setattr("crmhost.store.engine.SWIFT", "NORMAL")
    store = open_store(f"sqlite:///{tmp_path / 'db'}")
    seen = []
    for durable in (True, False, False, True):
        with store.write(durable=durable) as tx:
            tx.execute(text("CREATE TABLE IF NOT EXISTS some (thing)"))
            seen.append(run(tx, "PRAGMA synchronous").fetchone()[0])
    store.close()

    assert seen == [2, 1, 1, 2]
