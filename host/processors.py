"""On which of the machine's processors each process computes, and where it goes when others need that one.

Threads of Python's compute one at a time, wherever they are. On several processors, each thread that another
one wakes takes Python's lock from it before it is through, and a fifth to a half of the work goes into that.
"""

from __future__ import annotations

import os
import secrets
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import structlog

PERIOD = 10.0
"""Seconds between two looks at who computes where."""
LESS = 0.3
"""Of a processor: by so much must another one have less to do for others, or a process stays where it is."""
PROC = Path("/proc")
log = structlog.get_logger(__name__)


class Seat:
    """A process, and the processor that it has; none has one where the system gives none."""

    def __init__(self, processor: int | None) -> None:
        self.processor = processor
        self.pid: int | None = None

    def take(self, pid: int) -> None:
        """Give a process this processor; the threads that it begins have it too."""
        self.pid = pid
        if self.processor is not None:
            _put(pid, self.processor)

    def leave(self) -> None:
        """Have nobody in it: the process has ended, and its number may be another's."""
        self.pid = None

    def move(self, processor: int) -> None:
        """Go to another processor, with every thread that has been on one; OSError where it may not."""
        if self.pid is None:
            return
        os.sched_setaffinity(self.pid, {processor})
        self.processor = processor
        for thread in (PROC / str(self.pid) / "task").iterdir():
            with suppress(OSError):  # it has ended
                if len(os.sched_getaffinity(int(thread.name))) == 1:
                    _put(int(thread.name), processor)


@dataclass(frozen=True)
class Look:
    """What was counted until a moment, in the system's ticks."""

    total: Mapping[int, int]
    """Of each processor."""
    busy: Mapping[int, int]
    own: Mapping[int, int]
    """Of each process."""

    def since(self, before: Look) -> tuple[dict[int, float], dict[int, float]]:
        """Return how busy each processor was since another look, and with each process: 1 is always."""
        both = self.total.keys() & before.total.keys()
        passed = {one: max(self.total[one] - before.total[one], 1) for one in both}
        busy = {one: (self.busy[one] - before.busy[one]) / ticks for one, ticks in passed.items()}
        tick = max(passed.values(), default=1)
        own = {pid: (used - before.own[pid]) / tick for pid, used in self.own.items() if pid in before.own}
        return busy, own


class Seats:
    """The seats of some processes, one for each processor as long as there are enough."""

    def __init__(self, count: int) -> None:
        self._allowed = sorted(_allowed())
        turn = _emptiest_first(self._allowed)
        self.each = [Seat(turn[number % len(turn)] if turn else None) for number in range(count)]
        self._before: Look | None = None
        self._due = 0.0

    def look(self) -> None:
        """See, from time to time, whether one of them has more of a processor elsewhere; let it go there."""
        if len(self._allowed) < 2 or time.monotonic() < self._due:
            return
        # Not all that began together look together: they would all go to the same one.
        self._due = time.monotonic() + PERIOD * (0.5 + secrets.randbelow(1000) / 1000)
        at = {one.pid: one for one in self.each if one.pid is not None}
        have = {pid: seat.processor for pid, seat in at.items() if seat.processor is not None}
        try:
            now = _looked(self._allowed, at)
            before, self._before = self._before, now
            moved = better(have, *now.since(before or now))
            if moved is not None:
                pid, processor = moved
                at[pid].move(processor)
                log.info("another processor has more time", pid=pid, processor=processor)
        except (OSError, LookupError, ValueError) as error:  # the system tells nothing, or forbids it by now
            log.debug("all stay where they are", error=str(error))


def _emptiest_first(allowed: list[int]) -> list[int]:
    """Return the processors, first those that fewest others keep to; of equal ones by chance.

    Whoever begins one after the other sits well at once. From a container no others are seen.
    """
    if len(allowed) < 2:
        return allowed
    first = secrets.randbelow(len(allowed))
    kept_to = Counter(_kept_to())
    return sorted([*allowed[first:], *allowed[:first]], key=kept_to.__getitem__)


def _kept_to() -> Iterator[int]:
    """Yield the processor of each process that keeps to one."""
    with suppress(OSError):  # a sandbox may have no list
        for entry in PROC.iterdir():
            with suppress(OSError):  # it has ended
                if not entry.name.isdecimal():
                    continue
                there = os.sched_getaffinity(int(entry.name))
                # The system's own threads, some of which are kept to each one, have no command.
                if len(there) == 1 and (entry / "cmdline").read_bytes():
                    yield from there


def better(
    at: Mapping[int, int], busy: Mapping[int, float], own: Mapping[int, float]
) -> tuple[int, int] | None:
    """Return the process that would have more of another processor, and that one; None where all sit well.

    ``at`` says which processor each has, ``busy`` how busy each one was, ``own`` with each process: what
    was not there all the time is left where it is.
    """
    target = min(busy, key=lambda one: busy[one])
    others = {pid: busy[one] - own[pid] for pid, one in at.items() if pid in own and one in busy}
    worst = max(others, key=lambda pid: others[pid], default=None)
    if worst is None or others[worst] - busy[target] < LESS:
        return None
    return worst, target


@contextmanager
def seated() -> Iterator[Seats]:
    """Have this process on one processor while the block lasts, with the threads that are begun in it."""
    seats = Seats(1)
    before = _allowed()
    seats.each[0].take(os.getpid())
    try:
        yield seats
    finally:
        if before:
            with suppress(OSError):
                os.sched_setaffinity(0, before)


def _allowed() -> set[int]:
    """Return the processors that this process may be on; none where the system gives none away."""
    if sys.platform == "linux":
        with suppress(OSError):  # a sandbox may forbid to ask
            return os.sched_getaffinity(0)
    return set()


def _put(task: int, processor: int) -> None:
    with suppress(OSError):  # it has ended already, or may not be moved
        os.sched_setaffinity(task, {processor})


def _looked(processors: list[int], pids: Mapping[int, object]) -> Look:
    """Count what the processors and the processes have done (proc_stat(5), proc_pid_stat(5))."""
    total, busy = {}, {}
    for line in (PROC / "stat").read_text().splitlines():
        name, *counted = line.split()
        number = name.removeprefix("cpu")
        if not number.isdecimal() or int(number) not in processors:
            continue
        user, nice, system, idle, waiting, *interrupts = [int(one) for one in counted[:8]]
        busy[int(number)] = user + nice + system + sum(interrupts)
        total[int(number)] = busy[int(number)] + idle + waiting
    own = {}
    for pid in pids:
        with suppress(OSError):  # it has ended, and is begun anew in a moment
            own[pid] = _used(pid)
    return Look(total, busy, own)


def _used(pid: int) -> int:
    fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
