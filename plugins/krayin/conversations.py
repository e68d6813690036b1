"""A conversation becomes a note in the timeline of its customer's lead."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Literal

from crmhost import Change, Conversation, Outcome

from .clients.errors import Failed, Missing
from .contacts import sync_contact
from .desk import Desk
from .finders import find_activity
from .links import ACTIVITY, ContactLinks, ConversationLinks
from .mappers.conversation import (
    conversation_to_activity,
    conversation_to_comment,
    conversation_to_messages,
    conversation_to_reference,
)


def note_created(desk: Desk, conversation: Conversation) -> Outcome:
    """Make the conversation's note, unless it has one."""
    sync = _ConversationSync(desk, conversation)
    return sync.ignored() or sync.begin()


def note_resolved(desk: Desk, conversation: Conversation) -> Outcome:
    """Complete the conversation's note; make it complete where there is none."""
    sync = _ConversationSync(desk, conversation)
    return sync.ignored() or sync.complete()


class _ConversationSync:
    """One conversation being noted in Krayin."""

    def __init__(self, desk: Desk, conversation: Conversation) -> None:
        self.desk = desk
        self.conversation = conversation
        self.customer = ContactLinks(desk.links, conversation.contact.id)
        self.links = ConversationLinks(desk.links, conversation.id)
        self.reference = conversation_to_reference(
            conversation, name=desk.settings.chatwoot_name, account_id=desk.account_id
        )
        self.messages = conversation_to_messages(
            conversation, self.links.activity.written.get("messages", {})
        )
        self.comment = conversation_to_comment(conversation, self.messages)
        self.brought = Outcome()

    def ignored(self) -> Outcome | None:
        """Return why there is nothing to do, if so."""
        if not self.desk.settings.sync_activities:
            return Outcome(ignored="The settings say not to note conversations.")
        if not self._about() and self.links.activity.id is None:
            conversation, contact = self.conversation.id, self.conversation.contact.id
            return Outcome(ignored=f"Conversation {conversation} is with contact {contact}, not in Krayin.")
        return None

    def begin(self) -> Outcome:
        """Make the note; look for it first only where an earlier attempt may have made it."""
        if self.links.activity.id is not None:
            return self._done("left", self.links.activity.id)
        return self._find_or_create() if self.links.activity.unsure else self._create()

    def complete(self) -> Outcome:
        """Write how the conversation ended; the same again is no call."""
        activity_id = self.links.activity.id
        if activity_id is None:
            return self._find_or_create()
        if self.links.activity.written.get("digest") == self._digest():
            return self._done("left", activity_id)
        try:
            return self._update(activity_id)
        except Missing:
            self.links.activity.forget()
            return self._find_or_create()

    def _find_or_create(self) -> Outcome:
        """Find the note by its reference; after a failure it may be there, linked to nobody."""
        unsure = self.links.activity.unsure
        found = find_activity(self.desk.activities, self.reference)
        if unsure:
            self._forget_gone()
        return self._update(found["id"], relink=unsure) if found else self._create()

    def _create(self) -> Outcome:
        activity = conversation_to_activity(reference=self.reference, comment=self.comment)
        with self.links.creating():
            made = self.desk.activities.create(activity | self._about())
        return self._done("created", made["id"])

    def _update(self, activity_id: int, *, relink: bool = False) -> Outcome:
        """Rewrite the note, and link the person beside the lead; Krayin fails where it is gone."""
        try:
            made = self.desk.activities.update(activity_id, self._body(relink=relink))
        except Failed:
            if not self._forget_gone():
                raise
            made = self.desk.activities.update(activity_id, self._body(relink=relink))
        return self._done("updated", made["id"])

    def _body(self, *, relink: bool) -> dict[str, Any]:
        person_id = self.customer.person.id
        about = self._about() if relink or person_id is None else {"person_id": person_id}
        return {"comment": self.comment} | about

    def _about(self) -> dict[str, int]:
        """Return whom the note is about: Krayin links a new one to the lead, or else to the person."""
        ids = {"lead_id": self.customer.lead.id, "person_id": self.customer.person.id}
        known = {name: value for name, value in ids.items() if value is not None}
        return dict([next(iter(known.items()))]) if known else {}

    def _forget_gone(self) -> bool:
        """Drop the links to a lead and person that are gone; say whether any was."""
        lead, person = self.customer.lead, self.customer.person
        lead_gone = lead.id is not None and self.desk.leads.get(lead.id) is None
        person_gone = person.id is not None and self.desk.persons.get(person.id) is None
        if lead_gone:
            lead.forget()
        if person_gone:
            self.customer.forget()
            self.brought = sync_contact(self.desk, self.conversation.contact)
        return lead_gone or person_gone

    def _digest(self) -> str:
        return sha256(self.comment.encode()).hexdigest()

    def _done(self, action: Literal["created", "updated", "left"], activity_id: int) -> Outcome:
        """Keep the id with what the note says, and return what became of it."""
        if action != "left":
            self.links.activity.keep(activity_id, self._written())
        return self.brought + Outcome((Change(ACTIVITY, action, str(activity_id)),))

    def _written(self) -> Mapping[str, Any]:
        return {"digest": self._digest(), "messages": self.messages}
