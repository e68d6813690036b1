"""Bringing a database to the schema this version of crmhost needs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from ..errors import SettingsError
from .engine import Store

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0008"
"""The newest migration; a test holds it equal to what the migrations folder says."""
MIGRATION_LOCK = 4_717_001
"""PostgreSQL's advisory lock that processes which start together take in turn."""


def upgrade(store: Store) -> None:
    """Apply the migrations that are missing; quick where none is."""
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
        if not inspect(tx).has_table("alembic_version"):
            return None
        revision: str | None = tx.scalar(text("SELECT version_num FROM alembic_version"))
        return revision


def migrate(store: Store, revision: str) -> None:
    """Bring the database to this revision, up or down."""
    from alembic import command

    at = current(store)
    with store.write() as tx:
        if store.engine.dialect.name == "postgresql":
            tx.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
        config = configuration()
        config.attributes["connection"] = tx
        back = revision == "base" or (at is not None and revision < at)
        (command.downgrade if back else command.upgrade)(config, revision)


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
