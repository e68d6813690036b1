"""What was said in a conversation: Chatwoot is asked, or else its webhooks bring a message each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from crmhost import Conversation, Message

from .desk import Desk
from .mappers.markup import TEXT_LIMIT, plain, shortened, size
from .mappers.message import is_shown

MESSAGES, EARLIER = "messages", "earlier"


@dataclass(frozen=True)
class Transcript:
    """The messages of a conversation, the oldest first, and how many there were before them.

    A deleted message stays as an empty one, so that the webhook of its beginning, coming late, does not
    bring it back.
    """

    messages: tuple[Message, ...] = ()
    earlier: int = 0

    @classmethod
    def kept(cls, written: Mapping[str, Any]) -> Transcript:
        """Return the transcript that was kept with the activity's link."""
        messages = written.get(MESSAGES)
        listed = messages if isinstance(messages, list) else ()
        return cls(tuple(map(Message.model_validate, listed)), written.get(EARLIER, 0))

    def to_keep(self) -> dict[str, Any]:
        """Return the newest messages as JSON, as many as a comment can hold, and the number of the rest."""
        room = TEXT_LIMIT
        kept: list[dict[str, Any]] = []
        for message in reversed(self.messages):
            room -= size(message.model_dump_json(exclude_defaults=True))
            if room < 0 and kept:
                break
            kept.append(message.model_dump(mode="json", exclude_defaults=True))
        left_out = self.messages[: len(self.messages) - len(kept)]
        earlier = self.earlier + sum(not message.deleted for message in left_out)
        return {MESSAGES: kept[::-1], EARLIER: earlier}

    def with_news(self, brought: Iterable[Message], *, private_notes: bool) -> Transcript:
        """Return the transcript with these messages in their places: Chatwoot's ids are in order of time.

        What is older than all that is kept was counted once, and is left out.
        """
        messages = {message.id: message for message in self.messages}
        oldest = min(messages, default=0) if self.earlier else 0
        for message in brought:
            known = messages.get(message.id)
            wanted = message.deleted or is_shown(message, private_notes=private_notes)
            if wanted and message.id >= oldest and not (known and known.deleted):
                messages[message.id] = _slim(message)
        return Transcript(tuple(messages[key] for key in sorted(messages)), self.earlier)

    def shown(self, *, private_notes: bool) -> tuple[Message, ...]:
        """Return the messages that belong in the activity."""
        return tuple(one for one in self.messages if is_shown(one, private_notes=private_notes))


def transcript_of(desk: Desk, conversation: Conversation, written: Mapping[str, Any]) -> Transcript:
    """Return what was said as far as webhooks brought it: what was kept, and what this one brings."""
    if not desk.settings.transcript:
        return Transcript()
    kept = Transcript.kept(written)
    return kept.with_news(conversation.messages, private_notes=desk.settings.private_notes)


def whole_transcript(desk: Desk, conversation: Conversation, written: Mapping[str, Any]) -> Transcript:
    """Return all that was said, as Chatwoot has it now where it can be asked."""
    brought = transcript_of(desk, conversation, written)
    if desk.chatwoot is None or not desk.settings.transcript:
        return brought
    every = desk.chatwoot.messages(conversation.id)
    return Transcript().with_news(every, private_notes=desk.settings.private_notes) if every else brought


def _slim(message: Message) -> Message:
    """Return the message without what no transcript shows, and no longer than a comment."""
    if message.deleted:
        return Message(id=message.id, deleted=True)
    content = shortened(plain(message.content or "").strip(), TEXT_LIMIT)
    return message.model_copy(update={"content": content or None, "sender_email": None})
