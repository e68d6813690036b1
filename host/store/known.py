"""What is known of many of a connection's records at once: for whoever compares it with Chatwoot."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, select

from .deliveries import DELIVERY, Delivery
from .tables import deliveries, links, watermarks
from .upsert import upsert

CONTACT = "contact:"


@dataclass
class Talk:
    """What was received of a conversation: in whose lanes, how new its last resolve was, and the newest."""

    contacts: list[int] = field(default_factory=list)
    resolved: float | None = None
    newest: float = 0.0


def linked_contacts(tx: Connection, connection_id: int) -> dict[int, dict[str, str]]:
    """Return the CRM's ids by kind of every contact that has a link."""
    query = select(links.c.record, links.c.kind, links.c.remote_id)
    query = query.where(links.c.connection_id == connection_id, links.c.record.startswith(CONTACT))
    found: dict[int, dict[str, str]] = {}
    for record, kind, remote_id in tx.execute(query):
        found.setdefault(int(record.removeprefix(CONTACT)), {})[kind] = remote_id
    return found


def linked(tx: Connection, connection_id: int, records: Iterable[str]) -> set[str]:
    """Return which of these records (``contact:5821``) have a link."""
    query = select(links.c.record).distinct()
    here = (links.c.connection_id == connection_id) & links.c.record.in_(list(records))
    return set(tx.scalars(query.where(here)))


def told(tx: Connection, connection_id: int, contact_ids: Collection[int]) -> dict[int, str]:
    """Return what was said last of each of these contacts that was heard of, as ``webhooks.told_of`` does."""
    newest = select(func.max(deliveries.c.id)).where(_about_contacts(connection_id))
    newest = newest.where(deliveries.c.contact_id.in_(contact_ids)).group_by(deliveries.c.contact_id)
    query = select(deliveries.c.contact_id, deliveries.c.told).where(deliveries.c.id.in_(newest))
    return {row[0]: row[1] for row in tx.execute(query)}


def delivery(tx: Connection, connection_id: int, delivery_id: int) -> Delivery | None:
    """Return a delivery of a connection, whatever became of it."""
    return _last(tx, (deliveries.c.connection_id == connection_id) & (deliveries.c.id == delivery_id))


def last_of_contact(tx: Connection, connection_id: int, contact_id: int) -> Delivery | None:
    """Return the newest delivery about a contact itself."""
    return _last(tx, _about_contacts(connection_id) & (deliveries.c.contact_id == contact_id))


def last_of_conversation(tx: Connection, connection_id: int, conversation_id: int) -> Delivery | None:
    """Return the newest delivery about a conversation."""
    here = deliveries.c.connection_id == connection_id
    return _last(tx, here & (deliveries.c.conversation_id == conversation_id))


def conversations(
    tx: Connection, connection_id: int, conversation_ids: Collection[int] | None = None
) -> dict[int, Talk]:
    """Return what was received of each of these conversations, by its id; of all where none are named."""
    query = select(
        deliveries.c.conversation_id,
        deliveries.c.contact_id,
        deliveries.c.kind,
        func.max(deliveries.c.version),
    )
    about = (deliveries.c.connection_id == connection_id) & deliveries.c.conversation_id.is_not(None)
    if conversation_ids is not None:
        about &= deliveries.c.conversation_id.in_(conversation_ids)
    query = query.where(about).group_by(
        deliveries.c.conversation_id, deliveries.c.contact_id, deliveries.c.kind
    )
    found: dict[int, Talk] = {}
    for conversation_id, contact_id, kind, version in tx.execute(query):
        talk = found.setdefault(conversation_id, Talk())
        if contact_id not in talk.contacts:
            talk.contacts.append(contact_id)
        talk.newest = max(talk.newest, version or 0.0)
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


def _about_contacts(connection_id: int) -> Any:
    return (deliveries.c.connection_id == connection_id) & deliveries.c.conversation_id.is_(None)


def _last(tx: Connection, where: Any) -> Delivery | None:
    row = tx.execute(select(*DELIVERY).where(where).order_by(deliveries.c.id.desc()).limit(1)).first()
    return Delivery(*row) if row else None
