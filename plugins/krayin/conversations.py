"""A conversation becomes an activity in the timeline of its lead: a note, or of its channel's type."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from crmhost import Conversation, Outcome, Rejected, SetUpAgain

from .clients.errors import ZONE_FIX, Failed, Invalid, Missing, Overlaps, just_deleted
from .customers import Customer
from .desk import Desk
from .finders.activities import find_activity
from .links import ACTIVITY, ConversationLinks
from .mappers.conversation import (
    MAILED,
    NOTE,
    conversation_to_activity,
    conversation_to_changes,
    conversation_to_comment,
    conversation_to_reference,
    conversation_to_type,
)
from .mappers.dates import is_shown_as
from .settings import KrayinSettings
from .telling import DELETED, Action, Told
from .transcripts import transcript_of, whole_transcript


def note_created(desk: Desk, conversation: Conversation) -> Outcome:
    """Make the conversation's activity, unless it has one."""
    sync = _ConversationSync(desk, conversation)
    return sync.ignored() or sync.begin()


def note_resolved(desk: Desk, conversation: Conversation) -> Outcome:
    """Complete the conversation's activity; make it complete where there is none."""
    sync = _ConversationSync(desk, conversation)
    return sync.ignored() or sync.complete()


def note_messages(desk: Desk, conversation: Conversation) -> Outcome:
    """Keep the message that a conversation brings, without a call: it is written when that ends."""
    sync = _ConversationSync(desk, conversation)
    return sync.ignored() or sync.without_activity() or sync.keep_for_later()


def note_reopened(desk: Desk, conversation: Conversation) -> Outcome:
    """Say of an activity that was done that its conversation goes on; a note is always done."""
    sync = _ConversationSync(desk, conversation)
    return sync.ignored() or sync.without_activity() or sync.reopen()


def wanted_by_notes(settings: KrayinSettings, *, chatwoot: bool) -> frozenset[str]:
    """Name the changes of conversations that their activities need; ``chatwoot``: whether it can be asked."""
    if not settings.sync_activities:
        return frozenset()
    gathered = {"message"} if settings.transcript and not chatwoot else set()
    ended = {"status"} if set(settings.activity_types.values()) - {NOTE} else set()
    return frozenset(gathered | ended)


class _ConversationSync:
    """One conversation being noted in Krayin."""

    def __init__(self, desk: Desk, conversation: Conversation) -> None:
        self.desk = desk
        self.settings = desk.settings
        self.conversation = conversation
        self.customer = Customer(desk, conversation)
        self.links = ConversationLinks(desk.links, conversation.id)
        self.link = self.links.activity
        self.reference = conversation_to_reference(
            conversation, name=self.settings.chatwoot_name, account_id=desk.account_id
        )
        self.transcript = transcript_of(desk, conversation, self.link.written)
        self.told = Told()

    # What is to be done

    def ignored(self) -> Outcome | None:
        """Return why there is nothing to do, if so."""
        if not self.settings.sync_activities:
            return Outcome(ignored="The settings say not to note conversations.")
        return self._of_nobody() if not self._about() and self.link.id is None else None

    def _of_nobody(self) -> Outcome:
        conversation, contact = self.conversation.id, self.conversation.contact.id
        return Outcome(ignored=f"Conversation {conversation} is with contact {contact}, not in Krayin.")

    def without_activity(self) -> Outcome | None:
        """Return why a mere change has nothing to be written to, if so."""
        if self.link.id is None or self.link.gone:
            return Outcome(ignored=f"Conversation {self.conversation.id} has no activity in Krayin.")
        return None

    def begin(self) -> Outcome:
        """Make the activity; look for it first only where an earlier attempt may have made it."""
        if self.link.id is not None:
            return self.keep_for_later()
        return self._find_or_create() if self.link.unsure else self._create()

    def complete(self) -> Outcome:
        """Write how the conversation ended; the same again is no call."""
        if self.link.gone:
            return self._left(DELETED)
        self.transcript = whole_transcript(self.desk, self.conversation, self.link.written)
        activity_id = self.link.id
        if activity_id is None:
            return self._find_or_create()
        type_ = self.link.written.get("type", NOTE)
        if self.link.written.get("digest") == _digest(self._changes(type_)):
            return self.keep_for_later()
        return self._update(activity_id, type_)

    def reopen(self) -> Outcome:
        """Take back that the activity is done, where that was written."""
        activity_id, written = self.link.id, self.link.written
        if activity_id is None or not written.get("done") or self.conversation.status == "resolved":
            return self._left()
        try:
            self.desk.activities.update(activity_id, {"is_done": 0})
        except Missing:
            return self._left("It was deleted in Krayin.")
        self.link.keep(activity_id, {**written, "done": False, "digest": ""})
        return self._say("updated", activity_id)

    def keep_for_later(self) -> Outcome:
        """Keep messages that came late, without a call: the activity gets them when it is next written."""
        written = {**self.link.written, **self.transcript.to_keep()}
        if self.link.id is not None and written != self.link.written:
            self.link.keep(self.link.id, written)
        return self._left()

    # How it is done

    def _find_or_create(self) -> Outcome:
        """Find the activity by its reference; after a failure it may be there, linked to nobody."""
        unsure = self.link.unsure
        found = find_activity(self.desk.activities, self.reference)
        if unsure:
            self.customer.heal()
        if not found:
            return self.ignored() or self._create()
        if unsure and not self._about():
            self.desk.activities.remove(found["id"])  # its customer is to stay deleted: it is about nobody
            return self._of_nobody()
        return self._update(found["id"], found.get("type") or NOTE, relink=unsure)

    def _create(self) -> Outcome:
        """Make the activity: a note where Krayin won't have its type."""
        type_ = conversation_to_type(self.conversation, self.settings.activity_types)
        try:
            return self._made(type_, self._post(type_))
        except Missing:
            if not self.customer.heal():
                raise
            return self.ignored() or self._create()
        except Rejected as refused:
            if not _refuses_type(refused, type_):
                raise
            return self._made(NOTE, self._post(NOTE), f"Krayin takes no {type_} here, so it is a note.")

    def _post(self, type_: str) -> dict[str, Any]:
        activity = conversation_to_activity(
            self.conversation, type_=type_, reference=self.reference, invited=self._invited(type_)
        )
        with self.links.creating():
            return self.desk.activities.create(activity | self._changes(type_) | self._about())

    def _made(self, type_: str, made: Mapping[str, Any], note: str = "") -> Outcome:
        """Keep what was made; of a conversation that is over it takes a call more to say so."""
        if self._invited(type_):
            note = "Krayin e-mails the customer, who takes part in it."
        changes = self._changes(type_)
        self._keep(made["id"], type_, changes | {"is_done": 0} if changes.get("is_done") else changes)
        self._check_clock(changes.get("schedule_from", ""), made.get("schedule_from"))
        outcome = self._say("created", made["id"], note)
        return self._update(made["id"], type_) if changes.get("is_done") else outcome

    def _check_clock(self, sent: str, shown: Any) -> None:
        """See that the time was taken for what it is meant as; else its next write is to say it anew."""
        zone = self.settings.server_zone
        if sent and zone and not is_shown_as(sent, shown, zone):
            self.desk.signs.note(shown, sent)
            message = f"Krayin's time zone is not as it was found (it shows {sent} as {shown})."
            raise SetUpAgain(message, fix=ZONE_FIX)

    def _update(self, activity_id: int, type_: str, *, relink: bool = False) -> Outcome:
        """Rewrite the activity, and link the person beside the lead; Krayin fails where one is gone."""
        changes = self._changes(type_)
        try:
            self.desk.activities.update(activity_id, changes | self._beside(relink=relink))
        except Missing as error:
            return self._deleted(activity_id, error)
        except Failed:
            if not self.customer.heal():
                raise
            self.desk.activities.update(activity_id, changes | self._beside(relink=True))
        self._keep(activity_id, type_, changes)
        return self._say("updated", activity_id)

    def _deleted(self, activity_id: int, error: Missing) -> Outcome:
        """Do as the settings say about an activity that was deleted in Krayin."""
        if self.link.id != activity_id:
            raise just_deleted(f"Activity {activity_id}") from error
        if self.settings.on_deleted == "leave":
            self.link.keep_as_gone()
            return self._left(DELETED)
        self.link.forget()
        return self._find_or_create()

    # What is written

    def _about(self) -> dict[str, int]:
        """Return whom the activity is about: Krayin links a new one to the lead, or else to the person."""
        return self.customer.lead() or self.customer.person()

    def _beside(self, *, relink: bool) -> dict[str, int]:
        """Return whom else the activity is to be linked to."""
        return self._about() if relink else self.customer.person() or self._about()

    def _invited(self, type_: str) -> tuple[int, ...]:
        """Return the persons who take part: none, unless the settings say that Krayin may e-mail them."""
        wanted = self.settings.invite_customers and type_ in MAILED
        return tuple(self.customer.person().values()) if wanted else ()

    def _changes(self, type_: str) -> dict[str, Any]:
        zone = self.settings.server_zone or "UTC"
        return conversation_to_changes(self.conversation, type_=type_, comment=self._comment(), zone=zone)

    def _comment(self) -> str:
        return conversation_to_comment(
            self.conversation,
            self.transcript.shown(private_notes=self.settings.private_notes),
            earlier=self.transcript.earlier,
            zone=self.settings.timezone,
            address=self.desk.context.conversation_url(self.conversation.id),
        )

    # What is kept, and what is told

    def _keep(self, activity_id: int, type_: str, changes: Mapping[str, Any]) -> None:
        done = bool(changes.get("is_done"))
        written = {"digest": _digest(changes), "type": type_, "done": done}
        self.link.keep(activity_id, written | self.transcript.to_keep())

    def _left(self, note: str = "") -> Outcome:
        return Outcome() if self.link.id is None else self._say("left", self.link.id, note)

    def _say(self, action: Action, activity_id: int, note: str = "") -> Outcome:
        """Tell what became of the activity, unless that was told, and return all that was done."""
        if not self.told.has(ACTIVITY):
            self.told.say(ACTIVITY, action, activity_id, note)
        return self.customer.brought + self.told.outcome()


def _refuses_type(refused: Rejected, type_: str) -> bool:
    """Whether Krayin has no place for an activity of this type: a meeting overlaps, or it knows no tasks."""
    unknown = isinstance(refused, Invalid) and refused.names("type")
    return type_ != NOTE and (unknown or isinstance(refused, Overlaps))


def _digest(changes: Mapping[str, Any]) -> str:
    return sha256(json.dumps(changes, sort_keys=True).encode()).hexdigest()
