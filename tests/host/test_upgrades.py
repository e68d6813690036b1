"""What an older version kept is there after an upgrade, and after going back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Column, MetaData, Table, inspect, select

from crmhost import overview
from crmhost.demo.run import SECRET
from crmhost.store import Store, connections, deliveries, links, open_store, tables, upgrade
from crmhost.store.deliveries import Arrival
from crmhost.store.schema import HEAD, current, migrate, revisions
from crmhost.webhooks import Event
from crmhost.wiring import open_house

from ..kept_database import FOLDER, restore
from .conftest import Types, settings_for

KEPT = sorted(path.stem for path in FOLDER.glob("*.sql"))
"""The schemas of which a database was kept."""
FIRST = "0009"
"""The schema of this minor version: within it, migrations only add."""


@pytest.fixture
def store(empty_database_url: str) -> Iterator[Store]:
    opened = open_store(empty_database_url)
    yield opened
    opened.close()


def reflected(store: Store) -> dict[str, Table]:
    """Return the tables as the database has them now, as a version that knows no others has them."""
    with store.read() as tx:
        names = [name for name in inspect(tx).get_table_names() if name != "alembic_version"]
        return {name: Table(name, MetaData(), autoload_with=tx) for name in names}


def fill(store: Store, known: dict[str, Table], first: int = 1) -> None:
    """Put two rows into each table: one with a value of its own in each column, one with as few as can be."""
    with store.write() as tx:
        for table in known.values():
            full = {column.name: _something(column, first) for column in table.columns}
            needed = [column for column in table.columns if not column.nullable]
            tx.execute(table.insert().values(full))
            tx.execute(table.insert().values({one.name: _something(one, first + 1) for one in needed}))


def _something(column: Column[Any], row: int) -> Any:
    """Return a value that a column of this type takes, and that no other column or row has."""
    number = 1000 * row + sorted(one.name for one in column.table.columns).index(column.name)
    if isinstance(column.type, JSON):
        return {"of": column.name, "row": row}
    kinds = {int: number, float: number + 0.25, str: f"{column.name} «{row}»", bool: row % 2 == 1}
    return kinds[column.type.python_type]


def rows(store: Store, known: dict[str, Table]) -> dict[str, list[Any]]:
    """Return what is in the columns of these tables."""
    with store.read() as tx:
        read = {name: tx.execute(select(table)).all() for name, table in known.items()}
    return {name: sorted(map(repr, found)) for name, found in read.items()}


@pytest.mark.parametrize("before", revisions())
def test_data_of_each_version_before_is_kept_forth_and_back(store: Store, before: str) -> None:
    migrate(store, before)
    known = reflected(store)
    fill(store, known)
    had = rows(store, known)

    upgrade(store)
    after = rows(store, known)
    migrate(store, before)

    assert after == had
    assert rows(store, known) == had
    assert current(store) == before
    upgrade(store)
    assert current(store) == HEAD


@pytest.mark.parametrize("before", [one for one in revisions() if one >= FIRST])
def test_a_process_of_each_version_before_goes_on_beside_the_newer_schema(store: Store, before: str) -> None:
    """It reads and writes the tables and columns that it knows: docs/howto/upgrade.md promises that."""
    migrate(store, before)
    known = reflected(store)
    fill(store, known)
    had = rows(store, known)
    upgrade(store)

    fill(store, known, first=3)
    with store.write() as tx:
        for table in known.values():
            (key, *_), last = table.primary_key.columns, list(table.columns)[-1]
            change = table.update().where(key == _something(key, 3))
            tx.execute(change.values({last.name: _something(last, 5)}))
    beside = rows(store, known)

    assert {len(found) for found in beside.values()} == {4}
    assert all(set(found) <= set(beside[name]) for name, found in had.items())


def _arrival(contact_id: int, uid: str, digest: str) -> Arrival:
    event = Event("contact_created", "contact_created", contact_id, None, 0.0)
    return Arrival(1, uid, digest, event, 1000.0, "{}")


def _stored_before(store: Store, *arrivals: Arrival) -> None:
    """Store deliveries as the schema 0008 has them."""
    known = reflected(store)
    with store.write() as tx:
        for one in arrivals:
            key = {"connection_id": 1, "digest": one.digest}
            said = {"event": "contact_created", "kind": "contact_created", "contact_id": one.event.contact_id}
            came = {"uid": one.uid, "received_at": one.received_at, "body": "{}"}
            became = {"state": "applied", "attempts": 1, "background": False}
            tx.execute(known["deliveries"].insert().values(**key, **said, **came, **became))
            tx.execute(known["bodies"].insert().values(**key, seen_at=one.received_at))


def test_what_was_known_before_bodies_were_told_by_contact_is_known_after(store: Store) -> None:
    migrate(store, "0008")
    _stored_before(store, _arrival(5, "a", "x"), _arrival(6, "b", "y"))

    upgrade(store)

    with store.write() as tx:
        assert deliveries.store(tx, [_arrival(5, "c", "x"), _arrival(6, "b", "z")]) == []
        assert deliveries.store(tx, [new := _arrival(6, "c", "w")]) == [new]


def test_an_id_that_two_customers_had_is_the_first_ones_where_the_schema_goes_back(store: Store) -> None:
    upgrade(store)
    with store.write() as tx:
        assert len(deliveries.store(tx, [_arrival(5, "a", "x"), _arrival(6, "a", "y")])) == 2

    migrate(store, "0008")

    with store.read() as tx:
        kept = tx.execute(select(tables.deliveries.c.uid).order_by(tables.deliveries.c.id))
        assert kept.scalars().all() == ["a", None]


@pytest.mark.parametrize("kept", KEPT)
def test_what_a_version_kept_of_the_demo_is_read_by_this_one(
    kept: str, tmp_path: Path, valkey_url: str
) -> None:
    restore(kept, tmp_path)

    with open_house(settings_for(tmp_path, None, valkey_url)) as house:
        told = overview.newest_deliveries(house, 100)
        with house.store.read() as tx:
            connection = connections.get(tx, house.vault, 1)
            linked = links.load(tx, 1, ["contact:5821"])["contact:5821", "person"]

    assert Counter(one["state"] for one in told) == {"applied": 5, "superseded": 2, "unchanged": 1}
    assert [change["kind"] for change in told[-1]["changes"]] == ["lead", "person", "organization"]
    assert (connection.plugin, connection.account_id, connection.webhook_secrets) == ("krayin", 3, (SECRET,))
    assert connection.settings["api_token"].startswith("1|")
    assert (linked.remote_id, linked.written["name"]) == ("1", "Jane Doe")


def test_there_is_a_database_of_the_newest_schema_or_of_the_one_before_it() -> None:
    """Keep one with each release that has a schema of its own: docs/release.md says how."""
    assert KEPT[-1] in revisions()[-2:]


def test_the_schema_goes_back_for_an_older_version_and_forward_by_itself(types: Types) -> None:
    types("crmhost", "status")

    back = types("crmhost", "schema", "--to", revisions()[0], "--json").document
    types("crmhost", "status")
    forward = types("crmhost", "schema", "--json").document

    assert back == {"schema": revisions()[0], "newest": HEAD}
    assert forward == {"schema": HEAD, "newest": HEAD}


def test_a_schema_that_is_none_is_one_sentence(types: Types) -> None:
    ran = types("crmhost", "schema", "--to", "9999")

    assert ran.status == 2
    assert "There is no schema 9999" in ran.err
