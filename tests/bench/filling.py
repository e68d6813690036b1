"""A store as years leave it: so many deliveries, contacts and connections, written by few statements."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from .place import Place


@dataclass(frozen=True)
class Size:
    """How much is stored."""

    deliveries: int
    contacts: int
    connections: int


NUMBERS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)",
    "postgresql": "WITH n(i) AS (SELECT generate_series(1, :count))",
}
BOOLEANS = {"sqlite": {"no": "0", "yes": "1"}, "postgresql": {"no": "false", "yes": "true"}}
CONNECTIONS = """
INSERT INTO connections (plugin, account_id, address, settings, found, secrets, webhook_secrets, unsigned,
                         created_at)
{numbers} SELECT plugin, account_id + i, 'filled-connection-' || i, settings, found, secrets, webhook_secrets,
          unsigned, created_at FROM connections, n WHERE connections.id = 1
"""
DELIVERIES = """
INSERT INTO deliveries (connection_id, uid, digest, event, kind, contact_id, version, received_at, body,
                        state, attempts, finished_at, background)
{numbers} SELECT 1 + i % :contacts % :connections, 'old-' || i, 'old-' || i, 'contact_updated',
          'contact_updated',
          1 + i % :contacts, i, :now - :count + i,
          CASE WHEN i > :count * 0.9 THEN :body ELSE '' END,
          CASE WHEN i % 7 = 0 THEN 'unchanged' ELSE 'applied' END, 1, :now - :count + i + 1, {no} FROM n
"""
LANES = """
INSERT INTO lanes (connection_id, contact_id, background, fence)
{numbers} SELECT 1 + i % :connections, 1 + i, {no}, 1 FROM n
"""
LINKS = """
INSERT INTO links (connection_id, record, kind, remote_id, written, updated_at)
{numbers} SELECT 1 + i % :connections, 'contact:' || (1 + i), 'customer', '' || i, '{{}}', :now FROM n
"""
CONTACTS = """
INSERT INTO contacts (connection_id, contact_id, name, email, phone, seen_at, findable)
{numbers} SELECT 1 + i % :connections, 1 + i, 'Ana ' || i, 'ana' || i || '@example.com', '', :now, {yes}
          FROM n
"""
WORDS = """
INSERT INTO contact_words (word, connection_id, contact_id)
{numbers} SELECT 'ana' || i || '@example.com', 1 + i % :connections, 1 + i FROM n
"""
BODY = '{"event": "contact_updated", "padding": "' + "x" * 1200 + '"}'


def fill(here: Place, size: Size) -> None:
    """Fill the place, which has one connection."""
    with here.house.store.write() as tx:
        _run(tx, CONNECTIONS, size.connections - 1, size)
        _run(tx, DELIVERIES, size.deliveries, size)
        for statement in (LANES, LINKS, CONTACTS, WORDS):
            _run(tx, statement, size.contacts, size)
    with here.house.store.write() as tx:
        tx.execute(text("ANALYZE"))


def _run(tx: Connection, statement: str, count: int, size: Size) -> None:
    dialect = tx.dialect.name
    words = statement.format(numbers=NUMBERS[dialect], **BOOLEANS[dialect])
    values: dict[str, Any] = {"count": count, "contacts": size.contacts, "connections": size.connections}
    values |= {"now": time.time(), "body": BODY}
    tx.execute(text(words), {name: of for name, of in values.items() if f":{name}" in words})
