"""Krayin's ids kept with the contact in Chatwoot, for whoever looks there."""

from __future__ import annotations

from .desk import Desk
from .links import MIRRORED, ContactLinks
from .telling import Told


def mirror_ids(desk: Desk, contact_id: int, told: Told) -> None:
    """Say the ids to Chatwoot, where the settings want it and Chatwoot has not got these."""
    if desk.chatwoot is None or not desk.settings.mirror_ids:
        return
    links = ContactLinks(desk.links, contact_id)
    linked = [link for link in (links.person, links.lead) if link.id is not None and not link.gone]
    ids = {f"krayin_{link.kind}_id": str(link.id) for link in linked}
    person = links.person
    is_new = person.aside(MIRRORED) != ids if person.id is not None else told.outcome().state == "applied"
    if not ids or not is_new:
        return
    desk.chatwoot.mirror(contact_id, ids)
    if person.id is not None:
        person.keep_aside(MIRRORED, ids)
