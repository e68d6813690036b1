"""A contact in Krayin: whether it is wanted there, its person and organization, its lead, its tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmhost import Contact, Conversation, Outcome

from .desk import Desk
from .filters import unwanted
from .leads import LeadSync
from .links import ContactLinks
from .mapped import with_new_options
from .mirror import mirror_ids
from .persons import PersonSync
from .tags import tag_customer
from .telling import Told


def sync_contact(desk: Desk, contact: Contact, conversation: Conversation | None = None) -> Outcome:
    """Bring Krayin in step with the contact, in as few calls as it takes."""
    if not (contact.email or contact.phone):
        return Outcome(ignored=f"Contact {contact.id} has neither an e-mail address nor a phone number.")
    links = ContactLinks(desk.links, contact.id)
    if not links.any_known and (why := unwanted(desk.settings, contact, conversation)):
        return Outcome(ignored=why)
    desk = with_new_options(desk, contact, conversation)
    contact = _still_named(contact, links.person.written)
    told = Told()
    lead = LeadSync(desk, contact, conversation, told)
    person = PersonSync(desk, contact, conversation, lead, told)
    person.run()
    if links.person.gone:
        return told.outcome()
    lead.run()
    if not told.changes:
        return Outcome(
            ignored=f"Contact {contact.id} is not in Krayin, and the settings say to make nothing."
        )
    person.tell_problems()
    lead.tell_problems()
    tag_customer(desk, contact, conversation, told)
    mirror_ids(desk, contact.id, told)
    return told.outcome()


def _still_named(contact: Contact, written: Mapping[str, Any]) -> Contact:
    """Return the contact with the name it had, where it has none any more: a field is never emptied.

    An address that only stood for a name is none.
    """
    name = written.get("name", "")
    if contact.name or name in {"", written.get("email"), written.get("phone")}:
        return contact
    return contact.model_copy(update={"name": name})
