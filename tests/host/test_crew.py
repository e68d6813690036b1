"""Several processes of one command; tests/test_several_processes.py runs them."""

import os
import subprocess
import threading
from unittest.mock import Mock

import pytest

from crmhost.cli.run import _seated
from crmhost.crew import crew, shares
from crmhost.processors import Seats

from .conftest import Types


@pytest.mark.parametrize(
    ("threads", "processes", "each"),
    [(8, 1, [8]), (8, 2, [4, 4]), (8, 3, [3, 3, 2]), (16, 5, [4, 3, 3, 3, 3]), (3, 3, [1, 1, 1])],
)
def test_threads_are_shared_out_as_evenly_as_can_be(threads: int, processes: int, each: list[int]) -> None:
    assert shares(threads, processes) == each


@pytest.mark.parametrize("words", [("worker", "--threads", "3"), ("serve", "--port", "0")])
def test_each_process_needs_a_thread(
    types: Types, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("CRMHOST_WORKER_THREADS", "3")

    ran = types("crmhost", *words, "--processes", "4")

    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("Error: 3 threads cannot be shared out over 4 processes")


@pytest.mark.parametrize("number", ["0", "-1", "many"])
def test_there_is_a_process_at_least(types: Types, number: str) -> None:
    ran = types("crmhost", "worker", "--processes", number)

    assert ran.status == 2
    assert "--processes" in ran.err


def test_where_all_is_to_stop_nothing_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[object] = []
    monkeypatch.setattr(subprocess, "Popen", lambda *words, **_: begun.append(words))
    stop = threading.Event()
    stop.set()

    with crew([["--help"], ["--help"]], stop) as keep:
        keep()

    assert begun == []


def test_one_that_never_could_start_ends_all_with_its_status(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_setaffinity", Mock(), raising=False)
    monkeypatch.setattr(subprocess, "Popen", Mock(return_value=Mock(pid=1, poll=Mock(return_value=3))))

    with pytest.raises(SystemExit) as ended, crew([["--help"], ["--help"]], threading.Event()):
        pytest.fail("it is not ready")

    assert ended.value.code == 3


def test_who_looks_after_them_sees_that_each_has_a_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    stop, looked = threading.Event(), Mock()
    monkeypatch.setattr(Seats, "look", looked)
    threading.Timer(0.5, stop.set).start()

    with crew([], stop) as keep:
        keep()

    looked.assert_called()


def test_one_process_sees_by_itself_that_it_has_a_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    stop, looked = threading.Event(), threading.Event()
    monkeypatch.setattr(Seats, "look", lambda _: looked.set())

    with _seated(stop, None):
        assert looked.wait(10)
        stop.set()
