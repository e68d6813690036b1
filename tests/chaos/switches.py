"""What keeps data from being lost or doubled, to be switched off one at a time: the proof is proved by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crmhost.store import clock

from .short import replace


def _no_intents() -> None:
    """Keep none before a request that creates."""
    replace("crmhost.ledger.Ledger._begin", lambda *_: None)


def _no_fencing() -> None:
    """Let a worker that was overtaken go on as if it were not."""
    replace("crmhost.store.lanes.holds", lambda *_args: True)
    replace("crmhost.store.lanes.held_at", lambda tx, *_args: clock.now(tx))


def _no_identities() -> None:
    """Let several lanes find and make one customer at once."""
    replace("crmhost.ledger.Ledger._claim", lambda *_: None)


def _no_sweep() -> None:
    """Ring nobody for whom a bell was lost."""
    replace("crmhost.sweep.Sweep._look", lambda _sweep: None)


SWITCHES: dict[str, Callable[[], Any]] = {
    "intents": _no_intents,
    "fencing": _no_fencing,
    "identities": _no_identities,
    "sweep": _no_sweep,
}
CAUSES: dict[str, frozenset[str]] = {
    "intents": frozenset({"double"}),
    "fencing": frozenset({"stale"}),
    "identities": frozenset({"double"}),
    "sweep": frozenset({"unfinished"}),
}
"""The kinds of wrong things of which at least one must come of it, without each."""


def switch_off(name: str) -> None:
    """Switch one off in this process."""
    SWITCHES[name]()
