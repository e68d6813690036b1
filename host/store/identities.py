"""Claims on what tells one customer of a CRM from another: whoever finds or makes one does so alone."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, func, select, update

from .lanes import Lane
from .tables import identities
from .upsert import upsert


def claim(tx: Connection, lane: Lane, digests: Collection[str], now: float, until: float) -> bool:
    """Claim all of these for the lane; where another lane has one of them, say no: nothing is to be kept.

    They are taken in one order always, so that two that want the same do not wait for each other.
    """
    insert = upsert(tx, identities)
    new = insert.excluded
    free = (identities.c.until <= now) | (
        (identities.c.connection_id == new.connection_id) & (identities.c.contact_id == new.contact_id)
    )
    take = insert.on_conflict_do_update(
        index_elements=["digest"],
        set_={"connection_id": new.connection_id, "contact_id": new.contact_id, "until": new.until},
        where=free,
    ).returning(identities.c.digest)
    mine = {"connection_id": lane[0], "contact_id": lane[1], "until": until}
    rows = [{"digest": digest, **mine} for digest in sorted(digests)]
    return len(tx.execute(take, rows).all()) == len(rows)


def extend(tx: Connection, lane: Lane, digests: Collection[str], until: float) -> bool:
    """Keep these until then; say no where one of them has become another lane's."""
    if not digests:
        return True
    here = _of(lane) & identities.c.digest.in_(digests)
    tx.execute(update(identities).where(here).values(until=until))
    kept = tx.scalar(select(func.count()).select_from(identities).where(here))
    return kept == len(digests)


def release(tx: Connection, lane: Lane, digests: Collection[str]) -> None:
    """Let go of these."""
    if digests:
        tx.execute(identities.delete().where(_of(lane), identities.c.digest.in_(digests)))


def forget_old(tx: Connection, now: float) -> None:
    """Forget the claims of those who died."""
    tx.execute(identities.delete().where(identities.c.until <= now))


def _of(lane: Lane) -> ColumnElement[bool]:
    return (identities.c.connection_id == lane[0]) & (identities.c.contact_id == lane[1])
