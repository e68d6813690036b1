"""Links, intents and versions: what is known of a record in the CRM, and how new that is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Connection, and_, bindparam, func, select

from ..context import Key, Link
from .prepared import Prepared
from .tables import intents, links, versions
from .upsert import upsert_in

GIVEN_UP = "given up"
"""The kind under which it is noted of a contact that a delivery was given up whose last write may have been
carried out."""
# Statements that are made once: SQLAlchemy takes four times as long to make one as to run it.
_CONNECTION: BindParameter[int] = bindparam("connection")
_RECORDS: BindParameter[list[str]] = bindparam("records", expanding=True)
_LINKS = select(links.c.record, links.c.kind, links.c.remote_id, links.c.written).where(
    links.c.connection_id == _CONNECTION
)
_LOAD = Prepared(_LINKS.where(links.c.record.in_(_RECORDS)))
_OPEN_INTENTS = Prepared(
    select(intents.c.record, intents.c.kind, intents.c.since).where(
        intents.c.connection_id == _CONNECTION, intents.c.record.in_(_RECORDS)
    )
)
_END_INTENT = Prepared(
    intents.delete().where(
        intents.c.connection_id == _CONNECTION,
        intents.c.record == bindparam("its_record"),
        intents.c.kind == bindparam("its_kind"),
    )
)
_VERSIONS = Prepared(
    select(versions.c.record, versions.c.version).where(
        versions.c.connection_id == _CONNECTION, versions.c.record.in_(_RECORDS)
    )
)


def load(tx: Connection, connection_id: int, records: Iterable[str]) -> dict[Key, Link]:
    """Return the links of these records."""
    rows = _LOAD.rows(tx, {"connection": connection_id, "records": list(records)})
    return {(row[0], row[1]): Link(row[2], row[3]) for row in rows}


def records_of(tx: Connection, connection_id: int, kind: str, remote_id: str) -> tuple[str, ...]:
    """Return the records that are linked to this record of the CRM."""
    here = and_(links.c.connection_id == connection_id, links.c.kind == kind, links.c.remote_id == remote_id)
    return tuple(tx.scalars(select(links.c.record).where(here)))


def with_remote_id(tx: Connection, remote_id: str, limit: int) -> list[tuple[int, str, str]]:
    """Return connection, kind and record of what is linked to a record of this id in any CRM."""
    query = select(links.c.connection_id, links.c.kind, links.c.record).where(links.c.remote_id == remote_id)
    query = query.order_by(links.c.connection_id, links.c.kind).limit(limit)
    return [(row[0], row[1], row[2]) for row in tx.execute(query)]


def every(tx: Connection, connection_id: int) -> dict[Key, Link]:
    """Return all links of a connection."""
    rows = tx.execute(_LINKS, {"connection": connection_id})
    return {(row[0], row[1]): Link(row[2], row[3]) for row in rows}


def save(tx: Connection, connection_id: int, changed: Mapping[Key, Link | None], now: float) -> None:
    """Keep the links that were set, drop those that were removed."""
    keep = _save(tx.dialect.name)
    for (record, kind), link in changed.items():
        key = {"connection_id": connection_id, "record": record, "kind": kind}
        if link is None:
            tx.execute(links.delete().where(*(links.c[name] == of for name, of in key.items())))
        else:
            values = {"remote_id": link.remote_id, "written": dict(link.written), "updated_at": now}
            keep.count(tx, key | values)


@cache
def _save(dialect: str) -> Prepared:
    insert = upsert_in(dialect, links)
    news = {name: insert.excluded[name] for name in ("remote_id", "written", "updated_at")}
    keep = insert.on_conflict_do_update(index_elements=["connection_id", "record", "kind"], set_=news)
    return Prepared(keep, ("connection_id", "record", "kind", *news))


def open_intents(tx: Connection, connection_id: int, records: Iterable[str]) -> dict[Key, float]:
    """Return since when records may have been created without our learning their id."""
    rows = _OPEN_INTENTS.rows(tx, {"connection": connection_id, "records": list(records)})
    return {(row[0], row[1]): row[2] for row in rows}


def begin_intents(tx: Connection, connection_id: int, record: str, kinds: Sequence[str], now: float) -> None:
    """Note that a request is about to create records of these kinds."""
    begin = _begin_intents(tx.dialect.name)
    for kind in kinds:
        begin.count(tx, {"connection_id": connection_id, "record": record, "kind": kind, "since": now})


@cache
def _begin_intents(dialect: str) -> Prepared:
    insert = upsert_in(dialect, intents)
    key = ("connection_id", "record", "kind")
    begin = insert.on_conflict_do_update(index_elements=key, set_={"since": insert.excluded.since})
    return Prepared(begin, (*key, "since"))


def end_intents(tx: Connection, connection_id: int, keys: Iterable[Key]) -> None:
    """Note that these records are known, or surely were not created."""
    for record, kind in keys:
        _END_INTENT.count(tx, {"connection": connection_id, "its_record": record, "its_kind": kind})


def applied_versions(tx: Connection, connection_id: int, records: Iterable[str]) -> dict[str, float]:
    """Return how new the state is that was last applied, for the records that have one."""
    named = list(records)
    if not named:
        return {}
    rows = _VERSIONS.rows(tx, {"connection": connection_id, "records": named})
    return {row[0]: row[1] for row in rows}


def note_version(tx: Connection, connection_id: int, record: str, version: float) -> None:
    """Remember the newest state applied."""
    row = {"connection_id": connection_id, "record": record, "version": version}
    _note_version(tx.dialect.name).count(tx, row)


@cache
def _note_version(dialect: str) -> Prepared:
    insert = upsert_in(dialect, versions)
    newer = func.max if dialect == "sqlite" else func.greatest
    keep: dict[str, Any] = {"version": newer(versions.c.version, insert.excluded.version)}
    note = insert.on_conflict_do_update(index_elements=["connection_id", "record"], set_=keep)
    return Prepared(note, ("connection_id", "record", "version"))
