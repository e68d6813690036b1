"""A customer's lead: found, made with the person or for it, and otherwise the sales team's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmhost import Contact, Conversation, TryAgain

from .desk import Desk
from .finders.leads import find_lone_lead, find_open_lead
from .links import LEAD, PERSON, ContactLinks, ExternalId
from .mappers.contact import contact_to_fields
from .mappers.lead import contact_to_lead
from .telling import Told


class LeadSync:
    """The lead of one contact; ``conversation`` is the one that brings the contact along, if any."""

    def __init__(self, desk: Desk, contact: Contact, conversation: Conversation | None, told: Told) -> None:
        self.desk = desk
        self.settings = desk.settings
        self.contact = contact
        self.conversation = conversation
        self.told = told
        self.links = ContactLinks(desk.links, contact.id)
        self.fields = contact_to_fields(contact, organizations=self.settings.sync_organizations)

    @property
    def is_due(self) -> bool:
        """Whether a lead is to be made along with a new person."""
        return self.settings.leads and self.links.lead.id is None

    @property
    def is_known(self) -> bool:
        """Whether there is a lead that has all there is to say of the contact."""
        return self.links.lead.id is not None and self.links.lead.written == self.fields

    def create_with(self, person: Mapping[str, Any]) -> dict[str, Any]:
        """Make lead, person and organization by one request, and return the person."""
        with self.links.creating(PERSON, LEAD):
            lead = self.desk.leads.create(self._payload(person=person))
            made = lead.get("person")
            if not isinstance(made, dict) or not made.get("id"):
                raise TryAgain(f"Krayin's new lead {lead['id']} has no person.", unsure=True)
        self.links.lead.keep(lead["id"], self.fields)
        self.told.say(LEAD, "created", lead["id"])
        return made

    def run(self) -> None:
        """See that the contact has a lead: the one that is linked, an open one of the person's, a new one."""
        if not self.settings.leads:
            return
        if self.links.lead.id is not None:
            self._still_has(self.links.lead.id)
            return
        lead = self._find()
        if lead is None:
            with self.links.creating(LEAD):
                lead = self.desk.leads.create(self._payload(person_id=self.links.person.id))
            self.told.say(LEAD, "created", lead["id"])
        else:
            self.told.say(LEAD, "linked", lead["id"])
        self.links.lead.keep(lead["id"], self.fields)

    def _still_has(self, lead_id: int) -> None:
        """Leave the lead as it is, even deleted: since it was made, it is the sales team's."""
        if self.links.lead.written != self.fields:
            self.links.lead.keep(lead_id, self.fields)
        if not self.told.has(LEAD):
            self.told.say(LEAD, "left", lead_id)

    def _find(self) -> dict[str, Any] | None:
        person_id = self.links.person.id
        if person_id is not None:
            return find_open_lead(self.desk.leads, person_id, self.settings.closed_stage_ids)
        if self.links.lead.unsure:
            return find_lone_lead(self.desk.leads, self._payload())
        return None

    def _payload(self, **person: Any) -> dict[str, Any]:
        chosen = self.settings
        return contact_to_lead(
            self.contact,
            stage_id=chosen.stage_id,
            source_id=chosen.source_id,
            type_id=chosen.type_id,
            organizations=chosen.sync_organizations,
            **person,
        )


def lead_link(desk: Desk, contact_id: int, conversation_id: int) -> ExternalId:
    """Return the link of the lead that a conversation belongs to."""
    del conversation_id
    return ContactLinks(desk.links, contact_id).lead
