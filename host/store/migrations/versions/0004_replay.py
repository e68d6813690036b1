"""Dead deliveries can be tried again: since when they are."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0001"
branch_labels = None
depends_on = None

Time = sa.Float().with_variant(sa.DOUBLE_PRECISION(), "postgresql")


def upgrade() -> None:
    """Add the column."""
    op.add_column("deliveries", sa.Column("tried_since", Time, nullable=True))


def downgrade() -> None:
    """Remove it."""
    op.drop_column("deliveries", "tried_since")
