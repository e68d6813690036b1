"""A Chatwoot message as a part of a note."""

from __future__ import annotations

from datetime import UTC, datetime

from crmhost import Attachment, Message

from .markup import escaped, paragraph, paragraphs, shortened, size, strong

UNKNOWN_SENDERS = {"incoming": "Customer", "outgoing": "Agent", "template": "Chatwoot"}


def message_to_html(message: Message, *, room: int) -> str:
    """Return who wrote, when and what, and the addresses of files; the text is cut to fit ``room`` bytes."""
    head = paragraph(_head(message))
    files = "".join(map(attachment_to_html, message.attachments))
    left = room - size(head + files)
    text = message.content or ""
    body = paragraphs(text)
    if size(body) > left:  # cut words are one paragraph, so that what they take can be told beforehand
        body = paragraph(escaped(shortened(text, max(left - size(paragraph()), 0))))
    return head + body + files


def attachment_to_html(attachment: Attachment) -> str:
    """Return an attachment's kind, name and address in words: a link would look no different."""
    words = (f"{attachment.file_type}:", attachment.name or "", attachment.url or "without an address")
    return paragraph(escaped(" ".join(filter(None, words))))


def is_shown(message: Message) -> bool:
    """Whether a message belongs in the note: agents' private notes and Chatwoot's own lines don't."""
    return not message.private and message.direction in UNKNOWN_SENDERS


def time_to_text(moment: datetime) -> str:
    """Return a time as people read it, in the one time zone that is known here."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _head(message: Message) -> str:
    who = strong(message.sender or UNKNOWN_SENDERS.get(message.direction, ""))
    return f"{who}, {time_to_text(message.created_at)}" if message.created_at else who
