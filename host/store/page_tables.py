"""The tables that only the pages need: what is counted by hours, who contacts are, who may see it."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, String, Table, Text, text, true

from .tables import Id, Time, metadata

# What became of how much in each hour: counted as it happens, so that nothing is counted by looking.
hours = Table(
    "hours",
    metadata,
    Column("connection_id", BigInteger, primary_key=True, autoincrement=False),
    Column("what", String(16), primary_key=True),  # received, tried, or the state it ended in
    Column("hour", BigInteger, primary_key=True, autoincrement=False),  # unix seconds / 3600
    Column("count", BigInteger, nullable=False),
    Column("calls", BigInteger, nullable=False),
    Column("waited", Time, nullable=False),  # seconds from due to done, of all together
    Column("longest", Time, nullable=False),
    Column("last_at", Time, nullable=False),
)
# A text, so that statements can say it as the index does.
REFUSED = "what IN ('bad_signature', 'reserialised', 'body_only', 'old_timestamp', 'no_secret', 'unsigned')"
Index(
    "refused_hours",
    hours.c.hour,
    hours.c.connection_id,
    sqlite_where=text(REFUSED),
    postgresql_where=text(REFUSED),
)

# Who the contacts are, as last received: for whoever looks for one. Forgotten as payloads are.
contacts = Table(
    "contacts",
    metadata,
    Column("connection_id", BigInteger, primary_key=True, autoincrement=False),
    Column("contact_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text),
    Column("email", Text),
    Column("phone", Text),
    Column("seen_at", Time, nullable=False),
    # Whether its words are there: they are made soon after it was received, many contacts' at once. An older
    # version, which does not know the column, makes them as it writes.
    Column("findable", Boolean, nullable=False, server_default=true()),
)
Index("contacts_by_age", contacts.c.seen_at)
Index(
    "contacts_without_words",
    contacts.c.connection_id,
    contacts.c.contact_id,
    sqlite_where=text("findable IS 0"),
    postgresql_where=text("findable IS false"),
)

# What a contact is found by: each word begins something that somebody may type.
Word = String(100).with_variant(String(100, collation="C"), "postgresql")
contact_words = Table(
    "contact_words",
    metadata,
    Column("word", Word, primary_key=True),
    Column("connection_id", BigInteger, primary_key=True, autoincrement=False),
    Column("contact_id", BigInteger, primary_key=True, autoincrement=False),
)
Index("words_of_contact", contact_words.c.connection_id, contact_words.c.contact_id, contact_words.c.word)

# The last attempts of deliveries that failed; a delivery itself has the newest's. Forgotten as payloads are.
attempts = Table(
    "attempts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("connection_id", BigInteger, nullable=False),
    Column("contact_id", BigInteger, nullable=False),
    Column("delivery_id", BigInteger, nullable=False),
    Column("at", Time, nullable=False),
    Column("reason", Text),
    Column("fix", Text),
    Column("outcome", JSON),
)
Index("attempts_of_delivery", attempts.c.delivery_id, attempts.c.id)
Index("attempts_of_contact", attempts.c.connection_id, attempts.c.contact_id)
Index("attempts_by_age", attempts.c.at)

# Who may see the pages.
users = Table(
    "users",
    metadata,
    Column("id", Id, primary_key=True),
    Column("email", String(255), nullable=False, unique=True),  # in small letters
    Column("role", String(16), nullable=False),
    Column("password", Text, nullable=False),  # as argon2 hashes it
    Column("created_at", Time, nullable=False),
    Column("seen_at", Time),
)

# Links with which somebody chooses a password, once; of the link only the digest is kept.
invitations = Table(
    "invitations",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("email", String(255)),  # null: whoever has the link says
    Column("role", String(16), nullable=False),
    Column("expires_at", Time, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("user_id", BigInteger, nullable=False, index=True),
    Column("created_at", Time, nullable=False),
    Column("seen_at", Time, nullable=False),
    Column("message", Text),  # what the next page says
)

# Sign-ins that failed, by who tried.
failures = Table(
    "failures",
    metadata,
    Column("key", String(320), primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("since", Time, nullable=False),
)
