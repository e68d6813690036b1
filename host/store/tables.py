"""The tables. Times are unix seconds (float); what is secret is encrypted before it comes here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import DOUBLE_PRECISION

metadata = MetaData()

Id = BigInteger().with_variant(Integer, "sqlite")
Time = Float().with_variant(DOUBLE_PRECISION, "postgresql")


def _partial(name: str, where: str, *columns: Column[Any], unique: bool = False) -> None:
    """Make an index of the rows that fulfil the condition."""
    condition = text(where)
    Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


connections = Table(
    "connections",
    metadata,
    Column("id", Id, primary_key=True),
    Column("plugin", String(64), nullable=False),
    Column("account_id", BigInteger, nullable=False),
    # The unguessable end of the webhook's URL: it alone tells whose delivery this is.
    Column("address", String(64), nullable=False, unique=True),
    Column("settings", JSON, nullable=False),  # what a person gave
    Column("found", JSON, nullable=False),  # what the plugin's setup found
    Column("secrets", Text, nullable=False),
    Column("webhook_secrets", Text, nullable=False),
    Column("unsigned", Boolean, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("paused_reason", Text),
    Column("paused_fix", Text),
    # When it is tried whether work goes on; null while paused: a person must act.
    Column("paused_until", Time),
    Column("away_since", Time),  # while paused: since when the CRM has not been reached
    Column("chatwoot_url", Text),
    Column("chatwoot_token", Text),  # encrypted
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("connection_id", BigInteger, nullable=False),
    Column("uid", String(255)),  # X-Chatwoot-Delivery; none before Chatwoot 4.11.2
    Column("digest", String(64), nullable=False),
    Column("event", String(64), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("contact_id", BigInteger, nullable=False),
    Column("conversation_id", BigInteger),
    Column("version", Time),  # how new the state is; null where Chatwoot does not say
    Column("received_at", Time, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", Text),
    Column("fix", Text),
    Column("outcome", JSON),
    Column("attempts", Integer, nullable=False),
    # What the plugin was handed by an attempt that wrote and has not ended well: it is repeated as it was.
    Column("attempted", JSON),
    # When the last write began whose answer never came; null: there is none.
    Column("attempted_at", Time),
    Column("finished_at", Time),
    # When it was taken up again: it had been ignored for its contact, or a person brought it back.
    Column("revived_at", Time),
    # Of a dead one: its reason without what differs from record to record.
    Column("cause", String(200)),
    # It tells of the past (a backfill): what is live goes before it.
    Column("background", Boolean, nullable=False),
    # A digest of what was said of a contact, which outlives the payload.
    Column("told", String(64)),
)
LIVE = "state <> 'dead'"
# An id is anything, and so is a body's digest: the contact before them has those of a batch stand together.
_partial(
    "one_live_delivery_per_uid",
    LIVE,
    deliveries.c.connection_id,
    deliveries.c.contact_id,
    deliveries.c.uid,
    unique=True,
)
_partial(
    "pending_deliveries_by_lane",
    "state = 'pending'",
    deliveries.c.connection_id,
    deliveries.c.contact_id,
    deliveries.c.id,
)
_partial("finished_payloads", "body <> ''", deliveries.c.finished_at)
_partial(
    "ignored_deliveries_by_lane",
    "state = 'ignored'",
    deliveries.c.connection_id,
    deliveries.c.contact_id,
)
# For the pages: whatever is filtered by, each set of exact keys has its deliveries in order; of all
# connections as of one.
Index("deliveries_by_state", deliveries.c.state, deliveries.c.kind, deliveries.c.id)
Index(
    "deliveries_by_kind",
    deliveries.c.connection_id,
    deliveries.c.state,
    deliveries.c.kind,
    deliveries.c.id,
)
# What is known of them may be their number alone: it comes first.
Index("deliveries_of_contact", deliveries.c.contact_id, deliveries.c.connection_id, deliveries.c.id)
_partial(
    "deliveries_of_conversation",
    "conversation_id IS NOT NULL",
    deliveries.c.conversation_id,
    deliveries.c.connection_id,
    deliveries.c.id,
)
_partial(
    "dead_deliveries_by_cause",
    "cause IS NOT NULL",
    deliveries.c.connection_id,
    deliveries.c.cause,
    deliveries.c.id,
)

# The bodies of the last day, by whom they are about: Chatwoot sometimes sends one twice under two ids
# (chatwoot#11901).
bodies = Table(
    "bodies",
    metadata,
    Column("connection_id", BigInteger, primary_key=True, autoincrement=False),
    Column("contact_id", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", String(64), primary_key=True),
    Column("seen_at", Time, nullable=False),
    sqlite_with_rowid=False,
)

lanes = Table(
    "lanes",
    metadata,
    Column("connection_id", BigInteger, primary_key=True, autoincrement=False),
    Column("contact_id", BigInteger, primary_key=True, autoincrement=False),
    Column("due_at", Time),  # null: nothing to do
    Column("background", Boolean, nullable=False),  # all that waits in it tells of the past
    Column("rung_at", Time),  # when a doorbell was sent; null: none is out
    Column("taken_at", Time),  # when its worker was last heard of; null: nobody has it
    Column("fence", BigInteger, nullable=False),
)
# Whose turn it is and when the next one comes, how many bells are out, who has died: each is asked again
# and again, and must not cost more where much is waiting. (An index by time alone would be preferred by
# PostgreSQL, which then looks through all that wait of one connection for the first of another.)
_partial(
    "lanes_in_turn",
    "due_at IS NOT NULL AND taken_at IS NULL",
    lanes.c.connection_id,
    lanes.c.background,
    lanes.c.due_at,
)
_partial("rung_lanes", "rung_at IS NOT NULL", lanes.c.connection_id)
_partial("taken_lanes", "taken_at IS NOT NULL", lanes.c.taken_at)

# How new the state is that was last applied, by record ("contact:5821"): a staler one never overwrites it.
versions = Table(
    "versions",
    metadata,
    Column("connection_id", BigInteger, primary_key=True, autoincrement=False),
    Column("record", String(64), primary_key=True),
    Column("version", Time, nullable=False),
)

links = Table(
    "links",
    metadata,
    Column("connection_id", BigInteger, primary_key=True, autoincrement=False),
    Column("record", String(64), primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("remote_id", String(255), nullable=False),
    Column("written", JSON, nullable=False),
    Column("updated_at", Time, nullable=False),
)
Index("links_by_remote_id", links.c.remote_id, links.c.connection_id, links.c.kind)

# Records that a request was about to create: open ones may exist without our knowing their id.
intents = Table(
    "intents",
    metadata,
    Column("connection_id", BigInteger, primary_key=True, autoincrement=False),
    Column("record", String(64), primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("since", Time, nullable=False),
)

# Of a CRM whose tokens expire: the one that is good now, and what the next one is made of; encrypted.
tokens = Table(
    "tokens",
    metadata,
    Column("connection_id", BigInteger, primary_key=True, autoincrement=False),
    Column("sealed", Text, nullable=False),
    Column("good_until", Time, nullable=False),
)

# What tells one customer of a CRM from another, by its digest, while a lane finds or makes that customer.
identities = Table(
    "identities",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("connection_id", BigInteger, nullable=False),
    Column("contact_id", BigInteger, nullable=False),
    Column("until", Time, nullable=False),  # when it is free again if the lane's worker has died
)

# One row: how often workers have beaten, and until when the world may know more than the store.
pulse = Table(
    "pulse",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", String(16), nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("beat_at", Time, nullable=False),
    Column("doubt_at", Time),
)

# What was counted and not stored; connection 0 is an address that belongs to none.
counters = Table(
    "counters",
    metadata,
    Column("connection_id", BigInteger, primary_key=True, autoincrement=False),
    Column("family", String(16), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("count", BigInteger, nullable=False),
)

# What operators were told of: how many by then, when, and whether that was the end of it.
notices = Table(
    "notices",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("told_at", Time, nullable=False),
    Column("over", Boolean, nullable=False),
)

# Comparing each connection with Chatwoot, by scope: "recent" often, "full" once a night.
reconciliations = Table(
    "reconciliations",
    metadata,
    Column("connection_id", BigInteger, primary_key=True, autoincrement=False),
    Column("scope", String(16), primary_key=True),
    # When it is done next. While a process does it, when another may take it for dead.
    Column("due_at", Time),
    # Of the last one that came to its end; ``found`` are counts by name.
    Column("finished_at", Time),
    Column("found", JSON),
    # Why the last try did not come to its end.
    Column("problem", Text),
    Column("fix", Text),
)

# Bringing the past of an account: how far each has come, for whoever goes on with it or shows it.
backfills = Table(
    "backfills",
    metadata,
    Column("id", Id, primary_key=True),
    Column("connection_id", BigInteger, nullable=False),
    Column("since", Time),  # null: all there is
    Column("state", String(16), nullable=False),  # running, paused, done or cancelled
    Column("stage", String(32), nullable=False),  # which list is read
    Column("page", Integer, nullable=False),  # the next one of it
    Column("counts", JSON, nullable=False),
    Column("seconds_left", Float),  # an estimate
    Column("began_at", Time, nullable=False),
    Column("finished_at", Time),
    # When the next page is read. While a process reads one, when another may take it for dead.
    Column("due_at", Time, nullable=False),
    Column("problem", Text),  # why it does not go on
    Column("fix", Text),
)
Index("backfills_by_connection", backfills.c.connection_id, backfills.c.id)

# Up to when something was looked through that is looked through again and again, by name.
watermarks = Table(
    "watermarks",
    metadata,
    Column("connection_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", String(64), primary_key=True),
    Column("moment", Time, nullable=False),
)
