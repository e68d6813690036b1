"""A CRM in memory and its plugin: it does what a test tells it, and says what it was asked."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from crmhost import (
    Change,
    Contact,
    Context,
    Conversation,
    Costs,
    Outcome,
    PluginInfo,
    ReportLine,
    SetupResult,
    TryAgain,
    hookimpl,
)
from crmhost.plugins import Plugin, Plugins, load


class FakeSettings(BaseModel):
    """What the fake takes."""

    model_config = ConfigDict(extra="forbid")

    token: SecretStr
    pipeline: int | None = Field(None, json_schema_extra={"visible": True})


Step = Callable[[], None]


@dataclass
class FakeCRM:
    """Customers and notes by number; ``troubles`` are raised or run, one a call, before the CRM writes."""

    customers: list[tuple[int, str | None]] = field(default_factory=list)
    notes: list[tuple[int, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    troubles: list[Exception | Step | None] = field(default_factory=list)
    after: list[Exception | Step | None] = field(default_factory=list)
    """Like ``troubles``, but once the CRM has written."""
    chatwoot: bool | None = None
    """Whether it was told, when asked what it wants, that Chatwoot's API can be asked."""
    wanted: set[str] | Exception = field(default_factory=set)
    """The changes that its rules are about."""
    said: list[str | None] = field(default_factory=list)
    """The messages it was told of."""
    pipeline: int = 7
    """What setup finds, where none is given."""
    pipelines: list[int | None] = field(default_factory=list)
    """What the hooks were handed of that."""
    budget: int = 0
    """The calls it allows in a minute, if any number is too many."""
    name: str = field(default_factory=lambda: uuid.uuid4().hex)
    slow: float = 0.0
    """Seconds that each call takes."""
    url: str = ""
    """Where it is asked over HTTP, if it is."""
    costs: Costs | None = None
    """What it says that its work takes."""
    owners: list[tuple[str, ...]] = field(default_factory=list)
    """Whose customer 1 was, at each contact."""

    report: tuple[ReportLine, ...] = ()
    """What setup has to say."""

    def plugin(self) -> Plugin:
        return load("fake", Hooks(self), "crmhost-fake", "1.0")

    def plugins(self) -> Plugins:
        return Plugins({"fake": self.plugin()})


class Hooks:
    """The plugin's hooks."""

    def __init__(self, crm: FakeCRM) -> None:
        self._crm = crm

    @hookimpl
    def info(self) -> PluginInfo:
        return PluginInfo("Fake CRM", FakeSettings, ("customer", "note"))

    @hookimpl
    def setup(self, context: Context[FakeSettings]) -> SetupResult:
        self._strike(self._crm.troubles)
        return SetupResult({"pipeline": context.settings.pipeline or self._crm.pipeline}, self._crm.report)

    @hookimpl
    def handle_contact(self, context: Context[FakeSettings], contact: Contact) -> Outcome:
        self._crm.asked.append(f"contact {contact.name}")
        if not contact.identifiable:
            return Outcome(ignored="Nobody knows who that is.")
        self._crm.pipelines.append(context.settings.pipeline)
        context.links.claim(self._crm.name, *filter(None, (contact.email, contact.phone)))
        told = self._write(context, f"contact:{contact.id}", "customer", self._crm.customers, contact.name)
        self._crm.owners.append(context.links.records_of("customer", 1))
        return told

    @hookimpl
    def handle_conversation_created(
        self, context: Context[FakeSettings], conversation: Conversation
    ) -> Outcome:
        return self._note(context, conversation, "began")

    @hookimpl
    def handle_conversation_resolved(
        self, context: Context[FakeSettings], conversation: Conversation
    ) -> Outcome:
        return self._note(context, conversation, "resolved")

    @hookimpl
    def handle_conversation_changed(
        self, context: Context[FakeSettings], conversation: Conversation, changed: AbstractSet[str]
    ) -> Outcome:
        if "message" in changed:
            self._crm.said += [message.content for message in conversation.messages]
        return self._note(context, conversation, f"changed {' '.join(sorted(changed))}")

    @hookimpl
    def forget_contact(
        self, context: Context[FakeSettings], contact_id: int, conversation_ids: Sequence[int]
    ) -> Outcome:
        self._crm.asked.append(f"forget {contact_id} {list(conversation_ids)}")
        self._strike(self._crm.troubles)
        link = context.links.get(f"contact:{contact_id}", "customer")
        return Outcome((Change("customer", "deleted", link.remote_id),) if link else ())

    @hookimpl
    def wanted_changes(self, chatwoot: bool) -> set[str]:
        self._crm.chatwoot = chatwoot
        if isinstance(self._crm.wanted, Exception):
            raise self._crm.wanted
        return self._crm.wanted

    @hookimpl
    def costs(self) -> Costs | None:
        return self._crm.costs

    def _note(self, context: Context[Any], conversation: Conversation, text: str) -> Outcome:
        self._crm.asked.append(f"conversation {conversation.id} {text}")
        return self._write(context, f"conversation:{conversation.id}", "note", self._crm.notes, text)

    def _write(
        self, context: Context[Any], record: str, kind: str, rows: list[Any], value: str | None
    ) -> Outcome:
        link = context.links.get(record, kind)
        if link and link.written == {"value": value}:
            return Outcome((Change(kind, "left", link.remote_id),))
        if link:
            self._ask(context)
            rows[int(link.remote_id) - 1] = (int(link.remote_id), value)
            context.links.set(record, kind, link.remote_id, {"value": value})
            return Outcome((Change(kind, "updated", link.remote_id),))
        if context.links.unsure(record, kind):
            found = [number for number, known in rows if known == value]
            if found:
                context.links.set(record, kind, found[0], {"value": value})
                return Outcome((Change(kind, "linked", str(found[0])),))
        with context.links.creating(record, kind):
            self._ask(context)
            rows.append((len(rows) + 1, value))
            self._strike(self._crm.after)
        context.links.set(record, kind, len(rows), {"value": value})
        return Outcome((Change(kind, "created", str(len(rows))),))

    def _ask(self, context: Context[Any]) -> None:
        """Make the call that the next trouble, if any, befalls."""
        time.sleep(self._crm.slow)
        if self._crm.url:
            self._call(context)
        if not self._crm.budget:
            return self._strike(self._crm.troubles)
        with context.budget.call(self._crm.name, calls=self._crm.budget):
            return self._strike(self._crm.troubles)

    def _call(self, context: Context[Any]) -> None:
        answer = context.http.request("POST", self._crm.url)
        if answer.status >= 500:
            asked = answer.headers.get("retry-after")
            raise TryAgain(f"The CRM answered {answer.status}.", delay=float(asked) if asked else None)

    def _strike(self, list_of: list[Exception | Step | None]) -> None:
        trouble = list_of.pop(0) if list_of else None
        if isinstance(trouble, Exception):
            raise trouble
        if trouble:
            trouble()
