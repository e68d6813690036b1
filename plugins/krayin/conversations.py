"""A conversation becomes a note in the timeline of its customer's lead."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from crmhost import Change, Conversation, Outcome

from .clients.errors import Failed, Missing
from .contacts import sync_contact
from .desk import Desk
from .finders.activities import find_activity
from .links import ACTIVITY, ContactLinks, ConversationLinks
from .mappers.conversation import (
    conversation_to_activity,
    conversation_to_comment,
    conversation_to_messages,
    conversation_to_reference,
)
from .telling import Action


def note_created(desk: Desk, conversation: Conversation) -> Outcome:
    """Make the conversation's note, unless it has one."""
    sync = _ConversationSync(desk, conversation)
    return sync.ignored() or sync.begin()


def note_resolved(desk: Desk, conversation: Conversation) -> Outcome:
    """Complete the conversation's note; make it complete where there is none."""
    sync = _ConversationSync(desk, conversation)
    return sync.ignored() or sync.complete()


def note_messages(desk: Desk, conversation: Conversation) -> Outcome:
    """Keep the message that a conversation brings, without a call: it is written when that ends."""
    sync = _ConversationSync(desk, conversation)
    return sync.ignored() or sync.keep_message()


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
        activity_id = self.links.activity.id
        if activity_id is not None:
            self._keep_for_later(activity_id)
            return self._done("left", activity_id)
        return self._find_or_create() if self.links.activity.unsure else self._create()

    def keep_message(self) -> Outcome:
        """Keep a message for when the note is next written."""
        activity_id = self.links.activity.id
        if activity_id is None:
            return Outcome(ignored=f"Conversation {self.conversation.id} has no note in Krayin.")
        self._keep_for_later(activity_id)
        return self._done("left", activity_id)

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
            self._notice_gone()
        if found:
            return self._update(found["id"], relink=unsure)
        return self.ignored() or self._create()

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
            if not self._notice_gone():
                raise
            made = self.desk.activities.update(activity_id, self._body(relink=relink))
        return self._done("updated", made["id"])

    def _body(self, *, relink: bool) -> dict[str, Any]:
        person_id = self.customer.person.id
        about = self._about() if relink or person_id is None else {"person_id": person_id}
        return {"comment": self.comment} | about

    def _about(self) -> dict[str, int]:
        """Return whom the note is about: Krayin links a new one to the lead, or else to the person."""
        lead, person = self.customer.lead, self.customer.person
        if lead.id is not None and not lead.gone:
            return {"lead_id": lead.id}
        if person.id is not None:
            return {"person_id": person.id}
        return {}

    def _notice_gone(self) -> bool:
        """See whether lead or person are gone. A lead stays deleted; a customer who is gone comes back."""
        lead, person = self.customer.lead, self.customer.person
        lead_gone = lead.id is not None and not lead.gone and self.desk.leads.get(lead.id) is None
        person_gone = person.id is not None and self.desk.persons.get(person.id) is None
        if lead_gone:
            lead.keep_as_gone()
        if person_gone:
            self.customer.forget()
            self.brought = sync_contact(self.desk, self.conversation.contact)
        return lead_gone or person_gone

    def _keep_for_later(self, activity_id: int) -> None:
        """Keep messages that came late, without a call: the note gets them when it is next written."""
        written = self.links.activity.written
        if self.messages != written.get("messages"):
            self.links.activity.keep(activity_id, {**written, "messages": self.messages})

    def _digest(self) -> str:
        return sha256(self.comment.encode()).hexdigest()

    def _done(self, action: Action, activity_id: int) -> Outcome:
        """Keep the id with what the note says, and return what became of it."""
        if action != "left":
            self.links.activity.keep(activity_id, self._written())
        return self.brought + Outcome((Change(ACTIVITY, action, str(activity_id)),))

    def _written(self) -> Mapping[str, Any]:
        return {"digest": self._digest(), "messages": self.messages}
