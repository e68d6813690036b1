"""The last attempts of a delivery that failed are kept, each with its reason and its calls."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Time = sa.Float().with_variant(sa.DOUBLE_PRECISION(), "postgresql")


def upgrade() -> None:
    """Add their table."""
    op.create_table(
        "attempts",
        sa.Column("id", Id, nullable=False),
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("at", Time, nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("fix", sa.Text(), nullable=True),
        sa.Column("outcome", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("attempts_of_delivery", "attempts", ["delivery_id", "id"])
    op.create_index("attempts_of_contact", "attempts", ["connection_id", "contact_id"])
    op.create_index("attempts_by_age", "attempts", ["at"])


def downgrade() -> None:
    """Remove it."""
    op.drop_table("attempts")
