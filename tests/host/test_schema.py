"""The migrations make the very tables that the code uses, and know their way back."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from crmhost import SettingsError
from crmhost.store import open_store, upgrade
from crmhost.store.engine import reachable
from crmhost.store.schema import HEAD, configuration, current, migrate
from crmhost.store.tables import metadata


def test_the_migrations_make_the_tables_of_the_code(empty_database_url: str) -> None:
    store = open_store(empty_database_url)
    upgrade(store)

    with store.read() as tx:
        differences = compare_metadata(MigrationContext.configure(tx, opts={"compare_type": True}), metadata)
    store.close()

    assert differences == []


def test_the_migrations_know_their_way_back(empty_database_url: str) -> None:
    store = open_store(empty_database_url)
    upgrade(store)

    migrate(store, "base")

    with store.read() as tx:
        assert set(inspect(tx).get_table_names()) <= {"alembic_version"}
    upgrade(store)
    assert current(store) == HEAD
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
