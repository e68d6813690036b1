"""Processes that write to one SQLite wait in one line."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

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


def test_where_the_file_cannot_be_made_nobody_waits(tmp_path: Path) -> None:
    line = Turnstile(tmp_path / "no such folder" / "db")

    with line, line:
        pass


def test_who_fails_inside_lets_the_next_one_in(tmp_path: Path, line: Turnstile) -> None:
    with pytest.raises(KeyError), line:
        raise KeyError

    words = [sys.executable, "-c", ELSEWHERE, str(tmp_path / "db")]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        assert other.stdout.readline() == b"in\n"
        other.kill()
