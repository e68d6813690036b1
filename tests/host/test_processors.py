"""On which processor each process computes; that it is quicker is measured by ``make bench``."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import Mock

import pytest

from crmhost import processors
from crmhost.processors import Look, Seat, Seats, better, seated


@pytest.mark.parametrize(
    ("at", "busy", "own", "goes"),
    [
        pytest.param({1: 0}, {0: 0.9, 1: 0.2}, {1: 0.9}, None, id="nobody else is here"),
        pytest.param({1: 0}, {0: 1.0, 1: 0.2}, {1: 0.4}, (1, 1), id="others need this one"),
        pytest.param({1: 0}, {0: 1.0, 1: 0.35}, {1: 0.4}, None, id="it is hardly better elsewhere"),
        pytest.param({1: 0}, {0: 1.0, 1: 1.0}, {1: 0.4}, None, id="all are needed"),
        pytest.param({1: 0, 2: 1}, {0: 0.9, 1: 0.9}, {1: 0.8, 2: 0.9}, None, id="each has its own"),
        pytest.param(
            {1: 0, 2: 1}, {0: 0.5, 1: 1.0, 2: 0.3}, {1: 0.5, 2: 0.2}, (2, 2), id="the worst goes first"
        ),
        pytest.param({1: 0, 2: 1}, {0: 0.4, 1: 0.8}, {1: 0.4}, None, id="one has just begun"),
        pytest.param({1: 2}, {0: 0.4, 1: 0.8}, {1: 0.4}, None, id="a processor was taken away"),
        pytest.param({1: 0, 2: 0}, {0: 1.0, 1: 0.0}, {1: 0.5, 2: 0.5}, (1, 1), id="two on the same"),
    ],
)
def test_a_process_goes_where_others_do_much_less(
    at: dict[int, int],
    busy: dict[int, float],
    own: dict[int, float],
    goes: tuple[int, int] | None,
) -> None:
    assert better(at, busy, own) == goes


def test_a_processor_that_has_just_come_is_not_counted_yet() -> None:
    before = Look({0: 100}, {0: 50}, {1: 5})
    now = Look({0: 1100, 1: 9000}, {0: 150, 1: 8000}, {1: 55, 2: 70})

    assert now.since(before) == ({0: 0.1}, {1: 0.05})


@contextmanager
def process() -> Iterator[subprocess.Popen[str]]:
    """Run a process that begins a thread when it is told, and says so."""
    code = "import sys, threading\nsys.stdin.readline()\n"
    code += "threading.Thread(target=sys.stdin.read).start()\nprint('begun', flush=True)"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        yield running
        running.communicate()


def threads_at(pid: int) -> list[set[int]]:
    return [os.sched_getaffinity(int(one.name)) for one in Path(f"/proc/{pid}/task").iterdir()]


def begin_a_thread(running: subprocess.Popen[str]) -> None:
    assert running.stdin is not None
    assert running.stdout is not None
    running.stdin.write("\n")
    running.stdin.flush()
    assert running.stdout.readline() == "begun\n"


def test_all_threads_of_a_process_sit_on_its_processor_and_move_with_it() -> None:
    first, *_, last = [*sorted(os.sched_getaffinity(0))] * 2
    seat = Seat(first)
    with process() as running:
        seat.take(running.pid)
        begin_a_thread(running)
        assert threads_at(running.pid) == [{first}] * 2

        seat.move(last)

        assert threads_at(running.pid) == [{last}] * 2
    assert seat.processor == last


def test_a_process_that_has_ended_is_no_trouble() -> None:
    with process() as running:
        pass
    seats = Seats(1)

    seats.each[0].take(running.pid)
    seats.look()


def test_each_of_several_has_a_processor_of_its_own() -> None:
    there = sorted(os.sched_getaffinity(0))

    assert sorted(str(one.processor) for one in Seats(len(there)).each) == sorted(map(str, there))


def stat(*busy_and_idle: tuple[int, int]) -> str:
    each = enumerate(busy_and_idle)
    lines = [f"cpu{number} {busy} 0 0 {idle} 0 0 0 0 0 0" for number, (busy, idle) in each]
    return "\n".join(["cpu  1 2 3 4 5 6 7 8 9 10", *lines, "intr 5", "ctxt 7"])


def test_whoever_shares_its_processor_goes_to_one_that_has_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved: list[tuple[int, set[int]]] = []
    monkeypatch.setattr(processors, "PROC", tmp_path)
    monkeypatch.setattr(processors, "PERIOD", 0)
    affinity = {0: {0, 1}}
    monkeypatch.setattr(os, "sched_getaffinity", affinity.__getitem__)
    monkeypatch.setattr(os, "sched_setaffinity", lambda task, where: moved.append((task, where)))
    for task in ("4711", "4712", "4713"):
        (tmp_path / "4711" / "task" / task).mkdir(parents=True)
    used = "4711 (a (strange) name) S 1 1 1 0 -1 0 0 0 0 0 {} {} 0 0"
    seats = Seats(1)
    here = seats.each[0].processor or 0
    there = 1 - here
    affinity |= {4711: {here}, 4712: {here}, 4713: {0, 1}}
    seats.each[0].take(4711)

    (tmp_path / "stat").write_text(stat((100, 100), (100, 100)))
    (tmp_path / "4711" / "stat").write_text(used.format(30, 20))
    seats.look()
    both = {here: (1100, 100), there: (200, 1000)}
    (tmp_path / "stat").write_text(stat(both[0], both[1]))
    (tmp_path / "4711" / "stat").write_text(used.format(330, 120))
    seats.look()

    assert moved[:2] == [(4711, {here}), (4711, {there})]
    assert sorted(moved[2:]) == [(4711, {there}), (4712, {there})]
    assert seats.each[0].processor == there
    seats.look()  # nothing has been counted since: it stays
    assert seats.each[0].processor == there


@pytest.mark.parametrize("told", [None, "", "cpu0 something else", "cpu0 0 0 0"])
def test_a_system_that_tells_nothing_leaves_all_where_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: str | None
) -> None:
    monkeypatch.setattr(processors, "PROC", tmp_path)
    monkeypatch.setattr(processors, "PERIOD", 0)
    if told is not None:
        (tmp_path / "stat").write_text(told)
    seats = Seats(2)

    seats.look()
    seats.look()


def test_a_process_that_may_not_go_there_is_not_said_to_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_setaffinity", Mock(side_effect=OSError))
    seat = Seat(0)
    seat.take(os.getpid())

    with pytest.raises(OSError):  # noqa: PT011 - whichever
        seat.move(1)

    assert seat.processor == 0


def test_where_it_is_forbidden_to_ask_all_stay_where_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    put: list[int] = []
    monkeypatch.setattr(os, "sched_getaffinity", Mock(side_effect=PermissionError))
    monkeypatch.setattr(os, "sched_setaffinity", put.append)

    with seated() as seats:
        seats.look()

    assert put == []


def test_who_has_sat_alone_may_be_everywhere_afterwards() -> None:
    before, stop = os.sched_getaffinity(0), threading.Event()
    found: list[set[int]] = []

    with seated() as seats:
        here = os.sched_getaffinity(0)
        thread = threading.Thread(target=lambda: found.append(os.sched_getaffinity(0)))
        thread.start()
        thread.join()
        stop.set()
        seats.keep(stop)

    assert found == [here] == [{seats.each[0].processor}]
    assert os.sched_getaffinity(0) == before
