"""A conversation becomes two activities of its customer's lead: that it began, and what was said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmhost import Change, Conversation, Message, Outcome, SetUpAgain

from .clients.errors import Failed, LeadGone
from .contacts import replace_lead
from .desk import Desk
from .links import CONVERSATION, TRANSCRIPT, ExternalId, activity_of, lead_of
from .mappers.note import conversation_to_note, conversation_to_transcript, is_shown

LAST = "last_message"
"""Under which name it is kept with a transcript's link how far it went."""


def note_conversation(desk: Desk, conversation: Conversation) -> Outcome:
    """Post that a conversation began, once."""
    if not desk.settings.enable_conversation_activity:
        return Outcome(ignored="The settings say not to note conversations.")
    link = activity_of(desk.context.links, conversation.id, CONVERSATION)
    if link.id is not None:
        return Outcome((Change(CONVERSATION, "left", link.id),))
    note = conversation_to_note(
        conversation,
        brand=desk.settings.brand,
        zone=desk.settings.facts.timezone,
        address=desk.context.conversation_url(conversation.id),
    )
    return _post(desk, conversation, link, desk.settings.facts.conversation_code, note, {})


def note_transcript(desk: Desk, conversation: Conversation) -> Outcome:
    """Post what was said; of a conversation that was reopened, what has been said since."""
    if not desk.settings.enable_transcript_activity:
        return Outcome(ignored="The settings say not to note transcripts.")
    link = activity_of(desk.context.links, conversation.id, TRANSCRIPT)
    last = link.written.get(LAST, -1)
    messages = [message for message in _messages(desk, conversation) if message.id > last]
    if link.id is not None and not messages:
        return Outcome((Change(TRANSCRIPT, "left", link.id),))
    note = conversation_to_transcript(
        conversation,
        messages,
        brand=desk.settings.brand,
        zone=desk.settings.facts.timezone,
        address=desk.context.conversation_url(conversation.id),
    )
    written = {LAST: max((message.id for message in messages), default=last)}
    return _post(desk, conversation, link, desk.settings.facts.transcript_code, note, written)


def _messages(desk: Desk, conversation: Conversation) -> list[Message]:
    """Return what was said, the oldest first: the last message only, where Chatwoot can't be asked."""
    chatwoot = desk.context.chatwoot
    every = chatwoot.messages(conversation.id) if chatwoot else ()
    return list(filter(is_shown, every or conversation.messages))


def _post(
    desk: Desk,
    conversation: Conversation,
    link: ExternalId,
    code: int | None,
    note: str,
    written: Mapping[str, Any],
) -> Outcome:
    """Post an activity to the customer's lead; where that was deleted, to the one in its place."""
    contact = conversation.contact
    if lead_of(desk.context.links, contact.id).id is None:
        who = f"contact {contact.id}, who is not in LeadSquared"
        return Outcome(ignored=f"Conversation {conversation.id} is with {who}.")
    brought = Outcome()
    try:
        made = _posted(desk, contact.id, link, code, note)
    except LeadGone:
        brought = replace_lead(desk, contact)
        made = _posted(desk, contact.id, link, code, note)
    link.keep(made, written)
    return brought + Outcome((Change(link.kind, "created", made),))


def _posted(desk: Desk, contact_id: int, link: ExternalId, code: int | None, note: str) -> str:
    """Post an activity; return its id. A type that was deleted in LeadSquared is for setup to make anew."""
    lead_id = lead_of(desk.context.links, contact_id).id or ""
    try:
        if code is None:
            raise Failed("No type is known.")
        with link.creating(ask=desk.settings.in_doubt == "ask"):
            return desk.activities.post(lead_id, code, note)
    except Failed as error:
        if code in desk.activities.types().values():
            raise
        raise SetUpAgain(f"LeadSquared has no activity type for a {link.kind}.") from error
