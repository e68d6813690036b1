"""Who the contacts are, as last received."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Insert,
    Table,
    and_,
    bindparam,
    delete,
    select,
)

from . import many
from .page_tables import contact_words, contacts
from .upsert import upsert_in

Key = tuple[int, int]
"""(connection id, contact id)"""
FACE = (contacts.c.connection_id, contacts.c.contact_id, contacts.c.name, contacts.c.email, contacts.c.phone)

KEPT = (*(column.name for column in FACE), "seen_at", "findable")


def of_these(table: Table) -> ColumnElement[bool]:
    """Choose contacts by the parameters of ``by_connection``."""
    ids: BindParameter[list[int]] = bindparam("ids", expanding=True)
    return and_(table.c.connection_id == bindparam("connection"), table.c.contact_id.in_(ids))


# Of many connections at once: those are read too whose numbers are another connection's, which are few.
_KNOWN = select(*FACE).where(
    contacts.c.connection_id.in_(bindparam("connections", expanding=True)),
    contacts.c.contact_id.in_(bindparam("ids", expanding=True)),
)
_FORGET = delete(contacts).where(of_these(contacts))
FORGET_WORDS = delete(contact_words).where(of_these(contact_words))


class Face(NamedTuple):
    """What a person would call a contact by."""

    connection_id: int
    contact_id: int
    name: str | None
    email: str | None
    phone: str | None

    @property
    def key(self) -> Key:
        """Which contact it is."""
        return self.connection_id, self.contact_id


def note(tx: Connection, faces: Iterable[Face], now: float) -> None:
    """Keep who these are, as known now. Whoever changed is found by it once ``search.index`` was there."""
    newest = {face.key: face for face in faces}
    rows = [(*newest[key], now, False) for key in sorted(newest)]
    many.write(tx, _keep(tx.dialect.name), KEPT, rows)


@cache
def _keep(dialect: str) -> Insert:
    insert = upsert_in(dialect, contacts)
    told = ("name", "email", "phone")
    same = and_(*(contacts.c[name].is_not_distinct_from(insert.excluded[name]) for name in told))
    fresh: dict[str, Any] = {name: insert.excluded[name] for name in (*told, "seen_at")}
    fresh["findable"] = contacts.c.findable & same
    return insert.on_conflict_do_update(index_elements=["connection_id", "contact_id"], set_=fresh)


def by_connection(keys: Iterable[Key]) -> list[dict[str, Any]]:
    """Return the parameters of a statement about these contacts, for each connection: so an index is used."""
    ids: dict[int, list[int]] = {}
    for connection_id, contact_id in keys:
        ids.setdefault(connection_id, []).append(contact_id)
    return [{"connection": one, "ids": of} for one, of in ids.items()]


def faces(tx: Connection, keys: Iterable[Key]) -> dict[Key, Face]:
    """Return who these contacts are, of those who are known."""
    wanted = set(keys)
    given = {"connections": sorted({key[0] for key in wanted}), "ids": sorted({key[1] for key in wanted})}
    rows = tx.execute(_KNOWN, given) if wanted else ()
    return {face.key: face for face in (Face(*row) for row in rows) if face.key in wanted}


def forget(tx: Connection, before: float, limit: int = 1000) -> int:
    """Forget who was not heard of since then (unix seconds); return how many were forgotten."""
    old = select(contacts.c.connection_id, contacts.c.contact_id).where(contacts.c.seen_at < before)
    keys = [(row[0], row[1]) for row in tx.execute(old.limit(limit))]
    if keys:
        for given in by_connection(keys):
            tx.execute(FORGET_WORDS, given)
            tx.execute(_FORGET, given)
    return len(keys)


def newest(tx: Connection, limit: int, connection_id: int | None = None) -> list[Face]:
    """Return who was heard of last."""
    query = select(*FACE)
    if connection_id is not None:
        query = query.where(contacts.c.connection_id == connection_id)
    return [Face(*row) for row in tx.execute(query.order_by(contacts.c.seen_at.desc()).limit(limit))]
