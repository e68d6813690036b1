"""Chatwoot's messages as the transcript in a note: whole ones, the newest, as many as there is room for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crmhost import Attachment, Message

from .markup import escaped, one_line, paragraph, paragraphs, shortened, size, strong
from .schedule import time_to_text

UNKNOWN_SENDERS = {"incoming": "Customer", "outgoing": "Agent", "template": "Chatwoot"}
_NAME_LIMIT, _FILE_LIMIT, _MOST_FILES = 500, 2_000, 15
"""Bytes of a sender's name and of a file's line, and lines of files: Chatwoot itself takes 15 files."""
_LEAST = 500
"""Bytes below which the beginning of a message that is too long is not worth showing."""


def messages_to_html(
    messages: Sequence[Message], *, room: int, zone: str, earlier: int = 0, address: str | None = None
) -> str:
    """Return the transcript in at most ``room`` bytes, and say what is left out of it.

    ``messages`` are the oldest first; ``earlier`` came before them and are known by number only.
    ``address`` is where all of them can be read.
    """
    kept = _newest(messages, room, zone)
    if not earlier and len(kept) == len(messages):
        return "".join(kept)
    room -= size(_left_out(earlier + len(messages), address))
    kept = _newest(messages, room, zone)
    return _left_out(earlier + len(messages) - len(kept), address) + "".join(kept)


def message_to_html(message: Message, *, zone: str, room: int | None = None) -> str:
    """Return who wrote, when and what, and the addresses of files; the text is cut to fit ``room`` bytes."""
    head, files = paragraph(_head(message, zone)), _files(message.attachments)
    text = message.content or ""
    if room is None:
        return head + paragraphs(text) + files
    # Cut words are one paragraph, so that what they take can be told beforehand.
    left = room - size(head + paragraph() + files)
    return head + paragraph(escaped(shortened(text, max(left, 0)))) + files


def attachment_to_html(attachment: Attachment) -> str:
    """Return an attachment's kind, name and address in words: a link would look no different."""
    words = (f"{attachment.file_type}:", attachment.name or "", attachment.url or "without an address")
    return paragraph(escaped(shortened(one_line(" ".join(filter(None, words))), _FILE_LIMIT)))


def is_shown(message: Message, *, private_notes: bool = False) -> bool:
    """Whether a message belongs in the note: a deleted one and Chatwoot's own lines don't."""
    return (
        not message.deleted
        and message.direction in UNKNOWN_SENDERS
        and (private_notes or not message.private)
    )


def _newest(messages: Sequence[Message], room: int, zone: str) -> list[str]:
    """Return the newest messages that fit, whole and in their order; only one that never could is cut."""
    kept: list[str] = []
    left = room
    for message in reversed(messages):
        html = message_to_html(message, zone=zone)
        if size(html) > room and left > _LEAST:
            html = message_to_html(message, zone=zone, room=left)
        if size(html) > left:
            break
        kept.append(html)
        left -= size(html)
    return kept[::-1]


def _left_out(count: int, address: str | None) -> str:
    what = "1 earlier message is" if count == 1 else f"{count} earlier messages are"
    return paragraph(escaped(f"{what} left out: {address or 'see Chatwoot'}"))


def _head(message: Message, zone: str) -> str:
    name = one_line(message.sender) or UNKNOWN_SENDERS.get(message.direction, "")
    who = strong(shortened(name, _NAME_LIMIT)) + (" (private note)" if message.private else "")
    return f"{who}, {time_to_text(message.created_at, zone)}" if message.created_at else who


def _files(attachments: Iterable[Attachment]) -> str:
    lines = list(map(attachment_to_html, attachments))
    more = len(lines) - _MOST_FILES
    return "".join(lines[:_MOST_FILES]) + (paragraph(f"and {more} more files") if more > 0 else "")
