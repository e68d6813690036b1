"""The plugin of the bench's CRM: one call for a customer or a note, made or changed.

It costs next to nothing, so what is measured is the host; Krayin's plugin has rows of its own.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from crmhost import (
    Change,
    Contact,
    Context,
    Conversation,
    Outcome,
    PluginInfo,
    SetupResult,
    TryAgain,
    hookimpl,
)
from crmhost.plugins import Plugins, discover, load


class BenchSettings(BaseModel):
    """Where the CRM is."""

    model_config = ConfigDict(extra="forbid")

    api_url: str


class Hooks:
    """The plugin's hooks."""

    @hookimpl
    def info(self) -> PluginInfo:
        return PluginInfo("Bench CRM", BenchSettings, ("customer", "note"))

    @hookimpl
    def setup(self, context: Context[BenchSettings]) -> SetupResult:  # noqa: ARG002
        return SetupResult({})

    @hookimpl
    def handle_contact(self, context: Context[BenchSettings], contact: Contact) -> Outcome:
        context.links.claim(context.settings.api_url, *filter(None, (contact.email, contact.phone)))
        written = {"name": contact.name, "email": contact.email, "phone": contact.phone}
        return _write(context, f"contact:{contact.id}", "customer", contact.id, written)

    @hookimpl
    def handle_conversation_created(
        self, context: Context[BenchSettings], conversation: Conversation
    ) -> Outcome:
        return _note(context, conversation, "began")

    @hookimpl
    def handle_conversation_resolved(
        self, context: Context[BenchSettings], conversation: Conversation
    ) -> Outcome:
        return _note(context, conversation, "resolved")


def _note(context: Context[BenchSettings], conversation: Conversation, text: str) -> Outcome:
    record = f"conversation:{conversation.id}"
    return _write(context, record, "note", conversation.contact.id, {"text": text})


def _write(
    context: Context[BenchSettings], record: str, kind: str, contact_id: int, written: dict[str, Any]
) -> Outcome:
    link = context.links.get(record, kind)
    if link and link.written == written:
        return Outcome((Change(kind, "left", link.remote_id),))
    if link:
        _ask(context, record, contact_id, written)
        context.links.set(record, kind, link.remote_id, written)
        return Outcome((Change(kind, "updated", link.remote_id),))
    with context.links.creating(record, kind):
        made = _ask(context, record, contact_id, written)
    context.links.set(record, kind, made, written)
    return Outcome((Change(kind, "created", str(made)),))


def _ask(context: Context[BenchSettings], record: str, contact_id: int, written: dict[str, Any]) -> int:
    body = {"record": record, "customer": f"{context.account_id}:{contact_id}", **written}
    answer = context.http.request("POST", f"{context.settings.api_url}/records", body=body)
    if answer.status != 200:
        raise TryAgain(f"The CRM answered {answer.status}.")
    return int(answer.json()["id"])


def plugins() -> Plugins:
    """Return the bench's plugin beside those that are installed."""
    return Plugins({**discover().found, "bench": load("bench", Hooks(), "crmhost-bench", "1.0")})
