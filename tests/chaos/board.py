"""What the run and its processes tell each other: some numbers in shared memory, a place a process."""

from __future__ import annotations

import os
import signal
from collections.abc import MutableSequence
from dataclasses import dataclass
from enum import IntEnum
from multiprocessing.context import BaseContext
from typing import Self, cast

from crmhost.store.lanes import Lane


class Step(IntEnum):
    """A moment in the working of a lane; the longer text is how it is told."""

    TAKEN = 1, "lane taken"
    INTENDED = 2, "intent kept"
    WRITTEN = 3, "CRM wrote a customer, not answered"
    WRITTEN_NOTE = 4, "CRM wrote a note, not answered"
    ANSWERED = 5, "answered to a customer, not committed"
    ANSWERED_NOTE = 6, "answered to a note, not committed"
    COMMITTED = 7, "committed, not released"
    INTENDING = 8, "about to make a customer"
    INTENDING_NOTE = 9, "about to make a note"
    WRITING = 10, "about to write"
    WORKED = 11, "worked on a customer, nothing committed"

    told: str

    def __new__(cls, value: int, told: str = "") -> Self:
        step = int.__new__(cls, value)
        step._value_ = value
        step.told = told
        return step


DEADLY = tuple(Step)[:7]
"""Where a worker is killed."""
STALLING = tuple(Step)[7:]
"""Where a worker is stopped for longer than its lanes are its own."""
_CLOCK, _ARMED, _SIGNAL, _REACHED, _CONNECTION, _CONTACT, _WIDTH = range(7)


@dataclass
class Place:
    """The numbers of one process, whoever runs in it."""

    cells: MutableSequence[float]
    number: int

    def _get(self, what: int) -> float:
        return self.cells[self.number * _WIDTH + what]

    def _set(self, what: int, value: float) -> None:
        self.cells[self.number * _WIDTH + what] = value

    @property
    def clock(self) -> float:
        """By how many seconds the process's clock is wrong."""
        return self._get(_CLOCK)

    @clock.setter
    def clock(self, seconds: float) -> None:
        self._set(_CLOCK, seconds)

    @property
    def reached(self) -> int:
        """The step at which the process was stopped or killed; 0 for none."""
        return int(self._get(_REACHED))

    @property
    def lane(self) -> Lane:
        """The lane whose worker reached it."""
        return int(self._get(_CONNECTION)), int(self._get(_CONTACT))

    def arm(self, step: Step, sent: signal.Signals) -> None:
        """Have the process send itself a signal when it comes to this step."""
        self._set(_REACHED, 0)
        self._set(_SIGNAL, sent)
        self._set(_ARMED, step)

    def disarm(self) -> None:
        """Let the process go on."""
        self._set(_ARMED, 0)

    def trips(self, step: Step, lane: Lane) -> bool:
        """Say whether the process is to be hit at this step; that happens once."""
        if self._get(_ARMED) != step:
            return False
        self._set(_ARMED, 0)
        self._set(_CONNECTION, lane[0])
        self._set(_CONTACT, lane[1])
        self._set(_REACHED, step)
        return True

    def pass_by(self, step: Step, lane: Lane) -> None:
        """Come to a step, in the process itself: the end of it, or a pause, where that is armed."""
        if self.trips(step, lane):
            os.kill(os.getpid(), signal.Signals(int(self._get(_SIGNAL))))


def places(context: BaseContext, count: int) -> list[Place]:
    """Return so many places in memory that processes of this context share."""
    cells = cast("MutableSequence[float]", context.RawArray("d", count * _WIDTH))
    return [Place(cells, number) for number in range(count)]
