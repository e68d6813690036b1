"""Chatwoot's address and token of a connection, and up to when it was reconciled."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Time = sa.Float().with_variant(sa.DOUBLE_PRECISION(), "postgresql")


def upgrade() -> None:
    """Add them; connections that are there have none."""
    op.add_column("connections", sa.Column("chatwoot_url", sa.Text(), nullable=True))
    op.add_column("connections", sa.Column("chatwoot_token", sa.Text(), nullable=True))
    op.create_table(
        "watermarks",
        sa.Column("connection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("moment", Time, nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "name"),
    )


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("watermarks")
    op.drop_column("connections", "chatwoot_token")
    op.drop_column("connections", "chatwoot_url")
