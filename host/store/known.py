"""What is known of all of a connection's records at once: for whoever compares it with Chatwoot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select

from .tables import deliveries, links, watermarks
from .upsert import upsert

CONTACT = "contact:"


@dataclass
class Talk:
    """What was received of a conversation: in whose lanes, and how new its last resolve was."""

    contacts: list[int] = field(default_factory=list)
    resolved: float | None = None


def linked_contacts(tx: Connection, connection_id: int) -> dict[int, dict[str, str]]:
    """Return the CRM's ids by kind of every contact that has a link."""
    query = select(links.c.record, links.c.kind, links.c.remote_id)
    query = query.where(links.c.connection_id == connection_id, links.c.record.startswith(CONTACT))
    found: dict[int, dict[str, str]] = {}
    for record, kind, remote_id in tx.execute(query):
        found.setdefault(int(record.removeprefix(CONTACT)), {})[kind] = remote_id
    return found


def newest_contact_deliveries(tx: Connection, connection_id: int) -> dict[int, int]:
    """Return the newest delivery about each contact itself, by the contact's id."""
    query = select(deliveries.c.contact_id, func.max(deliveries.c.id))
    about = (deliveries.c.connection_id == connection_id) & deliveries.c.conversation_id.is_(None)
    return {row[0]: row[1] for row in tx.execute(query.where(about).group_by(deliveries.c.contact_id))}


def bodies(tx: Connection, ids: Iterable[int]) -> dict[int, str]:
    """Return the bodies of these deliveries."""
    query = select(deliveries.c.id, deliveries.c.body).where(deliveries.c.id.in_(list(ids)))
    return {row[0]: row[1] for row in tx.execute(query)}


def conversations(tx: Connection, connection_id: int) -> dict[int, Talk]:
    """Return what was received of each conversation, by its id."""
    query = select(
        deliveries.c.conversation_id,
        deliveries.c.contact_id,
        deliveries.c.kind,
        func.max(deliveries.c.version),
    )
    about = (deliveries.c.connection_id == connection_id) & deliveries.c.conversation_id.is_not(None)
    query = query.where(about).group_by(
        deliveries.c.conversation_id, deliveries.c.contact_id, deliveries.c.kind
    )
    found: dict[int, Talk] = {}
    for conversation_id, contact_id, kind, version in tx.execute(query):
        talk = found.setdefault(conversation_id, Talk())
        if contact_id not in talk.contacts:
            talk.contacts.append(contact_id)
        if kind == "conversation_resolved":
            talk.resolved = max(talk.resolved or 0.0, version or 0.0)
    return found


def watermark(tx: Connection, connection_id: int, name: str) -> float | None:
    """Return up to when this was looked through; None where it never was."""
    query = select(watermarks.c.moment)
    here = (watermarks.c.connection_id == connection_id) & (watermarks.c.name == name)
    moment: float | None = tx.scalar(query.where(here))
    return moment


def set_watermark(tx: Connection, connection_id: int, name: str, moment: float) -> None:
    """Remember up to when this was looked through."""
    insert = upsert(tx, watermarks).values(connection_id=connection_id, name=name, moment=moment)
    keep = {"moment": insert.excluded.moment}
    tx.execute(insert.on_conflict_do_update(index_elements=["connection_id", "name"], set_=keep))
