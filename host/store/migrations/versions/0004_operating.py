"""Payloads are forgotten after a time, and operators are told what needs them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Time = sa.Float().with_variant(sa.DOUBLE_PRECISION(), "postgresql")


def upgrade() -> None:
    """Add what these need."""
    kept = sa.text("body <> ''")
    op.create_index(
        "finished_payloads", "deliveries", ["finished_at"], sqlite_where=kept, postgresql_where=kept
    )
    op.create_table(
        "notices",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("told_at", Time, nullable=False),
        sa.Column("over", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_table("notices")
    op.drop_index("finished_payloads", "deliveries")
