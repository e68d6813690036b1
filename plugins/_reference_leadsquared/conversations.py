"""A conversation becomes two activities of its customer's lead: that it began, and what was said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crmhost import Change, Conversation, Message, Outcome, SetUpAgain

from .clients.errors import Failed, LeadGone
from .contacts import replace_lead
from .desk import Desk
from .links import NOTE, TRANSCRIPT, ExternalId, activity_of, lead_of
from .mappers.note import Style, conversation_to_note, conversation_to_transcript, is_shown

LAST = "last_message"
"""Under which name it is kept with a transcript's link how far it went."""


@dataclass(frozen=True)
class Activity:
    """An activity to be posted: where its id goes, the code of its type, its text, what is kept with it."""

    link: ExternalId
    code: int | None
    text: str
    written: Mapping[str, Any] = field(default_factory=dict)


def note_conversation(desk: Desk, conversation: Conversation) -> Outcome:
    """Post that a conversation began, once."""
    if not desk.settings.enable_conversation_activity:
        return Outcome(ignored="The settings say not to note conversations.")
    link = activity_of(desk.context.links, conversation.id, NOTE)
    if link.id is not None:
        return Outcome((Change(NOTE, "left", link.id),))
    text = conversation_to_note(conversation, _style(desk, conversation))
    return _post(desk, conversation, Activity(link, desk.settings.facts.conversation_code, text))


def note_transcript(desk: Desk, conversation: Conversation) -> Outcome:
    """Post what was said; of a conversation that was reopened, what has been said since."""
    if not desk.settings.enable_transcript_activity:
        return Outcome(ignored="The settings say not to note transcripts.")
    link = activity_of(desk.context.links, conversation.id, TRANSCRIPT)
    last = link.written.get(LAST, -1)
    messages = [message for message in _messages(desk, conversation) if message.id > last]
    if link.id is not None and not messages:
        return Outcome((Change(TRANSCRIPT, "left", link.id),))
    text = conversation_to_transcript(conversation, messages, _style(desk, conversation))
    written = {LAST: max([last, *(message.id for message in messages)])}
    return _post(desk, conversation, Activity(link, desk.settings.facts.transcript_code, text, written))


def _messages(desk: Desk, conversation: Conversation) -> list[Message]:
    """Return what was said, the oldest first: the last message only, where Chatwoot can't be asked."""
    chatwoot = desk.context.chatwoot
    every = chatwoot.messages(conversation.id) if chatwoot else ()
    return list(filter(is_shown, every or conversation.messages))


def _style(desk: Desk, conversation: Conversation) -> Style:
    address = desk.context.conversation_url(conversation.id)
    return Style(desk.settings.brand, desk.settings.facts.timezone, address)


def _post(desk: Desk, conversation: Conversation, activity: Activity) -> Outcome:
    """Post an activity to the customer's lead; where that was deleted, to the one in its place."""
    lead = lead_of(desk.context.links, conversation.contact.id)
    if lead.id is None:
        said = (
            f"Conversation {conversation.id} is with contact {conversation.contact.id}, "
            "who is not in LeadSquared."
        )
        return Outcome(ignored=said)
    brought = Outcome()
    try:
        made = _posted(desk, lead.id, activity)
    except LeadGone:
        brought = replace_lead(desk, conversation.contact)
        made = _posted(desk, lead.id, activity)
    activity.link.keep(made, activity.written)
    return brought + Outcome((Change(activity.link.kind, "created", made),))


def _posted(desk: Desk, lead_id: str, activity: Activity) -> str:
    """Post an activity; return its id. A type that LeadSquared has not got is for setup to find or make."""
    missing = SetUpAgain(
        f"LeadSquared has no activity type for a {activity.link.kind}.", fix="It is made by itself."
    )
    if activity.code is None:
        raise missing
    try:
        with activity.link.creating(ask=desk.settings.in_doubt == "ask"):
            return desk.activities.post(lead_id, activity.code, activity.text)
    except Failed as error:
        if activity.code in desk.activities.types().values():
            raise
        raise missing from error
