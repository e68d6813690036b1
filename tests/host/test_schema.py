"""The migrations make the very tables that the code uses, and know their way back."""

from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from crmhost import SettingsError
from crmhost.store import Store, open_store, schema, upgrade
from crmhost.store.engine import reachable
from crmhost.store.schema import HEAD, configuration, current, make, migrate
from crmhost.store.tables import metadata


def test_the_migrations_make_the_tables_of_the_code(empty_database_url: str) -> None:
    store = open_store(empty_database_url)
    migrate(store, HEAD)

    with store.read() as tx:
        differences = compare_metadata(MigrationContext.configure(tx, opts={"compare_type": True}), metadata)
    store.close()

    assert differences == []


def test_an_empty_database_becomes_what_the_migrations_make(empty_database_url: str) -> None:
    """In all that a database says of itself, but for the order of columns."""
    store = open_store(empty_database_url)
    migrate(store, HEAD)
    migrated = described(store)
    migrate(store, "base")

    make(store)

    assert described(store) == migrated
    assert current(store) == HEAD
    store.close()


def described(store: Store) -> dict[str, Any]:
    """Return what the database says of its tables and indexes."""
    with store.read() as tx:
        about = inspect(tx)
        on_server = tx.dialect.name == "postgresql"
        indexes = "SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()"
        query = indexes if on_server else "SELECT sql FROM sqlite_master WHERE type = 'index'"
        return {
            "indexes": sorted(str(row[0]) for row in tx.execute(text(query))),
            **{
                name: {
                    "columns": sorted(map(repr, about.get_columns(name))),
                    "key": about.get_pk_constraint(name),
                    "unique": about.get_unique_constraints(name),
                    "foreign": about.get_foreign_keys(name),
                    "checks": about.get_check_constraints(name),
                }
                for name in about.get_table_names()
            },
        }


def test_a_migration_sorts_in_files_what_work_keeps_in_memory(tmp_path: Path) -> None:
    """An index that is made anew sorts a whole table, of a million rows a hundred megabytes."""
    store = open_store(f"sqlite:///{tmp_path / 'crmhost.sqlite3'}")
    migrated: list[Any] = []

    def asked(config: Config, _revision: str) -> None:
        migrated.append(config.attributes["connection"].scalar(text("PRAGMA temp_store")))

    with patch.object(command, "upgrade", asked):
        migrate(store, HEAD)
    with store.write() as tx:
        worked = tx.scalar(text("PRAGMA temp_store"))
    store.close()

    default, memory = 0, 2
    assert (migrated, worked) == ([default], memory)


def test_the_migrations_know_their_way_back(empty_database_url: str) -> None:
    store = open_store(empty_database_url)
    upgrade(store)

    migrate(store, "base")

    with store.read() as tx:
        assert set(inspect(tx).get_table_names()) <= {"alembic_version"}
    upgrade(store)
    assert current(store) == HEAD
    store.close()


def test_a_database_that_a_newer_version_made_meanwhile_is_left_alone(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def by_another(store: Store) -> None:
        with store.write() as tx:
            schema.VERSION.create(tx)
            tx.execute(schema.VERSION.insert().values(version_num="9999"))

    monkeypatch.setattr(schema, "make", by_another)
    store = open_store(empty_database_url)
    with pytest.raises(SettingsError, match="newer crmhost"):
        upgrade(store)
    store.close()


def test_the_newest_migration_is_the_one_the_code_names() -> None:
    assert ScriptDirectory.from_config(configuration()).get_current_head() == HEAD


def test_an_unreachable_database_is_one_sentence(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/no/such/folder/db")

    with pytest.raises(SettingsError, match="cannot be opened"):
        reachable(store)


def test_a_database_address_that_is_none_is_one_sentence() -> None:
    with pytest.raises(SettingsError, match="CRMHOST_DATABASE_URL"):
        open_store("sqlite")
