"""The time that all processes agree on: the database's. Their own clocks may differ, or be set meanwhile.

What one process writes for another to compare with the time (when a lane is due, since when a record
may exist) is told by this clock. A process that waits by itself does so by its monotonic one.
"""

from __future__ import annotations

from sqlalchemy import Connection

from .prepared import run

NOW = {
    "sqlite": "(julianday('now') - 2440587.5) * 86400.0",
    "postgresql": "EXTRACT(EPOCH FROM clock_timestamp())::double precision",
}
"""The time in each database's own words."""


def now(tx: Connection) -> float:
    """Return the time in unix seconds."""
    (moment,) = run(tx, f"SELECT {NOW[tx.dialect.name]}").fetchone()
    return float(moment)
