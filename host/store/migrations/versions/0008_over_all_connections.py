"""What is looked for over all connections is found by an index, however many connections there are."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

REFUSED = "what IN ('bad_signature', 'reserialised', 'body_only', 'old_timestamp', 'no_secret', 'unsigned')"
TALKS = "conversation_id IS NOT NULL"


def upgrade() -> None:
    """Put first in each index what is known where no connection is; which were refused gets one."""
    _replace("deliveries_by_state", "deliveries", "state", "kind", "id")
    _replace("deliveries_of_contact", "deliveries", "contact_id", "connection_id", "id")
    _replace(
        "deliveries_of_conversation", "deliveries", "conversation_id", "connection_id", "id", where=TALKS
    )
    _replace("links_by_remote_id", "links", "remote_id", "connection_id", "kind")
    _create("refused_hours", "hours", "hour", "connection_id", where=REFUSED)


def downgrade() -> None:
    """Put them back."""
    op.drop_index("refused_hours", "hours")
    _replace("links_by_remote_id", "links", "connection_id", "kind", "remote_id")
    _replace(
        "deliveries_of_conversation", "deliveries", "connection_id", "conversation_id", "id", where=TALKS
    )
    _replace("deliveries_of_contact", "deliveries", "connection_id", "contact_id", "id")
    _replace("deliveries_by_state", "deliveries", "state", "received_at")


def _replace(name: str, table: str, *columns: str, where: str = "") -> None:
    op.drop_index(name, table)
    _create(name, table, *columns, where=where)


def _create(name: str, table: str, *columns: str, where: str = "") -> None:
    some = sa.text(where) if where else None
    op.create_index(name, table, list(columns), sqlite_where=some, postgresql_where=some)
