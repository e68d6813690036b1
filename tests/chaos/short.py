"""All waits of crmhost made short, so that minutes of trouble fit into seconds; their order is kept."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from inspect import unwrap
from typing import Any

PATIENCE = 1.0
"""Seconds for which an answer is waited for."""
DEADLINE = 1.5
LEASE = 4.0
"""Seconds: a lane's, longer than a call may take; as in production."""
HOLD = 6
"""Seconds for which the CRM may go on with a request whose answer never came."""
RING_AGAIN = 2.0
"""Seconds after which a bell that brought nobody is rung again."""
MINUTE = 6.0
"""Seconds for which Krayin counts calls, and for which an outage lasts."""

CONSTANTS: dict[str, float] = {
    "crmhost.http.DEADLINE": DEADLINE,
    "crmhost.locks.LEASE": LEASE,
    "crmhost.ledger.CLAIM": LEASE,
    "crmhost.attempt.PAUSE": 3.0,
    "crmhost.sync.PAUSE": 3.0,
    "crmhost.attempt.FIRST_DELAY": 0.3,
    "crmhost.attempt.LONGEST_DELAY": 3.0,
    "crmhost.attempt.SETUP_REST": 5,
    "crmhost.sweep.PERIOD": 0.5,
    "crmhost.sweep.PATIENCE": RING_AGAIN,
    "crmhost.broker.SILENCE": 0.5,
    "crmhost.embedded.PERIOD": 0.3,
    "crmhost.budget.WINDOW": MINUTE,
    "crmhost.budget.SLOT": DEADLINE + 2 * PATIENCE,
    "crmhost.budget.AWAY": 0.5,
    "crmhost.budget.SHORT": 1.0,
    "crmhost_krayin.clients.pace.WINDOW": MINUTE,
    "crmhost_krayin.clients.errors.WINDOW": MINUTE,
    "crmhost_krayin.clients.transport.WINDOW": MINUTE,
    "crmhost_krayin.clients.transport.A_LITTLE": 2.0,
}
SETTINGS = {"CRMHOST_UNKNOWN_HOLD_SECONDS": str(HOLD), "CRMHOST_SETTLE_MS": "50"}
ENVIRONMENT = {"dramatiq_restart_delay": "300"}


def shorten() -> None:
    """Make them short in this process."""
    from crmhost import budget, http

    for path, seconds in CONSTANTS.items():
        replace(path, seconds)
    http.TIMEOUTS.update(connect=PATIENCE, read=PATIENCE, write=PATIENCE, pool=PATIENCE)
    # What a function takes unless it is told otherwise was read from the constant when it was made.
    _default(http.Http.__init__, "deadline", DEADLINE)
    _default(budget.DeliveryBudget.call, "seconds", MINUTE)


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
