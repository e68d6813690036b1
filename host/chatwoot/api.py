"""Chatwoot's API for one connection: what a hook is handed, and what the host itself asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ..models import Contact
from .account import Account, Agents
from .contacts import Contacts
from .conversations import Conversations
from .dashboard_apps import DashboardApps
from .transport import Transport, read
from .webhooks import Webhooks

if TYPE_CHECKING:
    from ..http import Http
    from ..models import Conversation, Inbox, Message


class ChatwootAPI:
    """Implements ``crmhost.Chatwoot``; the resources beside it are the host's own business."""

    def __init__(
        self, http: Http, url: str, token: str, account_id: int, *, agents: Agents | None = None
    ) -> None:
        transport = Transport(http, url, token, account_id)
        self.account = Account(transport, account_id)
        self.all_contacts = Contacts(transport)
        self.all_conversations = Conversations(transport)
        self.webhooks = Webhooks(transport)
        self.dashboard_apps = DashboardApps(transport)
        self._agents = agents or Agents()
        self._key = (url, account_id)

    def contact(self, contact_id: int) -> Contact | None:
        """Return the contact as it is now, with its labels, or None where it is gone."""
        return self.all_contacts.one(contact_id)

    def contacts(self) -> Iterator[Contact]:
        """Yield every contact that has an e-mail, a phone or an identifier; without labels."""
        for row in self.all_contacts.rows():
            yield read(Contact, row, f"contact {row.get('id')}")

    def conversation(self, conversation_id: int) -> Conversation | None:
        """Return the conversation of this display id as it is now, or None."""
        return self.all_conversations.one(conversation_id)

    def messages(self, conversation_id: int) -> tuple[Message, ...]:
        """Return all messages of a conversation, the oldest first, private ones included."""
        return self.all_conversations.messages(conversation_id)

    def inboxes(self) -> tuple[Inbox, ...]:
        """Return the account's inboxes that the token's user sees: an administrator sees all."""
        return self.account.inboxes()

    def agents(self) -> Mapping[int, str]:
        """Return each agent's e-mail address, by the agent's id; cached for ten minutes."""
        return self._agents.of(self._key, self.account.agents)

    def mirror(self, contact_id: int, ids: Mapping[str, str]) -> bool:
        """Keep these in the contact's ``additional_attributes.external``, beside what is there."""
        return self.all_contacts.mirror(contact_id, ids)
