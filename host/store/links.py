"""Links, intents and versions: what is known of a record in the CRM, and how new that is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, func, select

from ..context import Key, Link
from .tables import intents, links, versions
from .upsert import upsert


def load(tx: Connection, connection_id: int, records: Iterable[str]) -> dict[Key, Link]:
    """Return the links of these records."""
    query = select(links.c.record, links.c.kind, links.c.remote_id, links.c.written)
    query = query.where(links.c.connection_id == connection_id, links.c.record.in_(list(records)))
    return {(row[0], row[1]): Link(row[2], row[3]) for row in tx.execute(query)}


def records_of(tx: Connection, connection_id: int, kind: str, remote_id: str) -> tuple[str, ...]:
    """Return the records that are linked to this record of the CRM."""
    here = and_(links.c.connection_id == connection_id, links.c.kind == kind, links.c.remote_id == remote_id)
    return tuple(tx.scalars(select(links.c.record).where(here)))


def every(tx: Connection, connection_id: int) -> dict[Key, Link]:
    """Return all links of a connection."""
    query = select(links.c.record, links.c.kind, links.c.remote_id, links.c.written)
    rows = tx.execute(query.where(links.c.connection_id == connection_id))
    return {(row[0], row[1]): Link(row[2], row[3]) for row in rows}


def save(tx: Connection, connection_id: int, changed: Mapping[Key, Link | None], now: float) -> None:
    """Keep the links that a hook set, drop those it removed; an intent ends with its link."""
    for (record, kind), link in changed.items():
        here = and_(links.c.connection_id == connection_id, links.c.record == record, links.c.kind == kind)
        if link is None:
            tx.execute(links.delete().where(here))
            continue
        values = {"remote_id": link.remote_id, "written": dict(link.written), "updated_at": now}
        key = {"connection_id": connection_id, "record": record, "kind": kind}
        insert = upsert(tx, links).values(**key, **values)
        tx.execute(insert.on_conflict_do_update(index_elements=list(key), set_=values))
        end_intents(tx, connection_id, record, [kind])


def open_intents(tx: Connection, connection_id: int, records: Iterable[str]) -> dict[Key, float]:
    """Return since when records may have been created without our learning their id."""
    query = select(intents.c.record, intents.c.kind, intents.c.since)
    query = query.where(intents.c.connection_id == connection_id, intents.c.record.in_(list(records)))
    return {(row[0], row[1]): row[2] for row in tx.execute(query)}


def begin_intents(tx: Connection, connection_id: int, record: str, kinds: Sequence[str], now: float) -> None:
    """Note that a request is about to create records of these kinds."""
    insert = upsert(tx, intents)
    insert = insert.on_conflict_do_update(
        index_elements=["connection_id", "record", "kind"], set_={"since": insert.excluded.since}
    )
    rows = [{"connection_id": connection_id, "record": record, "kind": kind, "since": now} for kind in kinds]
    tx.execute(insert, rows)


def end_intents(tx: Connection, connection_id: int, record: str, kinds: Sequence[str]) -> None:
    """Note that these records are known, or surely were not created."""
    here = and_(intents.c.connection_id == connection_id, intents.c.record == record)
    tx.execute(intents.delete().where(here, intents.c.kind.in_(kinds)))


def applied_versions(tx: Connection, connection_id: int, records: Iterable[str]) -> dict[str, float]:
    """Return how new the state is that was last applied, for the records that have one."""
    query = select(versions.c.record, versions.c.version)
    query = query.where(versions.c.connection_id == connection_id, versions.c.record.in_(list(records)))
    return {row[0]: row[1] for row in tx.execute(query)}


def note_version(tx: Connection, connection_id: int, record: str, version: float) -> None:
    """Remember the newest state applied."""
    insert = upsert(tx, versions).values(connection_id=connection_id, record=record, version=version)
    newer = func.max if tx.dialect.name == "sqlite" else func.greatest
    keep: dict[str, Any] = {"version": newer(versions.c.version, insert.excluded.version)}
    tx.execute(insert.on_conflict_do_update(index_elements=["connection_id", "record"], set_=keep))
