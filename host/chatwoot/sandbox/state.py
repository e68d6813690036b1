"""What the sandbox holds: rows by table, and the events that wait to be sent."""

from __future__ import annotations

import itertools
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
Change = tuple[Any, Any]
"""What a column was, and what it is."""


@dataclass
class Contact:
    """A customer. Times are unix seconds."""

    id: int
    name: str
    email: str | None = None
    phone_number: str | None = None
    identifier: str | None = None
    blocked: bool = False
    additional_attributes: Json = field(default_factory=dict)
    custom_attributes: Json = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)
    source_ids: dict[int, str] = field(default_factory=dict)
    """By inbox."""
    created_at: float = 0.0
    updated_at: float = 0.0
    last_activity_at: float | None = None


@dataclass
class Conversation:
    """A conversation; ``id`` is the display id."""

    id: int
    contact_id: int
    inbox_id: int
    status: str = "open"
    labels: list[str] = field(default_factory=list)
    assignee_id: int | None = None
    priority: str | None = None
    custom_attributes: Json = field(default_factory=dict)
    additional_attributes: Json = field(default_factory=dict)
    created_at: float = 0.0
    updated_at: float = 0.0
    last_activity_at: float = 0.0
    first_reply_at: float | None = None
    waiting_since: float | None = None


@dataclass
class Message:
    """A message; ``kind`` is 0 incoming, 1 outgoing, 2 a note of Chatwoot's own, 3 a template."""

    id: int
    conversation_id: int
    content: str | None
    kind: int
    private: bool = False
    sender_id: int | None = None
    """The contact's for an incoming one, else the agent's."""
    attachments: list[Json] = field(default_factory=list)
    created_at: float = 0.0


@dataclass
class User:
    """An agent or administrator of the account."""

    id: int
    name: str
    email: str
    role: str = "agent"


@dataclass
class Webhook:
    """A webhook of the account; Chatwoot before 4.11.2 had no secret."""

    id: int
    url: str
    subscriptions: list[str]
    name: str = ""
    secret: str | None = None


@dataclass(frozen=True)
class Event:
    """Something that happened: its webhook's body is made when it is sent, from what is there then."""

    name: str
    table: Literal["contacts", "conversations", "messages"]
    id: int
    changed: dict[str, Change] | None = None


class State:
    """One account with all that is in it."""

    def __init__(self, account_id: int, clock: Callable[[], float] = time.time) -> None:
        self.account = {"id": account_id, "name": "Acme Support"}
        self.others: list[Json] = []
        """Accounts that its users are in too, as ``{"id": 4, "name": "Acme Labs"}``; nothing is there."""
        self.contacts: dict[int, Contact] = {}
        self.conversations: dict[int, Conversation] = {}
        self.messages: dict[int, Message] = {}
        self._said: dict[int, list[Message]] = {}
        self.webhooks: dict[int, Webhook] = {}
        self.dashboard_apps: dict[int, Json] = {}
        self.users: dict[int, User] = {7: User(7, "Sam Rivera", "sam@acme.example")}
        self.tokens: dict[str, int] = {}
        self.inboxes: dict[int, Json] = {12: {"name": "Website", "channel_type": "Channel::WebWidget"}}
        self.events: list[Event] = []
        self.lock = threading.RLock()
        self.clock = clock
        self._ids = {
            "contacts": itertools.count(5821),
            "conversations": itertools.count(731),
            "messages": itertools.count(40211),
            "webhooks": itertools.count(21),
            "dashboard_apps": itertools.count(5),
            "users": itertools.count(31),
        }

    def new_id(self, table: str) -> int:
        """Return the next id of a table."""
        return next(self._ids[table])

    def raise_event(
        self, name: str, table: Any, row_id: int, changed: dict[str, Change] | None = None
    ) -> None:
        """Note an event to be sent."""
        self.events.append(Event(name, table, row_id, changed))

    def make_token(self, role: str = "administrator", name: str = "CRM Host") -> str:
        """Return a token for a new user of this role."""
        user = User(self.new_id("users"), name, f"{name.lower().replace(' ', '-')}@acme.example", role)
        self.users[user.id] = user
        token = secrets.token_urlsafe(18)
        self.tokens[token] = user.id
        return token

    def add_message(self, row: Message) -> None:
        """Keep a message."""
        self.messages[row.id] = row
        self._said.setdefault(row.conversation_id, []).append(row)

    def messages_of(self, conversation_id: int) -> list[Message]:
        """Return a conversation's messages, the oldest first."""
        return self._said.get(conversation_id, [])
