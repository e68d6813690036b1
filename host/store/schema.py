"""Bringing a database to the schema this version of crmhost needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    inspect,
    select,
    text,
)

from ..errors import SettingsError
from .engine import Store, open_store
from .tables import metadata

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0009"
"""The newest migration; a test holds it equal to what the migrations folder says."""
MIGRATION_LOCK = 4_717_001
"""PostgreSQL's advisory lock that processes which start together take in turn."""
VERSION = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""Where alembic keeps the migration that a database is at, as it makes that table itself."""


def upgrade(store: Store) -> None:
    """Make what is missing: all of an empty database, or by the migrations; quick where nothing is."""
    if current(store) is None:
        make(store)
    at = current(store)
    if at is not None and at > HEAD:
        raise SettingsError(
            f"The database is of a newer crmhost (schema {at}; this one knows {HEAD}).",
            fix="Run that version, or restore the backup from before it.",
        )
    if at != HEAD:
        migrate(store, HEAD)


def current(store: Store) -> str | None:
    """Return the migration the database is at, or None where it is empty."""
    with store.read() as tx:
        return _at(tx)


def _at(tx: Connection) -> str | None:
    return tx.scalar(select(VERSION.c.version_num)) if inspect(tx).has_table(VERSION.name) else None


def make(store: Store) -> None:
    """Make an empty database's tables as they are now, without the steps that led there.

    Alembic would stay with the process for good: ten megabytes, and a third of a second before it is ready.
    """
    with _alone(store) as tx:
        if _at(tx) is None:
            metadata.create_all(tx, checkfirst=False)
            VERSION.create(tx, checkfirst=True)
            tx.execute(VERSION.insert().values(version_num=HEAD))


def migrate(store: Store, revision: str) -> None:
    """Bring the database to this revision, up or down."""
    from alembic import command

    at = current(store)
    with closing(open_store(store.engine.url, large=True)) as own, _alone(own) as tx:
        config = configuration()
        config.attributes["connection"] = tx
        back = revision == "base" or (at is not None and revision < at)
        (command.downgrade if back else command.upgrade)(config, revision)


@contextmanager
def _alone(store: Store) -> Iterator[Connection]:
    """Open a transaction that writes, one at a time among processes that start together."""
    with store.write() as tx:
        if store.engine.dialect.name == "postgresql":
            tx.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
        yield tx


def revisions() -> list[str]:
    """Return all revisions, the oldest first."""
    from alembic.script import ScriptDirectory

    script = ScriptDirectory.from_config(configuration())
    return [step.revision for step in script.walk_revisions()][::-1]


def configuration() -> Config:
    """Return alembic's configuration, made in code: an installed package has no alembic.ini."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config
