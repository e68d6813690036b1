"""Deliveries that were ignored for their contact can be taken up again."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Time = sa.Float().with_variant(sa.DOUBLE_PRECISION(), "postgresql")


def upgrade() -> None:
    """Add the column and the index."""
    op.add_column("deliveries", sa.Column("revived_at", Time, nullable=True))
    op.create_index(
        "ignored_deliveries_by_lane",
        "deliveries",
        ["connection_id", "contact_id"],
        sqlite_where=sa.text("state = 'ignored'"),
        postgresql_where=sa.text("state = 'ignored'"),
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_index("ignored_deliveries_by_lane", "deliveries")
    op.drop_column("deliveries", "revived_at")
