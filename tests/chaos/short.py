"""All waits of crmhost made short, so that minutes of trouble fit into seconds; their order is kept."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from inspect import unwrap
from typing import Any

SAMPLE = 0.2
"""Seconds of work by which it is measured how much of the machine is to be had."""
LEAST, SLOWEST = 1.5, 5.0
"""How many times as long all takes, on an idle machine and on a busy one."""
ENVIRONMENT = {"dramatiq_restart_delay": "300"}


@dataclass(frozen=True)
class Times:
    """Seconds, longer where the machine is busy: what takes a moment must not look like an outage."""

    factor: float = 1.0

    @property
    def patience(self) -> float:
        """For how long an answer is waited for."""
        return 0.6 * self.factor

    @property
    def deadline(self) -> float:
        """How long all of a call may take."""
        return 0.8 * self.factor

    @property
    def lease(self) -> float:
        """For how long a lane is a worker's: longer than a call may take, as in production."""
        return 2.5 * self.factor

    @property
    def hold(self) -> int:
        """For how long the CRM may go on with a request whose answer never came."""
        return math.ceil(3.5 * self.factor)

    @property
    def ring_again(self) -> float:
        """After how long a bell that brought nobody is rung again."""
        return 1.0 * self.factor

    @property
    def minute(self) -> float:
        """For how long Krayin counts calls, and an outage lasts."""
        return 3.0 * self.factor

    @property
    def settings(self) -> dict[str, str]:
        """What of this can be set."""
        return {"CRMHOST_UNKNOWN_HOLD_SECONDS": str(self.hold), "CRMHOST_SETTLE_MS": "50"}

    def constants(self) -> dict[str, float]:
        """Return what is a constant in crmhost, by its path."""
        return {
            "crmhost.http.DEADLINE": self.deadline,
            "crmhost.locks.LEASE": self.lease,
            "crmhost.locks.MARGIN": self.patience,
            "crmhost.ledger.CLAIM": self.lease,
            "crmhost.attempt.PAUSE": self.minute / 2,
            "crmhost.sync.PAUSE": self.minute / 2,
            "crmhost.attempt.FIRST_DELAY": 0.3,
            "crmhost.attempt.LONGEST_DELAY": 2.0,
            "crmhost.attempt.SETUP_REST": 5,
            "crmhost.chatwoot.transport.THROTTLED_FOR": self.minute,
            "crmhost.sweep.PERIOD": 0.5,
            "crmhost.sweep.PATIENCE": self.ring_again,
            "crmhost.sweep.LEASE": self.lease,
            "crmhost.store.gates.SHORTEST": 0.3,
            "crmhost.store.gates.LONGEST": self.minute,
            "crmhost.store.gates.TRY": self.lease,
            "crmhost.broker.SILENCE": 0.5,
            "crmhost.embedded.PERIOD": 0.3,
            "crmhost.budget.WINDOW": self.minute,
            "crmhost.budget.SLOT": self.deadline + 2 * self.patience,
            "crmhost.budget.AWAY": 0.5,
            "crmhost.budget.SHORT": 1.0,
            "crmhost_krayin.clients.pace.WINDOW": self.minute,
            "crmhost_krayin.clients.errors.WINDOW": self.minute,
            "crmhost_krayin.clients.transport.WINDOW": self.minute,
            "crmhost_krayin.clients.transport.A_LITTLE": self.minute / 3,
        }


def measured() -> Times:
    """Return times for a machine as busy as this one is now: by how long some work takes."""
    began, worked = time.monotonic(), time.process_time()
    while time.process_time() - worked < SAMPLE:
        sum(range(1000))
    share = (time.monotonic() - began) / SAMPLE
    return Times(min(max(share, LEAST), SLOWEST))


def shorten(times: Times) -> None:
    """Make them short in this process."""
    from crmhost import budget, http, pool

    for path, seconds in times.constants().items():
        replace(path, seconds)
    pool.TIMEOUTS.update(dict.fromkeys(("connect", "read", "write", "pool"), times.patience))
    # What a function takes unless it is told otherwise was read from the constant when it was made.
    _default(http.Http.__init__, "deadline", times.deadline)
    _default(budget.DeliveryBudget.call, "seconds", times.minute)


def _default(function: Callable[..., Any], name: str, value: Any) -> None:
    defaults = unwrap(function).__kwdefaults__
    assert name in defaults, (function, name)
    defaults[name] = value


def replace(path: str, value: Any) -> Any:
    """Put a value in the place of ``module.name`` or ``module.Class.name``; return what was there."""
    owner_path, _, name = path.rpartition(".")
    owner: Any = _found(owner_path)
    before = getattr(owner, name)
    setattr(owner, name, value)
    return before


def _found(path: str) -> Any:
    """Return a module, or a class in one."""
    try:
        return import_module(path)
    except ModuleNotFoundError:
        module, _, name = path.rpartition(".")
        return getattr(import_module(module), name)
