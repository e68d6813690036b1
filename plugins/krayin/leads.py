"""A customer's lead: found, made with the person or for it, and followed as far as it is ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from crmhost import Contact, Conversation, PluginError, SetUpAgain, TryAgain

from .clients.errors import Failed, Invalid
from .clients.leads import CHOSEN
from .desk import Desk
from .edits import LeadEdit
from .finders.leads import find_lone_lead, find_open_lead, find_own_lead, is_open
from .lead_updates import is_settled, settle
from .links import LEAD, NEWEST, PERSON, ContactLinks, ConversationLinks, ExternalId
from .mapped import attributes_of_new
from .mappers.lead import place_of, texts_to_lead
from .mappers.reference import contact_reference, conversation_reference_for_lead
from .mappers.wanted import Wanted, said_of_contact
from .owners import owner_of
from .telling import DELETED, Told

RULES = "rules"
"""Under which the link remembers what conversations have asked for, by their ids."""
BEGAN = "began"
"""That a conversation has found the lead open, or seen to it."""
WAITS = "Its lead comes with its first conversation."
FOLLOW = "The leads of its conversations follow with their next events."


class LeadSync:
    """The lead of one contact, or of the conversation that brings it along where each has its own.

    ``is_news`` says that this is the contact's newest state (``mappers.wanted``).
    """

    def __init__(
        self,
        desk: Desk,
        contact: Contact,
        conversation: Conversation | None,
        told: Told,
        *,
        is_news: bool = True,
    ) -> None:
        self.desk = desk
        self.settings = desk.settings
        self.contact = contact
        self.conversation = conversation
        self.told = told
        self.links = ContactLinks(desk.links, contact.id)
        self.link = lead_link(desk, contact.id, conversation.id if conversation else None)
        self.number = int(self.link.written.get("number", 1))
        newest = self.links.person.aside(NEWEST)
        self.wanted = Wanted(
            desk.settings, contact, conversation, self.link.written, is_news=is_news, newest=newest
        )

    @property
    def is_due(self) -> bool:
        """Whether a lead is to be made along with a new person."""
        return self.settings.leads and self.link.id is None and not self.waits

    @property
    def waits(self) -> bool:
        """Whether the lead is made with a conversation only, which says where it belongs."""
        waits = self._is_conversations or bool(self.settings.leads_by_inbox)
        return self.conversation is None and self.link.id is None and waits

    @property
    def is_known(self) -> bool:
        """Whether there is a lead that has all there is to say of the contact, or would not get it again."""
        return self.link.id is not None and is_settled(self.desk, self.link, self.wanted, lone=self._is_lone)

    @property
    def _is_conversations(self) -> bool:
        """Whether each conversation has a lead of its own."""
        return self.settings.lead_policy == "one_per_conversation"

    @property
    def _is_lone(self) -> bool:
        """Whether only the lead tells of the customer, or did when it was made."""
        return bool(self.link.written.get("lone", self.links.person.id is None))

    def create_with(self, person: Mapping[str, Any]) -> dict[str, Any]:
        """Make lead, person and organization by one request, and return the person."""
        with self._creating(PERSON):
            lead, made = self._create(person=person)
            if not made:
                raise self._was_there(lead)
            customer = lead.get("person")
            if not isinstance(customer, dict) or not customer.get("id"):
                raise TryAgain(f"Krayin's new lead {lead['id']} has no person.", unsure=True)
        self._keep_new(lead, lone=False)
        return customer

    def run(self) -> None:
        """See that the contact has a lead, and that it says what it should."""
        if not self.settings.leads:
            return
        if self._is_conversations:
            self._keep_for_conversations()
        if self.waits:
            self.told.note(PERSON, FOLLOW if self._is_conversations else WAITS)
        elif self.link.id is None:
            self.find_or_make()
        elif self.link.gone or self.is_known:
            self._leave(self.link.id)
        elif lead := self.read():
            self.settle(LeadEdit(self.desk, lead, self.told))
            self._leave(lead["id"])

    def find_or_make(self) -> dict[str, Any]:
        """Take over a lead of the customer's that is open, or make one; return it."""
        if self.links.person.id is not None:
            self.desk.claim(leads_of=str(self.links.person.id))
        lead, made = self._find(), False
        if lead is None:
            with self._creating():
                lead, made = self._create(person_id=self.links.person.id)
        if made:
            self._keep_new(lead, lone=self._is_lone)
            return lead
        self.told.say(LEAD, "linked", lead["id"])
        self._take_over(lead["id"])
        edit = LeadEdit(self.desk, lead, self.told)
        self.settle(edit)
        return edit.lead

    def read(self) -> dict[str, Any] | None:
        """Return the linked lead; one deleted in Krayin is made again or left so, by the settings."""
        lead_id = self.link.id
        if lead_id is None:
            return None
        return self.desk.leads.get(lead_id) or self.replace(lead_id)

    def replace(self, lead_id: int) -> dict[str, Any] | None:
        """See to a lead that is gone from Krayin; return the one that has come in its place."""
        if self.settings.on_deleted == "recreate":
            self.link.forget()
            return self.find_or_make()
        self.link.keep_as_gone()
        self.told.say(LEAD, "left", lead_id, DELETED)
        return None

    def settle(self, edit: LeadEdit) -> None:
        """Write what of ours is new along with the edit's changes, and remember what the lead says now."""
        settle(self.desk, self.link, self.wanted, edit, lone=self._is_lone)

    def tell_problems(self) -> None:
        """Tell what can't be brought into the lead; Krayin never shows it."""
        if self.link.id is not None and not self.link.gone:
            for problem in self.wanted.problems(is_new=self.told.is_new(LEAD, self.link.id)):
                self.told.say(LEAD, "left", self.link.id, problem)

    def _keep_for_conversations(self) -> None:
        """Remember what the contact says now: each conversation's lead says so with its next event.

        All of them at once would be two calls each.
        """
        person, news = self.links.person, said_of_contact(self.settings, self.contact)
        if person.id is not None and person.aside(NEWEST) != news:
            person.keep_aside(NEWEST, news)

    # Finding and making

    def _find(self) -> dict[str, Any] | None:
        leads, person_id, reference = self.desk.leads, self.links.person.id, self._reference()
        if self._is_conversations:
            if not self.link.unsure:
                return None
            return find_own_lead(leads, self._payload(person_id=person_id), reference, self._is_nobodys)
        if person_id is not None:
            return find_open_lead(leads, person_id, self.settings.closed_stage_ids)
        if not self.link.unsure:
            return None
        if reference:
            return next(iter(leads.referred_to(reference)), None)
        return find_lone_lead(leads, self._payload())

    def _create(self, **person: Any) -> tuple[dict[str, Any], bool]:
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
        lead = next(iter(self.desk.leads.referred_to(self._reference())), None)
        if lead is None:
            raise error
        return lead

    def _was_there(self, lead: Mapping[str, Any]) -> TryAgain:
        """Link a lead that a customer without a person had already, and the person whom it names."""
        self._take_over(lead["id"])
        if isinstance(customer := lead.get("person"), Mapping):
            self.links.person.keep(customer["id"])
        return TryAgain(f"Contact {self.contact.id} has lead {lead['id']} already; it is taken over now.")

    def _explained(self, error: Failed, payload: Mapping[str, Any]) -> PluginError:
        """Return what Krayin's failure was about: a person, source or type that is gone; it only says 500."""
        person_id = payload.get("person_id")
        if person_id is not None and self.desk.persons.get(person_id) is None:
            self.links.forget()
            return TryAgain(f"Person {person_id} is gone from Krayin; the customer is brought back.")
        lists = {"source": self.desk.lookups.sources, "type": self.desk.lookups.types}
        for name, rows in lists.items():
            wanted = payload.get(CHOSEN[name])
            if wanted is not None and wanted not in {row["id"] for row in rows()}:
                fix = f"Set {name}_id to one that is there."
                return SetUpAgain(f"Krayin has no {name} {wanted} any more.", fix=fix, unsure=error.unsure)
        return error

    @contextmanager
    def _creating(self, *kinds: str) -> Iterator[None]:
        """Say that the request in this block makes the lead, and other records of the contact."""
        with ExitStack() as stack:
            if self.link.record == self.links.lead.record:
                stack.enter_context(self.links.creating(*kinds, LEAD))
            else:
                stack.enter_context(self.desk.links.creating(self.link.record, LEAD))
                if kinds:
                    stack.enter_context(self.links.creating(*kinds))
            yield

    def _payload(self, **person: Any) -> dict[str, Any]:
        lone = person.get("person") is None and person.get("person_id") is None
        place = place_of(self.settings, self.conversation.inbox_id if self.conversation else None)
        attributes = attributes_of_new(self.desk, "leads", self.wanted.attributes)
        more = {"user_id": owner_of(self.desk, self.conversation), **attributes}
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

    def _keep_new(self, lead: Mapping[str, Any], *, lone: bool) -> None:
        seen, owned = self.wanted.all(lone=lone), bool(lead.get("user"))
        known = {"seen": seen, "said": self.wanted.said, "number": self.number, "owned": owned, "lone": lone}
        self.link.keep(lead["id"], {**self._rules(), **seen, **known})
        self.told.say(LEAD, "created", lead["id"])

    def _take_over(self, lead_id: int) -> None:
        """Link a lead of which we don't know who wrote what."""
        self.link.keep(lead_id, {**self._rules(), "number": self.number, "lone": False})

    def _rules(self) -> dict[str, Any]:
        """Return what is remembered of conversations; the one at hand begins with this lead."""
        known = dict(self.link.written.get(RULES, {}))
        if self.conversation and self.settings.closed_leads != "leave":
            known[str(self.conversation.id)] = known.get(str(self.conversation.id), {}) | {BEGAN: True}
        return {RULES: known} if known else {}

    def _leave(self, lead_id: int) -> None:
        if not self.told.has(LEAD):
            self.told.say(LEAD, "left", lead_id)

    def _is_nobodys(self, lead_id: int) -> bool:
        return not self.desk.links.records_of(LEAD, lead_id)

    def _reference(self) -> str:
        """Return what the lead is called in Krayin's unique attribute; "" where there is none."""
        if not self.settings.has_reference("leads"):
            return ""
        account_id = self.desk.account_id
        if self.link.record == self.links.lead.record or self.conversation is None:
            reference = contact_reference(self.settings, account_id, self.contact.id)
        else:
            reference = conversation_reference_for_lead(self.settings, account_id, self.conversation.id)
        return reference if self.number == 1 else f"{reference}-{self.number}"


def lead_link(desk: Desk, contact_id: int, conversation_id: int | None) -> ExternalId:
    """Return the link of the lead that a conversation belongs to: its own, or its customer's."""
    if conversation_id is not None and desk.settings.lead_policy == "one_per_conversation":
        return ConversationLinks(desk.links, conversation_id).lead
    return ContactLinks(desk.links, contact_id).lead
