"""Whom a conversation is with in Krayin: lead and person, and what is done where they were deleted."""

from __future__ import annotations

from crmhost import Conversation, Outcome

from .contacts import sync_contact
from .desk import Desk
from .lead_making import lead_link
from .links import ContactLinks, ExternalId


class Customer:
    """The lead and the person of one conversation's customer; ``brought`` is what became of them here."""

    def __init__(self, desk: Desk, conversation: Conversation) -> None:
        self.desk = desk
        self.conversation = conversation
        self.links = ContactLinks(desk.links, conversation.contact.id)
        self.brought = Outcome()
        self._looked = False

    def lead(self) -> dict[str, int]:
        """Return the lead that an activity is linked to; {} where there is none."""
        return _linked("lead_id", self._lead)

    def person(self) -> dict[str, int]:
        """Return the person that an activity is linked to; {} where there is none."""
        return _linked("person_id", self.links.person)

    def heal(self) -> bool:
        """See, once, whether lead or person were deleted in Krayin, and do as the settings say about them."""
        if self._looked:
            return False
        self._looked = True
        lead, person = self._lead, self.links.person
        lead_gone = bool(self.lead()) and self.desk.leads.get(lead.id or 0) is None
        person_gone = bool(self.person()) and self.desk.persons.get(person.id or 0) is None
        if self.desk.settings.on_deleted == "recreate":
            self._bring_back(lead_gone=lead_gone, person_gone=person_gone)
        else:
            for external_id, is_gone in ((lead, lead_gone), (person, person_gone)):
                if is_gone:
                    external_id.keep_as_gone()
        return lead_gone or person_gone

    def _bring_back(self, *, lead_gone: bool, person_gone: bool) -> None:
        """Find or make again what is gone."""
        if lead_gone:
            self._lead.forget()
        if person_gone:
            self.links.forget()
        if lead_gone or person_gone:
            self.brought = sync_contact(self.desk, self.conversation.contact, self.conversation)

    @property
    def _lead(self) -> ExternalId:
        return lead_link(self.desk, self.conversation.contact.id, self.conversation.id)


def _linked(key: str, external_id: ExternalId) -> dict[str, int]:
    if external_id.id is None or external_id.gone:
        return {}
    return {key: external_id.id}
