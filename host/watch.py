"""Running what is a plugin's: it may raise anything, and it may never come back.

A thread cannot be ended from outside. A plugin's code runs in threads of its own, so that one that hangs
costs a thread and nobody's work: it is given up, and whatever it would send later is refused.
"""

from __future__ import annotations

import contextvars
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, ClassVar, Generic, TypeVar

from .errors import PluginError, SettingsError
from .floor import aside

PATIENCE = 60.0
"""Seconds after a hook's last call, to the CRM or to Chatwoot, in which it must return or make another."""
QUICK = 15.0
"""Seconds in which a plugin must be imported, and a hook return that does no I/O."""
MANY = 3
"""How many calls of one plugin may hang in a process before it is asked nothing more."""
LOOK = 1.0
"""Seconds between two looks at what is waited for."""
Returned = TypeVar("Returned")


class GivenUp(BaseException):
    """Ends a hook that was given up, at the next call that it makes; no plugin catches it by accident."""


class Raised(Exception):
    """A plugin raised what is no Exception: SystemExit, say, which would end the thread that works."""


class SignsOfLife:
    """The signs of life of one hook's call."""

    def __init__(self) -> None:
        self._last = time.monotonic()
        self._given_up = False

    def give(self) -> None:
        """Give a sign of life; end the hook here if nobody waits for it any more."""
        if self._given_up:
            raise GivenUp
        self._last = time.monotonic()

    def guard(self, _writes: bool, _longest: float) -> None:
        """Take the beginning of a request for a sign of life."""
        self.give()

    def give_up(self) -> None:
        """Wait no more."""
        self._given_up = True

    @property
    def silent(self) -> float:
        """The seconds since the last sign."""
        return time.monotonic() - self._last


class _Run(Generic[Returned]):
    """Work that goes on in another thread."""

    def __init__(self, work: Callable[[], Returned]) -> None:
        self._work = work
        self._here = contextvars.copy_context()
        self._ended: SimpleQueue[tuple[list[Returned], BaseException | None]] = SimpleQueue()
        self._end: tuple[list[Returned], BaseException | None] | None = None

    def goes_on(self, seconds: float = 0.0) -> bool:
        """Wait for its end; say whether it goes on after so many seconds."""
        if self._end is None:
            with suppress(Empty):
                self._end = self._ended.get(timeout=seconds)
        return self._end is None

    def result(self) -> Returned:
        """Return what came of it, or raise that."""
        returned, raised = self._end or ([], None)
        if isinstance(raised, Exception):
            raise raised
        if raised is not None:
            raise Raised(f"{type(raised).__name__}: {raised}") from raised
        return returned[0]

    def carry_out(self) -> None:
        """Do it, in the thread that is to."""
        try:
            self._ended.put(([self._here.run(self._work)], None))
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            self._ended.put(([], error))


class _Hand:
    """A thread that does one piece of work after another: to begin a thread for each takes its time."""

    idle: ClassVar[list[_Hand]] = []

    def __init__(self) -> None:
        self._given: SimpleQueue[_Run[Any] | None] = SimpleQueue()
        threading.Thread(target=self._serve, name="plugin", daemon=True).start()

    @classmethod
    def free(cls) -> _Hand:
        """Return one that has nothing to do."""
        try:
            return cls.idle.pop()
        except IndexError:
            return cls()

    def begin(self, run: _Run[Any]) -> None:
        """Let it do this next."""
        self._given.put(run)

    @classmethod
    def end_idle(cls) -> None:
        """Let those end that have nothing to do."""
        with suppress(IndexError):
            while True:
                cls.idle.pop()._given.put(None)

    def _serve(self) -> None:
        while (run := self._given.get()) is not None:
            run.carry_out()
            self.idle.append(self)


# A process that was forked has none of the threads.
os.register_at_fork(after_in_child=_Hand.idle.clear)


def begin_anew() -> None:
    """Have plugins run in threads that are begun from here on, with what their beginner has (a processor)."""
    _Hand.end_idle()


def _nothing() -> None:
    """Do nothing while it is waited."""


class Watch:
    """Runs one plugin's code, and knows what of it hangs."""

    def __init__(self, plugin: str) -> None:
        self._plugin = plugin
        self._hanging: list[_Run[Any]] = []

    @property
    def hanging(self) -> int:
        """How many calls were given up and have not come back."""
        self._hanging = [run for run in self._hanging if run.goes_on()]
        return len(self._hanging)

    def run(
        self,
        work: Callable[[], Returned],
        what: str,
        *,
        patience: float | None = None,
        signs: SignsOfLife | None = None,
        meanwhile: Callable[[], None] = _nothing,
    ) -> Returned:
        """Return what ``work`` returns; PluginError where it is silent for ``patience`` seconds.

        ``what`` it is goes into the sentence; ``meanwhile`` is called every second. Where much of the
        plugin hangs already nothing is begun, which is a SettingsError: a person must act.
        """
        if self.hanging >= MANY:
            raise SettingsError(
                f"{self.hanging} calls of the plugin {self._plugin} hang, and it is asked nothing more.",
                fix="Report it to the plugin's authors, and start crmhost again.",
            )
        patience = PATIENCE if patience is None else patience
        signs = signs or SignsOfLife()
        signs.give()
        with aside():
            run = _Run(work)
            _Hand.free().begin(run)
            try:
                while run.goes_on(min(LOOK, patience)):
                    if signs.silent >= patience:
                        raise self._given_up(run, what, patience)
                    meanwhile()
            except BaseException:
                signs.give_up()
                raise
        return run.result()

    def _given_up(self, run: _Run[Returned], what: str, patience: float) -> PluginError:
        self._hanging.append(run)
        return PluginError(
            f"The plugin {self._plugin} hangs: {what} gave no sign of life for {patience:.0f} s.",
            fix="Report it to the plugin's authors; start crmhost again, then replay.",
        )
