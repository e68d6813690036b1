"""Krayin CRM for crmhost: contacts become persons and leads, conversations become notes."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

from crmhost import (
    Card,
    Choice,
    Contact,
    Context,
    Conversation,
    Costs,
    Imagined,
    Outcome,
    PluginInfo,
    SetupResult,
    StandIn,
    hookimpl,
)

from ._version import __version__
from .acting import acted
from .card import shown
from .checkup import check
from .contacts import sync_contact
from .desk import bench_for, desk_for
from .events import (
    calls_taken,
    changes_wanted,
    conversation_changed,
    conversation_created,
    conversation_resolved,
)
from .forgetting import forget
from .links import KINDS, page_of
from .logo import LOGO
from .options import options
from .rehearsing import imagined
from .settings import KrayinSettings
from .stand_in import KrayinStandIn

LOCALES = Path(__file__).parent / "locales"
"""What the settings' titles and descriptions are in other languages."""

__all__ = [
    "KrayinSettings",
    "__version__",
    "act_on_card",
    "card",
    "choices",
    "costs",
    "forget_contact",
    "imagine",
    "handle_contact",
    "handle_conversation_changed",
    "handle_conversation_created",
    "handle_conversation_resolved",
    "info",
    "record_url",
    "setup",
    "stand_in",
    "wanted_changes",
]


@hookimpl
def info() -> PluginInfo:
    """Say what the plugin is called, what it takes and what it links."""
    return PluginInfo(
        "Krayin",
        KrayinSettings,
        KINDS,
        ids=r"[1-9]\d{0,17}",
        hook_api=1,
        locales=LOCALES,
        summary="Contacts become persons, organizations and leads; conversations become activities.",
        logo=LOGO,
        tier="platinum",
    )


@hookimpl
def setup(context: Context[KrayinSettings]) -> SetupResult:
    """Check reach, token and settings; find the pipeline, stage, source and type of new leads."""
    return check(context)


@hookimpl
def handle_contact(
    context: Context[KrayinSettings], contact: Contact, conversation: Conversation | None
) -> Outcome:
    """Bring person, organization and lead in step with the contact."""
    return sync_contact(desk_for(context, f"contact {contact.id}"), contact, conversation)


@hookimpl
def handle_conversation_created(context: Context[KrayinSettings], conversation: Conversation) -> Outcome:
    """Note in the lead's timeline that a conversation began."""
    return conversation_created(desk_for(context, f"conversation {conversation.id}"), conversation)


@hookimpl
def handle_conversation_resolved(context: Context[KrayinSettings], conversation: Conversation) -> Outcome:
    """Complete the conversation's note."""
    return conversation_resolved(desk_for(context, f"conversation {conversation.id}"), conversation)


@hookimpl
def handle_conversation_changed(
    context: Context[KrayinSettings], conversation: Conversation, changed: AbstractSet[str]
) -> Outcome:
    """Follow a change of a conversation that the settings have a rule for."""
    return conversation_changed(desk_for(context, f"conversation {conversation.id}"), conversation, changed)


@hookimpl
def wanted_changes(settings: KrayinSettings, chatwoot: bool) -> frozenset[str]:
    """Name the changes of conversations that the settings have a rule for."""
    return changes_wanted(settings, chatwoot=chatwoot)


@hookimpl
def costs(settings: KrayinSettings) -> Costs:
    """Say what a new customer and a conversation take in calls."""
    return calls_taken(settings)


@hookimpl
def imagine(
    context: Context[KrayinSettings], method: str, path: str, body: object, number: int
) -> Imagined | None:
    """Say what Krayin has where a write would go, and what it would answer."""
    return imagined(context, method, path, body, number)


@hookimpl
def choices(context: Context[KrayinSettings]) -> dict[str, tuple[Choice, ...]]:
    """Say which pipelines, stages, sources, types and attributes this Krayin has."""
    return options(bench_for(context))


@hookimpl
def record_url(settings: KrayinSettings, kind: str, remote_id: str) -> str | None:
    """Return the page of a record in Krayin."""
    return page_of(settings.api_url, kind, remote_id)


@hookimpl
def card(context: Context[KrayinSettings], contact_id: int, conversation_id: int | None) -> Card | None:
    """Show the customer's lead, person and organization, and what happened last."""
    return shown(desk_for(context, f"contact {contact_id}"), contact_id, conversation_id)


@hookimpl
def act_on_card(
    context: Context[KrayinSettings],
    contact: Contact,
    conversation: Conversation | None,
    action: str,
    value: str,
) -> Outcome:
    """Make a lead, or move it."""
    return acted(desk_for(context, f"contact {contact.id}"), contact, conversation, action, value)


@hookimpl
def forget_contact(
    context: Context[KrayinSettings], contact_id: int, conversation_ids: Sequence[int]
) -> Outcome:
    """Delete the contact's notes, leads and person."""
    return forget(desk_for(context, f"contact {contact_id}"), contact_id, conversation_ids)


@hookimpl
def stand_in() -> StandIn:
    """Return a Krayin that runs in this process and forgets everything."""
    return KrayinStandIn()
