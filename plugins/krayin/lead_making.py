"""Finding a customer's lead in Krayin, and making one: what is linked and remembered is for ``leads``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from crmhost import Contact, Conversation, PluginError, SetUpAgain, TryAgain

from .clients.errors import BY_ITSELF, Failed, Invalid
from .clients.leads import CHOSEN
from .desk import Desk
from .finders.leads import find_lone_lead, find_open_lead, find_own_lead, find_referred_lead, is_open
from .links import LEAD, ContactLinks, ConversationLinks, ExternalId
from .mapped import attributes_of_new
from .mappers.lead import place_of, texts_to_lead
from .mappers.reference import contact_reference, conversation_reference_for_lead
from .mappers.wanted import Wanted
from .owners import owner_of


class LeadMaking:
    """The lead of one contact, or of one conversation, where there is none yet that we know of.

    ``link`` is where it is to be linked; ``number`` tells leads apart that follow one another.
    """

    def __init__(
        self,
        desk: Desk,
        contact: Contact,
        conversation: Conversation | None,
        link: ExternalId,
        wanted: Wanted,
    ) -> None:
        self.desk = desk
        self.settings = desk.settings
        self.contact = contact
        self.conversation = conversation
        self.links = ContactLinks(desk.links, contact.id)
        self.link = link
        self.wanted = wanted
        self.number = int(link.written.get("number", 1))

    def find(self) -> dict[str, Any] | None:
        """Find the lead that is meant; None where there is none, or where none can have been made yet."""
        leads, person_id, reference = self.desk.leads, self.links.person.id, self._reference()
        if self._is_own:
            if not self.link.unsure:
                return None
            return find_own_lead(leads, self._payload(person_id=person_id), reference, self._is_nobodys)
        if person_id is not None:
            # One that we made may have been closed since.
            made = find_referred_lead(leads, reference) if self.link.unsure else None
            return made or find_open_lead(leads, person_id, self.settings.closed_stage_ids)
        if not self.link.unsure:
            return None
        if reference:
            return find_referred_lead(leads, reference)
        return find_lone_lead(leads, self._payload())

    def create(self, **person: Any) -> tuple[dict[str, Any], bool]:
        """Return the new lead, or the open one that has our reference already, and whether it is new.

        A closed one keeps the reference, so the next gets a number.
        """
        while True:
            payload = self._payload(**person)
            try:
                return self.desk.leads.create(payload), True
            except Failed as error:
                raise self._explained(error, payload) from error
            except Invalid as error:
                there = self._referred(error)
                if is_open(there, self.settings.closed_stage_ids):
                    return there, False
                self.number += 1

    def _referred(self, error: Invalid) -> dict[str, Any]:
        """Return the lead that has our reference already; raise where Krayin refuses something else."""
        if self.settings.reference_attribute not in error.errors:
            raise error
        lead = find_referred_lead(self.desk.leads, self._reference())
        if lead is None:
            raise error
        return lead

    @contextmanager
    def creating(self, *kinds: str) -> Iterator[None]:
        """Say that the request in this block makes the lead, and other records of the contact."""
        with ExitStack() as stack:
            if self._is_own:
                stack.enter_context(self.desk.links.creating(self.link.record, LEAD))
            else:
                kinds = (*kinds, LEAD)
            if kinds:
                stack.enter_context(self.links.creating(*kinds))
            yield

    @property
    def _is_own(self) -> bool:
        """Whether the lead is the conversation's own."""
        return self.link.record != self.links.lead.record

    def _payload(self, **person: Any) -> dict[str, Any]:
        lone = person.get("person") is None and person.get("person_id") is None
        place = place_of(self.settings, self.conversation.inbox_id if self.conversation else None)
        attributes = attributes_of_new(self.desk, "leads", self.wanted.attributes)
        owner = owner_of(self.desk, self.conversation) or self.settings.owner_id
        more = {"user_id": owner, **attributes}
        if reference := self._reference():
            more[self.settings.reference_attribute] = reference
        return texts_to_lead(
            self.wanted.texts(lone=lone),
            stage_id=place.stage_id,
            source_id=place.source_id,
            type_id=place.type_id,
            more=more,
            **person,
        )

    def _explained(self, error: Failed, payload: Mapping[str, Any]) -> PluginError:
        """Return what Krayin's 500 was about: a person, a user, a source or a type that is gone."""
        person_id = payload.get("person_id")
        if person_id is not None and self.desk.persons.get(person_id) is None:
            self.links.forget()
            message = f"Person {person_id} is gone from Krayin; the customer is brought back."
            return TryAgain(message, fix=BY_ITSELF)
        if "user_id" in payload:
            self.desk.lookups.drop("users")
        lookups = self.desk.lookups
        chosen = [("source", CHOSEN["source"], lookups.sources), ("type", CHOSEN["type"], lookups.types)]
        if payload.get("user_id") == self.settings.owner_id:
            chosen.append(("owner", "user_id", lookups.users))
        for name, field, rows in chosen:
            wanted = payload.get(field)
            if wanted is not None and wanted not in {row["id"] for row in rows()}:
                fix = f"Set {name}_id to one that is there."
                return SetUpAgain(f"Krayin has no {name} {wanted} any more.", fix=fix, unsure=error.unsure)
        return error

    def _is_nobodys(self, lead_id: int) -> bool:
        return not self.desk.links.records_of(LEAD, lead_id)

    def _reference(self) -> str:
        """Return what the lead is called in Krayin's unique attribute; "" where there is none."""
        if not self.settings.has_reference("leads"):
            return ""
        account_id = self.desk.account_id
        if self._is_own and self.conversation:
            reference = conversation_reference_for_lead(self.settings, account_id, self.conversation.id)
        else:
            reference = contact_reference(self.settings, account_id, self.contact.id)
        return reference if self.number == 1 else f"{reference}-{self.number}"


def lead_link(desk: Desk, contact_id: int, conversation_id: int | None) -> ExternalId:
    """Return the link of the lead that a conversation belongs to: its own, or its customer's."""
    if conversation_id is not None and desk.settings.lead_policy == "one_per_conversation":
        return ConversationLinks(desk.links, conversation_id).lead
    return ContactLinks(desk.links, contact_id).lead
