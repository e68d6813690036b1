"""A customer's lead: found, made with the person or for it, and followed as far as it is ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmhost import Contact, Conversation, TryAgain

from .clients.errors import BY_ITSELF, LOG_FIX
from .desk import Desk
from .edits import LeadEdit
from .lead_making import LeadMaking, lead_link
from .lead_updates import is_settled, settle
from .links import LEAD, NEWEST, PERSON, ContactLinks
from .mappers.wanted import Wanted, said_of_contact
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
        newest = self.links.person.aside(NEWEST) if self._is_conversations else {}
        self.wanted = Wanted(
            desk.settings, contact, conversation, self.link.written, is_news=is_news, newest=newest
        )
        self.making = LeadMaking(desk, contact, conversation, self.link, self.wanted)

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
        """Whether there is a lead that has all there is to say of the contact, or is not to get it."""
        settled = self.link.gone or is_settled(self.desk, self.link, self.wanted, lone=self._is_lone)
        return self.link.id is not None and settled

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
        with self.making.creating(PERSON):
            lead, made = self.making.create(person=person)
            if not made:
                raise self._was_there(lead)
            customer = lead.get("person")
            if not isinstance(customer, dict) or not customer.get("id"):
                raise TryAgain(f"Krayin's new lead {lead['id']} has no person.", fix=LOG_FIX, unsure=True)
        self._keep_new(lead, lone=False)
        return customer

    def run(self) -> None:
        """See that the contact has a lead, and that it says what it should."""
        if not self.settings.leads:
            return
        self._keep_for_conversations()
        if self.waits:
            self.told.note(PERSON, FOLLOW if self._is_conversations else WAITS)
        elif self.link.id is None:
            self.find_or_make()
        elif self.is_known:
            self._leave(self.link.id)
        elif lead := self.read():
            self.settle(LeadEdit(self.desk, lead, self.told))
            self._leave(lead["id"])

    def find_or_make(self) -> dict[str, Any]:
        """Take over a lead of the customer's that is open, or make one; return it."""
        if self.links.person.id is not None:
            self.desk.claim(leads_of=str(self.links.person.id))
        lead, made = self.making.find(), False
        if lead is None:
            with self.making.creating():
                lead, made = self.making.create(person_id=self.links.person.id)
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
        if self.settings.leads and self.link.id is not None and not self.link.gone:
            for problem in self.wanted.problems(is_new=self.told.is_new(LEAD, self.link.id)):
                self.told.say(LEAD, "left", self.link.id, problem)

    def _keep_for_conversations(self) -> None:
        """Remember what the contact says now: each conversation's lead says so with its next event.

        All of them at once would be two calls each.
        """
        person, news = self.links.person, {}
        if self._is_conversations:
            news = said_of_contact(self.settings, self.contact)
        if person.id is not None and person.aside(NEWEST) != news:
            person.keep_aside(NEWEST, news)

    # What is kept

    def _keep_new(self, lead: Mapping[str, Any], *, lone: bool) -> None:
        seen, owned = self.wanted.all(lone=lone), bool(lead.get("user"))
        known = {
            "seen": seen,
            "said": self.wanted.said,
            "number": self.making.number,
            "owned": owned,
            "lone": lone,
        }
        self.link.keep(lead["id"], {**self._rules(), **seen, **known})
        self.told.say(LEAD, "created", lead["id"])

    def _take_over(self, lead_id: int) -> None:
        """Link a lead of which we don't know who wrote what."""
        self.link.keep(lead_id, {**self._rules(), "number": self.making.number, "lone": False})

    def _rules(self) -> dict[str, Any]:
        """Return what is remembered of conversations; the one at hand begins with this lead."""
        known = dict(self.link.written.get(RULES, {}))
        if self.conversation and self.settings.closed_leads != "leave":
            known[str(self.conversation.id)] = known.get(str(self.conversation.id), {}) | {BEGAN: True}
        return {RULES: known} if known else {}

    def _leave(self, lead_id: int) -> None:
        if not self.told.has(LEAD):
            self.told.say(LEAD, "left", lead_id)

    def _was_there(self, lead: Mapping[str, Any]) -> TryAgain:
        """Link a lead that a customer without a person had already, and the person whom it names."""
        self._take_over(lead["id"])
        if isinstance(customer := lead.get("person"), Mapping):
            self.links.person.keep(customer["id"])
        message = f"Contact {self.contact.id} has lead {lead['id']} already; it is taken over now."
        return TryAgain(message, fix=BY_ITSELF)
