"""Dead deliveries can be tried again, and payloads are forgotten after a time."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0001"
branch_labels = None
depends_on = None

Time = sa.Float().with_variant(sa.DOUBLE_PRECISION(), "postgresql")


def upgrade() -> None:
    """Add the column and the index."""
    op.add_column("deliveries", sa.Column("tried_since", Time, nullable=True))
    kept = sa.text("body <> ''")
    op.create_index(
        "finished_payloads", "deliveries", ["finished_at"], sqlite_where=kept, postgresql_where=kept
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_index("finished_payloads", "deliveries")
    op.drop_column("deliveries", "tried_since")
