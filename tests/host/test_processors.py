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

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system gives no processor away")


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


@on_linux
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


@on_linux
def test_a_process_that_has_ended_is_no_trouble() -> None:
    with process() as running:
        pass
    seats = Seats(1)

    seats.each[0].take(running.pid)
    seats.look()


@on_linux
def test_each_of_several_has_a_processor_of_its_own() -> None:
    there = sorted(os.sched_getaffinity(0))

    assert sorted(str(one.processor) for one in Seats(len(there)).each) == sorted(map(str, there))


def stat(*busy_and_idle: tuple[int, int]) -> str:
    """Return what the system says of its processors, in each column something."""
    lines = ["cpu  1 2 3 4 5 6 7 8 9 10"]
    for number, (busy, idle) in enumerate(busy_and_idle):
        of_busy, waiting = busy // 8, idle // 4
        nice = system = interrupt = soft = stolen = of_busy
        user = busy - 5 * of_busy
        each = (user, nice, system, idle - waiting, waiting, interrupt, soft, stolen, 0, 0)
        lines.append(" ".join([f"cpu{number}", *map(str, each)]))
    return "\n".join([*lines, "intr 5", "ctxt 7"])


class Machine:
    """Two processors that we may be on and one that we may not, and a process that has sat down on one."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.moved: list[tuple[int, set[int]]] = []
        affinity = {0: {0, 1}}
        monkeypatch.setattr(processors, "PROC", folder)
        monkeypatch.setattr(processors, "PERIOD", 0)
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setattr(os, "sched_getaffinity", affinity.__getitem__, raising=False)
        put = lambda task, where: self.moved.append((task, where))  # noqa: E731
        monkeypatch.setattr(os, "sched_setaffinity", put, raising=False)
        self.seats = Seats(2)
        for task in ("4711", "4712", "4713"):
            (folder / "4711" / "task" / task).mkdir(parents=True)
        self.seat, gone = self.seats.each
        self.here = self.seat.processor or 0
        self.there = 1 - self.here
        affinity |= {4711: {self.here}, 4712: {self.here}, 4713: {0, 1}}
        self.seat.take(4711)
        gone.take(4799)
        self.moved.clear()

    def counted(self, here: tuple[int, int], there: tuple[int, int], user: int, system: int) -> None:
        """Let so much have been counted, and look."""
        both = {self.here: here, self.there: there}
        (self.folder / "stat").write_text(stat(both[0], both[1], (8, 1_000_000)))
        used = f"4711 (a (strange) name) S 1 1 1 0 -1 0 0 0 0 0 {user} {system} 0 0"
        (self.folder / "4711" / "stat").write_text(used)
        self.seats.look()


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


def test_whoever_shares_its_processor_goes_to_one_that_has_time(machine: Machine) -> None:
    machine.counted((800, 800), (800, 800), 30, 20)
    machine.counted((1800, 800), (900, 1700), 330, 120)

    assert machine.moved[0] == (4711, {machine.there})
    assert sorted(machine.moved[1:]) == [(4711, {machine.there}), (4712, {machine.there})]
    assert machine.seat.processor == machine.there
    machine.seats.look()  # nothing has been counted since: it stays
    assert machine.seat.processor == machine.there


def test_what_it_computes_itself_is_no_reason_to_go(machine: Machine) -> None:
    machine.counted((800, 800), (800, 800), 30, 20)
    machine.counted((1800, 800), (900, 1700), 130, 770)

    assert machine.moved == []


@pytest.mark.parametrize(("here", "there", "goes"), [(790, 500, False), (910, 600, True)])
def test_all_that_a_processor_does_counts_and_all_that_it_waits(
    machine: Machine, here: int, there: int, *, goes: bool
) -> None:
    machine.counted((800, 800), (800, 800), 0, 0)
    machine.counted((800 + here, 1800 - here), (800 + there, 1800 - there), 0, 0)

    assert bool(machine.moved) is goes


def test_whose_process_has_ended_is_moved_no_more(machine: Machine) -> None:
    machine.counted((800, 800), (800, 800), 30, 20)
    machine.seat.leave()
    machine.counted((1800, 800), (900, 1700), 330, 120)

    assert machine.moved == []


def test_it_is_looked_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = Mock(return_value=Look({}, {}, {}))
    monkeypatch.setattr(processors, "_looked", looked)
    monkeypatch.setattr(processors, "_allowed", lambda: {0, 1})
    seats = Seats(1)

    seats.look()
    seats.look()

    assert looked.call_count == 1


@pytest.mark.parametrize(
    ("kept", "turn"),
    [
        pytest.param({}, [5, 7, 3, 5], id="by chance"),
        pytest.param({11: {5}, 12: {5}, 13: {7}}, [3, 7, 5, 3], id="where fewest are"),
        pytest.param({11: {5}, 12: {7}, 13: {3}}, [5, 7, 3, 5], id="as many everywhere"),
        pytest.param({11: {3, 5, 7}, 12: {9}}, [5, 7, 3, 5], id="nobody keeps to one of these"),
        pytest.param({11: {5}, 10: {7}}, [7, 3, 5, 7], id="the system's own do not count"),
        pytest.param({11: {5}, 14: None}, [7, 3, 5, 7], id="one has ended"),
    ],
)
def test_the_first_processor_is_one_that_fewest_keep_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: dict[int, set[int] | None], turn: list[int]
) -> None:
    def affinity(pid: int) -> set[int]:
        if (there := kept[pid]) is None:
            raise ProcessLookupError
        return there

    for pid in kept:
        (tmp_path / str(pid)).mkdir()
        (tmp_path / str(pid) / "cmdline").write_text("" if pid == 10 else "worker\0")
    (tmp_path / "stat").touch()
    monkeypatch.setattr(processors, "PROC", tmp_path)
    monkeypatch.setattr(os, "sched_getaffinity", affinity, raising=False)
    monkeypatch.setattr(processors, "_allowed", lambda: {3, 5, 7})
    monkeypatch.setattr("crmhost.processors.secrets.randbelow", lambda _many: 1)

    assert [seat.processor for seat in Seats(4).each] == turn


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
    monkeypatch.setattr(os, "sched_setaffinity", Mock(side_effect=OSError), raising=False)
    seat = Seat(0)
    seat.take(os.getpid())

    with pytest.raises(OSError):  # noqa: PT011 - whichever
        seat.move(1)

    assert seat.processor == 0


def test_where_it_is_forbidden_to_ask_all_stay_where_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    put: list[int] = []
    monkeypatch.setattr(os, "sched_getaffinity", Mock(side_effect=PermissionError), raising=False)
    monkeypatch.setattr(os, "sched_setaffinity", put.append, raising=False)

    with seated() as seats:
        seats.look()

    assert put == []


@on_linux
def test_who_has_sat_alone_may_be_everywhere_afterwards() -> None:
    before = os.sched_getaffinity(0)
    found: list[set[int]] = []

    with seated() as seats:
        here = os.sched_getaffinity(0)
        thread = threading.Thread(target=lambda: found.append(os.sched_getaffinity(0)))
        thread.start()
        thread.join()

    assert found == [here] == [{seats.each[0].processor}]
    assert os.sched_getaffinity(0) == before
