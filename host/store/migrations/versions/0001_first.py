"""The first schema: connections, deliveries, lanes, links, intents, counters; what the pages need."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Time = sa.Float().with_variant(sa.DOUBLE_PRECISION(), "postgresql")
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Word = sa.String(100).with_variant(sa.String(100, collation="C"), "postgresql")

LANES = (
    ("lanes_in_turn", ["connection_id", "background", "due_at"], "due_at IS NOT NULL AND taken_at IS NULL"),
    ("rung_lanes", ["connection_id"], "rung_at IS NOT NULL"),
    ("taken_lanes", ["taken_at"], "taken_at IS NOT NULL"),
)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "backfills",
        sa.Column("id", Id, nullable=False),
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("since", Time, nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("seconds_left", sa.Float(), nullable=True),
        sa.Column("began_at", Time, nullable=False),
        sa.Column("finished_at", Time, nullable=True),
        sa.Column("due_at", Time, nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("fix", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("backfills_by_connection", "backfills", ["connection_id", "id"], unique=False)
    op.create_table(
        "bodies",
        sa.Column("connection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("seen_at", Time, nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "digest"),
    )
    op.create_table(
        "connections",
        sa.Column("id", Id, nullable=False),
        sa.Column("plugin", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.Column("secrets", sa.Text(), nullable=False),
        sa.Column("webhook_secrets", sa.Text(), nullable=False),
        sa.Column("unsigned", sa.Boolean(), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("paused_reason", sa.Text(), nullable=True),
        sa.Column("paused_fix", sa.Text(), nullable=True),
        sa.Column("paused_until", Time, nullable=True),
        sa.Column("away_since", Time, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("address"),
    )
    op.create_table(
        "counters",
        sa.Column("connection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("family", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "family", "name"),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", Id, nullable=False),
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.String(length=255), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=True),
        sa.Column("version", Time, nullable=True),
        sa.Column("received_at", Time, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("fix", sa.Text(), nullable=True),
        sa.Column("outcome", sa.JSON(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("attempted", sa.JSON(), nullable=True),
        sa.Column("attempted_at", Time, nullable=True),
        sa.Column("finished_at", Time, nullable=True),
        sa.Column("cause", sa.String(length=200), nullable=True),
        sa.Column("background", sa.Boolean(), nullable=False),
        sa.Column("told", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "one_live_delivery_per_uid",
        "deliveries",
        ["connection_id", "uid"],
        unique=True,
        sqlite_where=sa.text("state <> 'dead'"),
        postgresql_where=sa.text("state <> 'dead'"),
    )
    op.create_index("deliveries_by_state", "deliveries", ["state", "received_at"], unique=False)
    op.create_index(
        "pending_deliveries_by_lane",
        "deliveries",
        ["connection_id", "contact_id", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_table(
        "identities",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("until", Time, nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "intents",
        sa.Column("connection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("since", Time, nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "record", "kind"),
    )
    op.create_table(
        "lanes",
        sa.Column("connection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("contact_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("due_at", Time, nullable=True),
        sa.Column("background", sa.Boolean(), nullable=False),
        sa.Column("rung_at", Time, nullable=True),
        sa.Column("taken_at", Time, nullable=True),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "contact_id"),
    )
    for name, columns, where in LANES:
        op.create_index(name, "lanes", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    op.create_table(
        "links",
        sa.Column("connection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("remote_id", sa.String(length=255), nullable=False),
        sa.Column("written", sa.JSON(), nullable=False),
        sa.Column("updated_at", Time, nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "record", "kind"),
    )
    op.create_index("links_by_remote_id", "links", ["connection_id", "kind", "remote_id"], unique=False)
    op.create_table(
        "reconciliations",
        sa.Column("connection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("due_at", Time, nullable=True),
        sa.Column("finished_at", Time, nullable=True),
        sa.Column("found", sa.JSON(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("fix", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("connection_id", "scope"),
    )
    op.create_table(
        "pulse",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("beat_at", Time, nullable=False),
        sa.Column("doubt_at", Time, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "versions",
        sa.Column("connection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record", sa.String(length=64), nullable=False),
        sa.Column("version", Time, nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "record"),
    )
    _for_the_pages()
    _for_those_who_see_them()


def _for_the_pages() -> None:
    op.create_index("deliveries_by_kind", "deliveries", ["connection_id", "state", "kind", "id"])
    op.create_index("deliveries_of_contact", "deliveries", ["connection_id", "contact_id", "id"])
    talk = sa.text("conversation_id IS NOT NULL")
    op.create_index(
        "deliveries_of_conversation",
        "deliveries",
        ["connection_id", "conversation_id", "id"],
        sqlite_where=talk,
        postgresql_where=talk,
    )
    caused = sa.text("cause IS NOT NULL")
    op.create_index(
        "dead_deliveries_by_cause",
        "deliveries",
        ["connection_id", "cause", "id"],
        sqlite_where=caused,
        postgresql_where=caused,
    )
    op.create_table(
        "hours",
        sa.Column("connection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("hour", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("waited", Time, nullable=False),
        sa.Column("longest", Time, nullable=False),
        sa.Column("last_at", Time, nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "what", "hour"),
    )
    op.create_table(
        "contacts",
        sa.Column("connection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("contact_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("seen_at", Time, nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "contact_id"),
    )
    op.create_index("contacts_by_age", "contacts", ["seen_at"])
    op.create_table(
        "contact_words",
        sa.Column("word", Word, nullable=False),
        sa.Column("connection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("contact_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("word", "connection_id", "contact_id"),
    )
    op.create_index("words_of_contact", "contact_words", ["connection_id", "contact_id", "word"])


def _for_those_who_see_them() -> None:
    op.create_table(
        "users",
        sa.Column("id", Id, nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("seen_at", Time, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
    )
    op.create_table(
        "invitations",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=True),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("expires_at", Time, nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("seen_at", Time, nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])
    op.create_table(
        "failures",
        sa.Column("key", sa.String(length=320), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("since", Time, nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )


def downgrade() -> None:
    """Drop them again."""
    for table in ("failures", "sessions", "invitations", "users", "contact_words", "contacts", "hours"):
        op.drop_table(table)
    op.drop_table("versions")
    op.drop_table("pulse")
    op.drop_table("reconciliations")
    op.drop_index("links_by_remote_id", table_name="links")
    op.drop_table("links")
    for name, _, where in LANES:
        op.drop_index(name, table_name="lanes", sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    op.drop_table("lanes")
    op.drop_table("intents")
    op.drop_table("identities")
    op.drop_index(
        "pending_deliveries_by_lane",
        table_name="deliveries",
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.drop_index("one_live_delivery_per_uid", table_name="deliveries")
    op.drop_index("deliveries_by_state", table_name="deliveries")
    op.drop_table("deliveries")
    op.drop_table("counters")
    op.drop_table("connections")
    op.drop_table("bodies")
    op.drop_table("backfills")
