"""Words that contacts are found by are made after they were received."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add whether they are made: of all that is there they are."""
    op.add_column("contacts", sa.Column("findable", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.create_index(
        "contacts_without_words",
        "contacts",
        ["connection_id", "contact_id"],
        sqlite_where=sa.text("findable IS 0"),
        postgresql_where=sa.text("findable IS false"),
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_index("contacts_without_words", "contacts")
    op.drop_column("contacts", "findable")
