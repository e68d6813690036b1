"""A connection to a LeadSquared in this process, worked as the host works it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import structlog

from crmhost import Contact, Context, Conversation, Http, Links, Outcome
from crmhost.testing import LinksInMemory, Stage
from crmhost_leadsquared_reference import (
    LeadSquaredSettings,
    handle_contact,
    handle_conversation_created,
    handle_conversation_resolved,
    setup,
)
from crmhost_leadsquared_reference.sandbox import LeadSquaredSandbox
from crmhost_leadsquared_reference.sandbox.account import Account
from crmhost_leadsquared_reference.stand_in import LeadSquaredStandIn

from ..krayin.connection import Chatwoot as Known
from ..krayin.crm import contact, conversation

URL = "http://leadsquared.test"
JANE = contact(5821, name="Jane Doe", email="jane.doe@example.com", phone="+447700900123")
CREATE, UPDATE, POST = (
    "POST /v2/LeadManagement.svc/Lead.CreateOrUpdate",
    "POST /v2/LeadManagement.svc/Lead.Update",
    "POST /v2/ProspectActivity.svc/Create",
)
"""Requests whose answers may get lost."""


class Chatwoot(Known):
    """Chatwoot's API; what is kept there is shown."""

    def mirror(self, contact_id: int, ids: Mapping[str, str]) -> bool:
        self.kept: Mapping[str, Any] = {"contact_id": contact_id, **ids}
        return True


class Connection:
    """A connection that was set up; ``calls`` says what the last delivery took."""

    def __init__(self, client: httpx.Client, stage: Stage, **given: Any) -> None:
        self.stand_in = LeadSquaredStandIn()
        self.sandbox: LeadSquaredSandbox = self.stand_in.sandbox
        self.account: Account = self.sandbox.account
        self.stage = stage
        stage.app, stage.lost = self.sandbox, None
        self.store = LinksInMemory()
        self.chatwoot: Chatwoot | None = None
        self.chatwoot_url: str | None = None
        self.calls: list[str] = []
        self._client = client
        self._given = {**self.stand_in.settings(URL), **given}
        self.report: dict[str, str] = {}
        self.settings = LeadSquaredSettings(**self._given)
        self.set_up()

    def set_up(self, *, read_only: bool = False, **changed: Any) -> None:
        """Call setup with what was given, and keep what it found."""
        self._given |= changed
        context = self.context(Links(), LeadSquaredSettings(**self._given), read_only=read_only)
        found = setup(context)
        self.report = {line.name: line.told for line in found.report}
        self.settings = LeadSquaredSettings(**self._given, **found.settings)

    def contact(self, contact: Contact) -> Outcome:
        return self._deliver(handle_contact, contact=contact)

    def created(self, conversation: Conversation) -> Outcome:
        return self._deliver(handle_conversation_created, conversation=conversation)

    def resolved(self, conversation: Conversation) -> Outcome:
        return self._deliver(handle_conversation_resolved, conversation=conversation)

    def context(
        self, links: Links, settings: LeadSquaredSettings | None = None, *, read_only: bool = False
    ) -> Context[LeadSquaredSettings]:
        return Context(
            connection_id=1,
            account_id=3,
            settings=settings or self.settings,
            links=links,
            http=Http(self._client),
            log=structlog.get_logger(),
            chatwoot=self.chatwoot,
            chatwoot_url=self.chatwoot_url,
            read_only=read_only,
        )

    def _deliver(self, hook: Any, **record: Any) -> Outcome:
        links = self.store.open()
        context = self.context(links)
        try:
            outcome: Outcome = hook(context, **record)
        finally:
            self.store.commit(links)  # a failed attempt's links are kept too
            self.calls = [f"{call.method} {call.path.rpartition('/')[2]}" for call in context.http.calls]
        return outcome

    # What LeadSquared's own people see and do

    def lead(self) -> dict[str, str]:
        """Return the only lead there is."""
        (lead,) = self.account.leads.values()
        return lead

    def lead_of(self, sender: Contact) -> dict[str, str]:
        """Return the lead of a contact."""
        link = self.store.known[f"contact:{sender.id}", "lead"]
        return self.account.leads[link.remote_id]

    def notes(self) -> list[str]:
        return [one["ActivityNote"] for one in self.account.activities]

    def has(self, **lead: str) -> str:
        """Have a lead of the sales team's; return its id."""
        return self.account.create_or_update(dict(lead))


def told(outcome: Outcome) -> list[str]:
    """Return ``lead created`` and such."""
    return [f"{change.kind} {change.action}" for change in outcome.changes]


def opened(number: int = 731, sender: Contact = JANE, **fields: Any) -> Conversation:
    return conversation(number, sender, **{"channel": "Channel::WebWidget", **fields})


def said(number: int, content: str, *, agent: bool = False) -> dict[str, Any]:
    """Return a message as Chatwoot sends it."""
    who = {"name": "Sam"} if agent else {"name": "Jane"}
    return {"id": number, "content": content, "message_type": int(agent), "sender": who}


def ended(*messages: Mapping[str, Any], **fields: Any) -> Conversation:
    return opened(status="resolved", messages=list(messages), **fields)
