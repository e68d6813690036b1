"""A Chatwoot conversation in Krayin's words: an activity in the timeline of its lead."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from crmhost import Conversation, Message

from .markup import TEXT_LIMIT, escaped, one_line, paragraph, shortened, size, strong
from .message import messages_to_html
from .schedule import conversation_to_schedule, time_to_text

NOTE = "note"
MAILED = ("call", "meeting", "lunch")
"""The types whose participants Krayin e-mails, at each change (by the workflows it is seeded with)."""
OURS = "Written by crmhost; notes of your own belong in activities of their own."
_FACT_LIMIT = 2_000
_LOCATION_LIMIT = 255


def conversation_to_reference(conversation: Conversation, *, name: str, account_id: int) -> str:
    """Return the activity's title, by which it is found again: one for each conversation of each Chatwoot."""
    return f"{name} conversation {account_id}/{conversation.id}"


def conversation_to_type(conversation: Conversation, types: Mapping[str, str]) -> str:
    """Return the type of activity for the conversation's channel; what has no time can only be a note."""
    type_ = types.get(_channel(conversation).lower(), NOTE)
    return type_ if conversation_to_schedule(conversation, zone="UTC") else NOTE


def conversation_to_activity(
    conversation: Conversation, *, type_: str, reference: str, invited: Sequence[int] = ()
) -> dict[str, Any]:
    """Return what a new activity has once and for all, without whom it is about.

    ``invited`` are the ids of the persons who take part.
    """
    where = conversation_to_location(conversation)
    return {
        "type": type_,
        "title": reference,
        "additional": json.dumps({"ref": reference}),
        **({"location": where} if where else {}),
        **({"participants": {"persons": list(invited)}} if invited else {}),
    }


def conversation_to_changes(
    conversation: Conversation, *, type_: str, comment: str, zone: str
) -> dict[str, Any]:
    """Return what of an activity follows the conversation; a note has no times and is always done.

    ``zone`` is the Krayin server's.
    """
    if type_ == NOTE:
        return {"comment": comment}
    schedule = conversation_to_schedule(conversation, zone=zone)
    return {"comment": comment, **schedule, "is_done": int(conversation.status == "resolved")}


def conversation_to_comment(
    conversation: Conversation,
    messages: Sequence[Message] = (),
    *,
    earlier: int = 0,
    zone: str = "UTC",
    address: str | None = None,
) -> str:
    """Return the activity's text: how the conversation stands, and as many of its messages as fit.

    ``messages`` are the oldest first; ``earlier`` says how many came before them. ``zone`` is that of
    the times, ``address`` where people see the conversation in Chatwoot.
    """
    facts = _facts(conversation, zone, address)
    room = TEXT_LIMIT - size(facts)
    return facts + messages_to_html(messages, room=room, zone=zone, earlier=earlier, address=address)


def conversation_to_location(conversation: Conversation) -> str:
    """Return where the conversation was held: the page, or else the inbox."""
    page = one_line(conversation.additional_attributes.get("referer"))
    inbox = f"Inbox {conversation.inbox_id}" if conversation.inbox_id else ""
    return (page or inbox)[:_LOCATION_LIMIT]


def status_to_html(status: str) -> str:
    """Return the line that says how a conversation stands."""
    return f"{strong('Status:')} {escaped(shortened(one_line(status), _FACT_LIMIT))}"


def _facts(conversation: Conversation, zone: str, address: str | None) -> str:
    """Return the lines above the messages; what is not known has none.

    The address is spelt out: Krayin shows a link like any other words.
    """
    facts = {
        "Channel:": _channel(conversation),
        "Agent:": conversation.assignee,
        "Team:": conversation.team,
        "Labels:": ", ".join(conversation.labels),
        "Priority:": conversation.priority,
        "Began:": time_to_text(conversation.created_at, zone) if conversation.created_at else "",
        "Page:": conversation.additional_attributes.get("referer"),
        "In Chatwoot:": address,
    }
    lines = [
        f"{strong(name)} {escaped(shortened(value, _FACT_LIMIT))}"
        for name, fact in facts.items()
        if (value := one_line(fact))
    ]
    return paragraph(status_to_html(conversation.status), *lines, escaped(OURS))


def _channel(conversation: Conversation) -> str:
    """Return the channel as people call it: ``WebWidget`` of ``Channel::WebWidget``."""
    return (conversation.channel or "").rpartition("::")[2]
