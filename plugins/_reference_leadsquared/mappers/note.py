"""A Chatwoot conversation in LeadSquared's words: the notes of two activities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from crmhost import Conversation, Message

LIMIT = 2000
"""Characters that a note may have."""
LEAST = 100
"""Characters below which the beginning of a message is not worth showing."""


@dataclass(frozen=True)
class Style:
    """What a note is written with: the brand, the zone of its times, the conversation's page in Chatwoot."""

    brand: str
    zone: str
    address: str | None


def conversation_to_note(conversation: Conversation, style: Style) -> str:
    """Return the note that a conversation began."""
    head = f"New conversation started on {style.brand}"
    return _cut(f"{head}\n\n{_facts(conversation, style)}", LIMIT)


def conversation_to_transcript(conversation: Conversation, messages: Sequence[Message], style: Style) -> str:
    """Return the note of what was said, the newest message first, as many as there is room for."""
    if not messages:
        return "No messages in conversation"
    facts = f"Conversation Transcript from {style.brand}\n\n{_facts(conversation, style)}"
    head = _cut(facts, LIMIT // 2) + "\n\nTranscript:\n"
    texts = [message_to_text(message, conversation.contact.id, style.zone) for message in reversed(messages)]
    return head + _fitting(texts, LIMIT - _size(head))


def message_to_text(message: Message, contact_id: int, zone: str) -> str:
    """Return when who wrote what, and what kinds of files came with it."""
    stranger = f"Contact {contact_id}" if message.direction == "incoming" else "System"
    when = f"[{_time(message.created_at, zone, '%Y-%m-%d %H:%M')}] " if message.created_at else ""
    text = f"{when}{message.sender or stranger}: {message.content or '[No content]'}"
    files = ", ".join(f"[Attachment: {file.file_type}]" for file in message.attachments)
    return f"{text}\n{files}" if files else text


def is_shown(message: Message) -> bool:
    """Whether a message belongs in a transcript: what customers and agents said to each other."""
    return not (message.private or message.deleted) and message.direction in {"incoming", "outgoing"}


def _facts(conversation: Conversation, style: Style) -> str:
    """Return the lines that tell a conversation; webhooks name its channel, not its inbox."""
    channel = (conversation.channel or "").rpartition("::")[2]
    facts = {
        "Channel": channel,
        "Created": _time(conversation.created_at, style.zone, "%Y-%m-%d %H:%M:%S"),
        "Conversation ID": str(conversation.id),
        f"View in {style.brand}": style.address,
    }
    return "\n".join(f"{name}: {fact}" for name, fact in facts.items() if fact)


def _fitting(texts: Sequence[str], room: int) -> str:
    """Return the texts that fit; the first that does not is cut, and those after it are counted."""
    whole = "\n\n".join(texts)
    if _size(whole) <= room:
        return whole
    room -= _size(_left_out(len(texts)))
    kept: list[str] = []
    for text in texts:
        if room < LEAST:
            break
        kept.append(_cut(text, room))
        room -= _size(text) + 2
    return "\n\n".join(kept) + _left_out(len(texts) - len(kept))


def _left_out(count: int) -> str:
    return f"\n\n(earlier messages left out: {count})" if count else ""


def _cut(text: str, room: int) -> str:
    """Return the text, or as much of its beginning as there is room for."""
    if _size(text) <= room:
        return text
    return text.encode("utf-16-le", "surrogatepass")[: 2 * (room - 1)].decode("utf-16-le", "ignore") + "…"


def _time(moment: datetime | None, zone: str, form: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime(form) if moment else ""


def _size(text: str) -> int:
    """Return the length as those count who count most: an emoji is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
