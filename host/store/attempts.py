"""Attempts that have not ended a delivery: what may come of them yet, and why they failed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, update

from . import notes
from .tables import deliveries
from .text import storable

# Made once: SQLAlchemy takes four times as long to make a statement as to run it.
_THIS = update(deliveries).where(deliveries.c.id == bindparam("delivery"))
_BEGIN = _THIS.values(attempted=bindparam("handed"), attempted_at=bindparam("now"))
_END = _THIS.values(attempted_at=None)


def begin_write(tx: Connection, delivery_id: int, handed: Mapping[str, Any], now: float) -> None:
    """Note that an attempt is about to write, and what the plugin was handed."""
    tx.execute(_BEGIN, {"delivery": delivery_id, "handed": dict(handed), "now": now})


def end_writes(tx: Connection, delivery_id: int) -> None:
    """Note that every write of the attempt was answered: none is carried out later."""
    tx.execute(_END, {"delivery": delivery_id})


def failed(tx: Connection, delivery_id: int, reason: str, fix: str, outcome: Mapping[str, Any]) -> None:
    """Note a failure that will pass: the delivery stays the first of its lane."""
    values = {
        "attempts": deliveries.c.attempts + 1,
        "reason": storable(reason),
        "fix": storable(fix),
        "outcome": dict(outcome),
    }
    notes.ended(tx, [delivery_id], notes.TRIED, time.time(), outcome)
    tx.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(values))
