"""LeadSquared for crmhost: a contact becomes a lead, a conversation two activities of that lead."""

from __future__ import annotations

from pathlib import Path

from crmhost import Contact, Context, Conversation, Outcome, PluginInfo, SetupResult, StandIn, hookimpl

from ._version import __version__
from .checkup import check
from .contacts import sync_contact
from .conversations import note_conversation, note_transcript
from .desk import desk_for
from .links import KINDS
from .logo import LOGO
from .mappers.lead import ID
from .settings import LeadSquaredSettings
from .stand_in import LeadSquaredStandIn

LOCALES = Path(__file__).parent / "locales"
"""What the plugin says, in other languages."""

__all__ = [
    "LeadSquaredSettings",
    "__version__",
    "handle_contact",
    "handle_conversation_created",
    "handle_conversation_resolved",
    "info",
    "setup",
    "stand_in",
]


@hookimpl
def info() -> PluginInfo:
    """Say what the plugin is called, what it takes and what it links."""
    return PluginInfo(
        "LeadSquared (reference)",
        LeadSquaredSettings,
        KINDS,
        ids=ID,
        hook_api=1,
        locales=LOCALES,
        summary="Contacts become leads, conversations activities of theirs.",
        logo=LOGO,
        tier="gold",
    )


@hookimpl
def setup(context: Context[LeadSquaredSettings]) -> SetupResult:
    """Check the keys; find the account's own address, its time zone and the types of our activities."""
    return check(context)


@hookimpl
def handle_contact(context: Context[LeadSquaredSettings], contact: Contact) -> Outcome:
    """Bring the lead in step with the contact."""
    return sync_contact(desk_for(context, f"contact {contact.id}"), contact)


@hookimpl
def handle_conversation_created(context: Context[LeadSquaredSettings], conversation: Conversation) -> Outcome:
    """Note with the lead that a conversation began."""
    return note_conversation(desk_for(context, f"conversation {conversation.id}"), conversation)


@hookimpl
def handle_conversation_resolved(
    context: Context[LeadSquaredSettings], conversation: Conversation
) -> Outcome:
    """Note with the lead what was said."""
    return note_transcript(desk_for(context, f"conversation {conversation.id}"), conversation)


@hookimpl
def stand_in() -> StandIn:
    """Return a LeadSquared that runs in this process and forgets everything."""
    return LeadSquaredStandIn()
