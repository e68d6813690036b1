"""Jane's conversation as tests tell it, and a connection that can ask Chatwoot for what was said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import httpx

from crmhost import Contact, Context, Conversation, Inbox, Links, Message, Outcome
from crmhost.testing import Stage
from crmhost_krayin import KrayinSettings
from crmhost_krayin.conversations import note_messages, note_reopened
from crmhost_krayin.desk import desk_for
from crmhost_krayin.sandbox import KrayinSandbox

from .crm import FOUND, PROFILES, Desk, contact, conversation, facts

JANE = contact(5821, name="Jane Doe", email="jane.doe@example.com", phone="+447700900123")
HELLO = {
    "id": 40211,
    "content": "Do you offer <b>discounts</b>?",
    "message_type": 0,
    "sender": {"name": "Jane"},
}
ANSWER = {"id": 40215, "content": "Yes - 15%.", "message_type": 1, "sender": {"name": "Sam"}}
REFERENCE = "Chatwoot conversation 3/731"
ADDRESS = "https://chat.example.com/app/accounts/3/conversations/731"


def opened(number: int = 731, sender: Contact = JANE, **fields: Any) -> Conversation:
    return conversation(number, sender, **{"messages": [HELLO], **fields})


def ended(number: int = 731, sender: Contact = JANE, **fields: Any) -> Conversation:
    given = {
        "status": "resolved",
        "messages": [ANSWER],
        "meta": {"assignee": {"name": "Sam Rivera"}},
        "labels": ["pricing"],
    }
    return conversation(number, sender, **{**given, **fields})


def saying(*messages: Mapping[str, Any], **fields: Any) -> Conversation:
    """Return the conversation as a webhook about a message shows it."""
    return conversation(731, JANE, messages=list(messages), **fields)


def activities(desk: Desk) -> list[Any]:
    """Return the activities that are not Krayin's own log of changes."""
    return [row for row in desk.state.activities.values() if row["type"] != "system"]


class Chatwoot:
    """Chatwoot's API, as far as conversations need it; ``asked`` counts."""

    def __init__(self, *messages: Mapping[str, Any]) -> None:
        self.said = messages
        self.asked = 0

    def messages(self, conversation_id: int) -> tuple[Message, ...]:
        assert conversation_id == 731
        self.asked += 1
        return tuple(map(Message.model_validate, self.said))

    def contact(self, contact_id: int) -> Contact | None:
        raise NotImplementedError

    def contacts(self) -> Iterator[Contact]:
        raise NotImplementedError

    def conversation(self, conversation_id: int) -> Conversation | None:
        raise NotImplementedError

    def inboxes(self) -> tuple[Inbox, ...]:
        raise NotImplementedError

    def agents(self) -> Mapping[int, str]:
        raise NotImplementedError

    def mirror(self, contact_id: int, ids: Mapping[str, str]) -> bool:
        raise NotImplementedError


@dataclass
class TalkDesk(Desk):
    """A desk that may ask Chatwoot, and to which changes of a conversation are delivered."""

    chatwoot: Chatwoot | None = None
    chatwoot_url: str | None = None

    def context(self, links: Links, settings: KrayinSettings | None = None) -> Context[KrayinSettings]:
        plain = super().context(links, settings)
        return replace(plain, chatwoot=self.chatwoot, chatwoot_url=self.chatwoot_url)

    def with_settings(self, **settings: Any) -> TalkDesk:
        return replace(self, settings={**self.settings, **settings}, calls=[])

    def said(self, conversation: Conversation) -> Outcome:
        return self._deliver(
            lambda context, conversation: note_messages(desk_for(context, ""), conversation),
            conversation=conversation,
        )

    def reopened(self, conversation: Conversation) -> Outcome:
        return self._deliver(
            lambda context, conversation: note_reopened(desk_for(context, ""), conversation),
            conversation=conversation,
        )


def acquainted(desk: Desk) -> TalkDesk:
    """Return the desk once Jane is a person with a lead."""
    made = TalkDesk(desk.url, desk.stage, desk.sandbox, desk.pool, desk.settings)
    made.contact(JANE)
    return made


def desk_at(stage: Stage, url: str, pool: httpx.Client, profile: str, **sandbox: Any) -> Desk:
    """Return a desk at one Krayin, which a test is about."""
    krayin, rest = PROFILES[profile]
    made = KrayinSandbox(krayin=krayin, rest=rest, **sandbox)
    stage.app, stage.lost = made, None
    settings = {"api_url": url, "api_token": made.make_token(), **FOUND, "facts": facts(krayin, rest)}
    return Desk(url, stage, made, pool, settings)
