"""Tokens that expire are kept for all workers."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

Time = sa.Float().with_variant(sa.DOUBLE_PRECISION(), "postgresql")


def upgrade() -> None:
    """Add their table."""
    op.create_table(
        "tokens",
        sa.Column("connection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("good_until", Time, nullable=False),
        sa.PrimaryKeyConstraint("connection_id"),
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_table("tokens")
