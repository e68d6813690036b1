"""Forgetting a person, here and where it is wanted in the CRM; and showing them what is held of them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from .context import Links
from .errors import CRMHostError
from .models import Change
from .store import connections, held, links
from .visit import context_of

if TYPE_CHECKING:
    from .house import House
    from .plugins import Plugin
    from .store.connections import CRMConnection
    from .store.held import Rows


@dataclass(frozen=True)
class Receipt:
    """What was forgotten of a contact, or would be; it names records by number only."""

    ours: dict[str, int]
    """Rows of ours, by table."""
    crm: tuple[Change, ...]
    """Records of the CRM."""
    in_chatwoot: bool | None
    """Whether Chatwoot still has the contact; None where that cannot be asked."""
    at: float


def export(house: House, connection_id: int, contact_id: int) -> dict[str, Rows]:
    """Return all that is held of a contact, by table."""
    with house.store.read() as tx:
        connections.get(tx, house.vault, connection_id)
        return held.held(tx, connection_id, contact_id)


def forget(house: House, connection_id: int, contact_id: int, *, crm: bool, dry_run: bool) -> Receipt:
    """Forget a contact; with ``crm`` its records there go first, so that nothing is lost halfway.

    Where the CRM refuses, nothing of ours is forgotten either: it is known still what is to be removed.
    """
    with house.store.read() as tx:
        connection = connections.get(tx, house.vault, connection_id)
    still_there = _in_chatwoot(house, connection, contact_id)
    removed = _forget_in_crm(house, connection, contact_id, dry_run=dry_run) if crm else ()
    if dry_run:
        with house.store.read() as tx:
            rows = held.held(tx, connection_id, contact_id)
        counts = {table: len(found) for table, found in rows.items() if table != "lanes"}
    else:
        with house.store.write() as tx:
            counts = held.forget(tx, connection_id, contact_id)
    return Receipt(counts, removed, still_there, time.time())


def _in_chatwoot(house: House, connection: CRMConnection, contact_id: int) -> bool | None:
    if connection.chatwoot_token is None:
        return None
    return house.chatwoot_of(connection).all_contacts.exists(contact_id)


def _forget_in_crm(
    house: House, connection: CRMConnection, contact_id: int, *, dry_run: bool
) -> tuple[Change, ...]:
    """Have the plugin remove what the CRM has of a contact."""
    plugin = house.plugins[connection.plugin]
    _must_forget(plugin)
    with house.store.write() as tx:
        if not dry_run:
            held.interrupt(tx, connection.id, contact_id)
        talks = held.conversations(tx, connection.id, contact_id)
        every = links.every(tx, connection.id)

    def records_of(kind: str, remote_id: str) -> tuple[str, ...]:
        return tuple(
            record for (record, of), link in every.items() if (of, link.remote_id) == (kind, remote_id)
        )

    context = context_of(house, connection, Links(every, records_of=records_of), read_only=dry_run)
    return plugin.forget_contact(context, contact_id, talks).changes


def _must_forget(plugin: Plugin) -> None:
    if not plugin.forgets:
        raise CRMHostError(
            f"The plugin for {plugin.info.title} cannot forget anybody.",
            fix="Remove the records by hand, then forget the contact here with --no-crm.",
        )


def as_document(receipt: Receipt) -> dict[str, Any]:
    """Return a receipt as JSON has it."""
    removed = [
        {"kind": one.kind, "id": one.remote_id, "action": one.action, "note": one.note} for one in receipt.crm
    ]
    at = datetime.fromtimestamp(receipt.at, UTC).isoformat(timespec="seconds")
    return {"at": at, "ours": receipt.ours, "crm": removed, "in_chatwoot": receipt.in_chatwoot}
