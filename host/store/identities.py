"""Claims on what tells one customer of a CRM from another: whoever finds or makes one does so alone."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from sqlalchemy import Connection, Float, Insert, and_, bindparam, literal_column, update

from . import clock, many
from .lanes import Lane
from .prepared import Prepared
from .tables import identities
from .upsert import upsert_in

CLAIMED = ("digest", "connection_id", "contact_id", "until")
# Statements that are made once: SQLAlchemy takes four times as long to make one as to run it.
_THESE = and_(
    identities.c.connection_id == bindparam("connection"),
    identities.c.contact_id == bindparam("contact"),
    identities.c.digest.in_(bindparam("digests", expanding=True)),
)
_EXTEND = Prepared(update(identities).where(_THESE).values(until=bindparam("end")))
_RELEASE = Prepared(identities.delete().where(_THESE))


def claim(tx: Connection, lane: Lane, digests: Collection[str], until: float) -> bool:
    """Claim all of these for the lane; where another lane has one of them, say no: nothing is to be kept.

    They are taken in one order always, so that two that want the same do not wait for each other.
    """
    rows = [(digest, *lane, until) for digest in sorted(digests)]
    return len(many.write(tx, _take(tx.dialect.name), CLAIMED, rows)) == len(rows)


@cache
def _take(dialect: str) -> Insert:
    insert = upsert_in(dialect, identities)
    new = insert.excluded
    free = (identities.c.until <= literal_column(clock.NOW[dialect], Float)) | (
        (identities.c.connection_id == new.connection_id) & (identities.c.contact_id == new.contact_id)
    )
    return insert.on_conflict_do_update(
        index_elements=["digest"],
        set_={"connection_id": new.connection_id, "contact_id": new.contact_id, "until": new.until},
        where=free,
    ).returning(identities.c.digest)


def extend(tx: Connection, lane: Lane, digests: Collection[str], until: float) -> bool:
    """Keep these until then; say no where one of them has become another lane's."""
    if not digests:
        return True
    return _EXTEND.count(tx, {**_these(lane, digests), "end": until}) == len(digests)


def release(tx: Connection, lane: Lane, digests: Collection[str]) -> None:
    """Let go of these."""
    if digests:
        _RELEASE.count(tx, _these(lane, digests))


def forget_old(tx: Connection, now: float) -> None:
    """Forget the claims of those who died."""
    tx.execute(identities.delete().where(identities.c.until <= now))


def _these(lane: Lane, digests: Collection[str]) -> dict[str, object]:
    return {"connection": lane[0], "contact": lane[1], "digests": list(digests)}
