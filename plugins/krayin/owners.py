"""Whose a lead is: the Krayin user with the e-mail address of the conversation's agent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from crmhost import Conversation

from .desk import Desk


def owner_of(desk: Desk, conversation: Conversation | None) -> int | None:
    """Return the Krayin user who is the conversation's agent, if there is one and leads are to be theirs."""
    if conversation is None or not desk.settings.assignee_owns_lead:
        return None
    email = agent_email(desk, conversation)
    if not email:
        return None
    users = active(desk.lookups.users())
    return next((user["id"] for user in users if str(user.get("email")).lower() == email), None)


def active(users: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the users who may sign in to Krayin."""
    return [user for user in users if user.get("status")]


def agent_email(desk: Desk, conversation: Conversation) -> str:
    """Return the agent's address: as it was said, as Chatwoot's API has it, or as an answer was signed."""
    if conversation.assignee is None and conversation.assignee_id is None:
        return ""
    email = conversation.assignee_email
    if not email and desk.chatwoot and conversation.assignee_id is not None:
        email = desk.chatwoot.agents().get(conversation.assignee_id)
    return (email or _signed(conversation)).lower()


def _signed(conversation: Conversation) -> str:
    """Return the address of an answer by the agent; a webhook's message says it, its assignee does not."""
    answers = (message for message in conversation.messages if message.direction == "outgoing")
    signed = (answer.sender_email for answer in answers if answer.sender == conversation.assignee)
    return next(filter(None, signed), "")
