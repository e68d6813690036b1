"""Running what is a plugin's: it may raise anything, and it may never come back.

A thread cannot be ended from outside. A plugin's code runs in threads of its own, so that one that hangs
costs a thread and nobody's work: it is given up, and whatever it would send later is refused.
"""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from .errors import PluginError, SettingsError

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
    """Work that goes on in a thread of its own."""

    def __init__(self, work: Callable[[], Returned]) -> None:
        self._work = work
        self._returned: list[Returned] = []
        self._raised: BaseException | None = None
        here = contextvars.copy_context()
        self.thread = threading.Thread(target=here.run, args=(self._run,), name="plugin", daemon=True)
        self.thread.start()

    def goes_on(self, seconds: float) -> bool:
        """Wait for its end; say whether it goes on after so many seconds."""
        self.thread.join(seconds)
        return self.thread.is_alive()

    def result(self) -> Returned:
        """Return what came of it, or raise that."""
        if isinstance(self._raised, Exception):
            raise self._raised
        if self._raised is not None:
            raise Raised(f"{type(self._raised).__name__}: {self._raised}") from self._raised
        return self._returned[0]

    def _run(self) -> None:
        try:
            self._returned.append(self._work())
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            self._raised = error


def _nothing() -> None:
    """Do nothing while it is waited."""


class Watch:
    """Runs one plugin's code, and knows what of it hangs."""

    def __init__(self, plugin: str) -> None:
        self._plugin = plugin
        self._hanging: list[threading.Thread] = []

    @property
    def hanging(self) -> int:
        """How many calls were given up and have not come back."""
        self._hanging = [thread for thread in self._hanging if thread.is_alive()]
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
        run = _Run(work)
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
        self._hanging.append(run.thread)
        return PluginError(
            f"The plugin {self._plugin} hangs: {what} gave no sign of life for {patience:.0f} s.",
            fix="Report it to the plugin's authors; start crmhost again, then replay.",
        )
