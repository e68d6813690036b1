"""What an older version kept is there after an upgrade, and after going back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import JSON, Column, MetaData, Table, func, inspect, select

from crmhost.store import Store, open_store, upgrade
from crmhost.store.schema import HEAD, current, migrate, revisions

from .conftest import Types


@pytest.fixture
def store(empty_database_url: str) -> Iterator[Store]:
    opened = open_store(empty_database_url)
    yield opened
    opened.close()


def fill(store: Store) -> dict[str, int]:
    """Put a row into each table as the database has it now; return how many each has."""
    with store.write() as tx:
        for name in inspect(tx).get_table_names():
            if name != "alembic_version":
                table = Table(name, MetaData(), autoload_with=tx)
                tx.execute(
                    table.insert().values({column.name: _something(column) for column in table.columns})
                )
    return counts(store)


def _something(column: Column[Any]) -> Any:
    """Return a value that a column of this type takes."""
    if isinstance(column.type, JSON):
        return {"x": 1}
    return {int: 1, float: 1.0, str: "1", bool: False}[column.type.python_type]


def counts(store: Store) -> dict[str, int]:
    with store.read() as tx:
        tables = [Table(name, MetaData()) for name in inspect(tx).get_table_names()]
        return {table.name: tx.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


@pytest.mark.parametrize("before", revisions())
def test_data_of_each_version_before_is_kept_forth_and_back(store: Store, before: str) -> None:
    migrate(store, before)
    had = fill(store)

    upgrade(store)
    after = counts(store)
    migrate(store, before)

    assert {name: after[name] for name in had} == had
    assert counts(store) == had
    assert current(store) == before
    upgrade(store)
    assert current(store) == HEAD


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
