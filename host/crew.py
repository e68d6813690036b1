"""Several processes of one command: begun, kept going, and ended with the one that began them.

Python computes on one core in a process. Each process of a crew is this same command, begun anew with words
of its own. A line (a pair of sockets) joins it to whoever began it: on it it says that it is ready, and by
its end it hears that it is alone.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress

import structlog

from .processors import Seat, Seats

LOOK = 0.2
"""Seconds between two looks whether all are there."""
PAUSE, LONGEST = 1.0, 60.0
"""Seconds from one start of a process to its next, longer and longer where it does not become ready: one that
dies again and again is not all that is done."""
PATIENCE = 80.0
"""Seconds that they have to end what they began: more than worker threads have for it."""
log = structlog.get_logger(__name__)


def shares(threads: int, processes: int) -> list[int]:
    """Return how many of the threads each process has, as evenly as can be."""
    each, more = divmod(threads, processes)
    return [each + (number < more) for number in range(processes)]


@contextmanager
def crew(
    commands: Iterable[Sequence[str]], stop: threading.Event, handed: Sequence[int] = ()
) -> Iterator[Callable[[], object]]:
    """Have processes run while the block lasts, which begins when all are ready; yield what keeps them going.

    Each has the words of its command, and the open files that are ``handed`` on. The first begins before
    the others: what keeps it from starting is said once, and what is done once in a new database is done
    when they come.
    """
    each = list(commands)
    seats = Seats(len(each))
    all_of_them = [_Process(words, handed, seat) for words, seat in zip(each, seats.each, strict=True)]
    try:
        for some in (all_of_them[:1], all_of_them[1:]):
            if stop.is_set():
                break
            for one in some:
                one.begin()
            while not all(one.ready for one in some) and not stop.wait(LOOK):
                _look(all_of_them)
        yield lambda: _keep(all_of_them, seats, stop)
    finally:
        _end(all_of_them)


def _keep(processes: Iterable[_Process], seats: Seats, stop: threading.Event) -> None:
    """Begin those anew that die, and see that each has a processor, until it is time to stop."""
    while not stop.wait(LOOK):
        _look(processes)
        seats.look()


def _look(processes: Iterable[_Process]) -> None:
    for one in processes:
        one.look()


def _end(processes: Sequence[_Process]) -> None:
    """End those that run, in order; whoever does not is killed."""
    running = [one.running for one in processes if one.running]
    for process in running:
        process.terminate()
    until = time.monotonic() + PATIENCE
    for process in running:
        try:
            process.wait(max(until - time.monotonic(), 0.0))
        except subprocess.TimeoutExpired:
            log.error("a process did not end, and is killed", pid=process.pid)
            process.kill()
            process.wait()
    for one in processes:
        one.hang_up()


class _Process:
    """One of them, which may have begun several times, and this end of the line to it."""

    def __init__(self, words: Sequence[str], handed: Sequence[int], seat: Seat) -> None:
        self._words = words
        self._handed = handed
        self._seat = seat
        self._line: socket.socket | None = None
        self._began_at = 0.0
        self._pause = PAUSE
        self._has_served = False
        self.running: subprocess.Popen[bytes] | None = None
        self.ready = False

    def begin(self) -> None:
        """Begin it, or begin it anew."""
        self.ready, self._began_at = False, time.monotonic()
        self.hang_up()
        self._line, theirs = socket.socketpair()
        self._line.setblocking(False)
        with theirs:
            command = [*_this_command(), *self._words, "--line", str(theirs.fileno())]
            self.running = subprocess.Popen(  # noqa: S603 - it is what runs here already
                command, pass_fds=(theirs.fileno(), *self._handed), stdin=subprocess.DEVNULL
            )
        self._seat.take(self.running.pid)

    def hang_up(self) -> None:
        """Close this end of the line."""
        if self._line:
            self._line.close()

    def look(self) -> None:
        """See how it is; one that died is begun anew, one that never could start ends all."""
        if self.running is None or self._line is None:
            return
        status = self.running.poll()
        with suppress(BlockingIOError, ConnectionError):
            self.ready = self.ready or bool(self._line.recv(1))
        self._has_served |= self.ready
        if status is None:
            return
        self._seat.leave()
        if status > 0 and not self._has_served:
            sys.exit(status)  # it has said why
        if time.monotonic() - self._began_at > self._pause:
            log.warning("a process died, and is started again", pid=self.running.pid, status=status)
            self._pause = PAUSE if self.ready else min(self._pause * 2, LONGEST)
            self.begin()


def _this_command() -> list[str]:
    """Return how this process was begun, without the words that it was given."""
    given = len(sys.argv) - 1
    return [sys.executable, *sys.orig_argv[1 : len(sys.orig_argv) - given]]


class Line:
    """The other end, in a process of a crew: whoever began it is gone once the line ends."""

    def __init__(self, number: int, stop: threading.Event) -> None:
        self._socket = socket.socket(fileno=number)
        threading.Thread(target=self._listen, args=(stop,), name="line", daemon=True).start()

    def say_ready(self) -> None:
        """Say that this process does what it is there for."""
        with suppress(ConnectionError):  # nobody hears it: then it stops
            self._socket.sendall(b".")

    def _listen(self, stop: threading.Event) -> None:
        with suppress(ConnectionError):
            self._socket.recv(1)
        stop.set()
