"""The bodies of the last day: Chatwoot sometimes sends one twice under two ids (chatwoot#11901)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Insert, literal_column, tuple_

from . import many
from .tables import bodies
from .upsert import upsert_in

if TYPE_CHECKING:
    from .deliveries import Arrival

KEY = ("connection_id", "contact_id", "digest")
NOTED = (*KEY, "seen_at")
DAY = 86_400.0
"""For how long the same body under another id is the same delivery, in seconds."""


def new(tx: Connection, arrivals: Sequence[Arrival]) -> list[Arrival]:
    """Return the arrivals whose body was not seen within a day, and remember them as seen."""
    if not arrivals:
        return []
    # In one order always, so that two receivers storing the same bodies wait for each other, not deadlock.
    rows = sorted((*a.key, a.received_at) for a in arrivals)
    fresh = set(many.new(tx, _note_body(tx.dialect.name), NOTED, rows, KEY))
    return [arrival for arrival in arrivals if arrival.key in fresh]


@cache
def _note_body(dialect: str) -> Insert:
    insert = upsert_in(dialect, bodies)
    return insert.on_conflict_do_update(
        index_elements=KEY,
        set_={"seen_at": insert.excluded.seen_at},
        where=bodies.c.seen_at < insert.excluded.seen_at - literal_column(str(DAY)),
    ).returning(*(bodies.c[name] for name in KEY))


def forget(tx: Connection, keys: Sequence[tuple[int, int, str]]) -> None:
    """Forget bodies: one that was not stored must not keep the next of its kind out."""
    if keys:
        tx.execute(bodies.delete().where(tuple_(*(bodies.c[name] for name in KEY)).in_(keys)))


def forget_old(tx: Connection, now: float) -> None:
    """Forget the bodies that were seen more than a day ago."""
    tx.execute(bodies.delete().where(bodies.c.seen_at < now - DAY))
