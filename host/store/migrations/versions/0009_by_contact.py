"""What is known already is looked for by whom it is about: beside what came a moment ago, not anywhere."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import DOUBLE_PRECISION

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

Time = sa.Float().with_variant(DOUBLE_PRECISION, "postgresql")
LIVE = "state <> 'dead'"
ABOUT_WHOM = """
CREATE TEMPORARY TABLE kept_bodies AS
SELECT known.connection_id, coalesce(about.contact_id, 0) AS contact_id, known.digest, known.seen_at
FROM bodies AS known LEFT JOIN (
    SELECT connection_id, digest, max(contact_id) AS contact_id FROM deliveries
    WHERE received_at >= (SELECT min(seen_at) FROM bodies) GROUP BY connection_id, digest
) AS about ON about.connection_id = known.connection_id AND about.digest = known.digest
"""
OF_ALL = """
CREATE TEMPORARY TABLE kept_bodies AS
SELECT connection_id, digest, max(seen_at) AS seen_at FROM bodies GROUP BY connection_id, digest
"""
ONE_OF_EACH_ID = """
UPDATE deliveries SET uid = NULL WHERE id IN (
    SELECT id FROM (
        SELECT id, row_number() OVER (PARTITION BY connection_id, uid ORDER BY id) AS place
        FROM deliveries WHERE state <> 'dead' AND uid IS NOT NULL
    ) AS placed WHERE place > 1
)
"""


def upgrade() -> None:
    """Put the contact before the id, and before the body."""
    _bodies(ABOUT_WHOM, "connection_id", "contact_id", "digest", with_rowid=False)
    _one_live("connection_id", "contact_id", "uid")


def downgrade() -> None:
    """Take it out; an id that two customers' deliveries had is the first one's."""
    op.execute(ONE_OF_EACH_ID)
    _one_live("connection_id", "uid")
    _bodies(OF_ALL, "connection_id", "digest", with_rowid=True)


def _bodies(keep: str, *key: str, with_rowid: bool) -> None:
    """Make the table anew with this key; what is kept of it comes back."""
    op.execute(keep)
    op.drop_table("bodies")
    kinds = {"digest": sa.String(64)}
    op.create_table(
        "bodies",
        *(sa.Column(name, kinds.get(name, sa.BigInteger()), autoincrement=False) for name in key),
        sa.Column("seen_at", Time, nullable=False),
        sa.PrimaryKeyConstraint(*key),
        sqlite_with_rowid=with_rowid,
    )
    columns = ", ".join((*key, "seen_at"))
    op.execute(f"INSERT INTO bodies ({columns}) SELECT {columns} FROM kept_bodies")  # noqa: S608 - its own names
    op.execute("DROP TABLE kept_bodies")


def _one_live(*columns: str) -> None:
    op.drop_index("one_live_delivery_per_uid", "deliveries")
    live = sa.text(LIVE)
    op.create_index(
        "one_live_delivery_per_uid",
        "deliveries",
        list(columns),
        unique=True,
        sqlite_where=live,
        postgresql_where=live,
    )
