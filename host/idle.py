"""Work that is due and that nobody takes: since when, and what to do about it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from .findings import Finding
from .store import clock, pulse
from .store import untaken as untaken_lanes

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from .store.connections import CRMConnection

PATIENCE = 120.0
"""Seconds that work may be due, and workers give no sign of life, before that is told."""


def untaken(tx: Connection) -> Mapping[int, float]:
    """Return since when work of each connection has been due that nobody takes.

    Where a worker lives there is none: what is due then waits for its turn, or for the CRM's limit.
    """
    before = clock.now(tx) - PATIENCE
    beat = pulse.last(tx)
    return {} if beat is not None and beat.beat_at > before else untaken_lanes.since(tx, before)


def finding(one: CRMConnection, since: float) -> Finding:
    """Say since when nobody has taken a connection's work."""
    when = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(since))
    said = f"Work has been due since {when}, and no worker takes it."
    fix = "Is crmhost worker, or crmhost serve, running? What arrives is kept, and waits."
    return Finding(f"connection {one.id}", "problem", said, fix)
