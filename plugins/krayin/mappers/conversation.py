"""A Chatwoot conversation in Krayin's words: a note in the timeline of its lead."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from crmhost import Conversation

from .markup import escaped, one_line, paragraph, shortened, size, strong
from .message import is_shown, message_to_html, time_to_text

COMMENT_LIMIT = 65_535
"""Bytes of a comment that Krayin keeps; it cuts the rest without a word."""
_FACT_LIMIT = 2_000


def conversation_to_reference(conversation: Conversation, *, name: str, account_id: int) -> str:
    """Return the note's title, by which it is found again: one for each conversation of each Chatwoot."""
    return f"{name} conversation {account_id}/{conversation.id}"


def conversation_to_activity(*, reference: str, comment: str) -> dict[str, Any]:
    """Return the payload that makes a conversation's note, without whom it is about."""
    return {
        "type": "note",
        "title": reference,
        "comment": comment,
        "additional": json.dumps({"ref": reference}),
    }


def conversation_to_messages(
    conversation: Conversation, earlier: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the conversation's messages as HTML by id, the oldest first, as many as fit in a note.

    A webhook brings the last message only, so what other ones brought is carried along, in the order
    of the ids: webhooks come in any.
    """
    room = COMMENT_LIMIT - size(_facts(conversation))
    shown = {str(message.id): message for message in conversation.messages if is_shown(message)}
    every = dict(earlier or {}) | {key: message_to_html(shown[key], room=room) for key in shown}
    kept: dict[str, str] = {}
    for key, html in sorted(every.items(), key=lambda item: int(item[0]), reverse=True):
        room -= size(html)
        if room < 0:
            break
        kept[key] = html
    return dict(reversed(kept.items()))


def conversation_to_comment(conversation: Conversation, messages: Mapping[str, str]) -> str:
    """Return the note's text: how the conversation stands, and its messages."""
    return _facts(conversation) + "".join(messages.values())


def status_to_html(status: str) -> str:
    """Return the line that says how a conversation stands."""
    return f"{strong('Status:')} {escaped(one_line(status))}"


def _facts(conversation: Conversation) -> str:
    """Return the lines above the messages; what is not known has none."""
    facts = {
        "Channel:": (conversation.channel or "").rpartition("::")[2],
        "Agent:": conversation.assignee,
        "Team:": conversation.team,
        "Labels:": ", ".join(conversation.labels),
        "Priority:": conversation.priority,
        "Began:": time_to_text(conversation.created_at) if conversation.created_at else "",
        "Page:": conversation.additional_attributes.get("referer"),
    }
    lines = [
        f"{strong(name)} {escaped(shortened(value, _FACT_LIMIT))}"
        for name, fact in facts.items()
        if (value := one_line(fact))
    ]
    return paragraph(status_to_html(conversation.status), *lines)
