"""What each event of a conversation does, one step after another: its lead, its note, its lead's stage."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet

from crmhost import Conversation, Costs, Outcome

from .contacts import sync_contact
from .conversations import note_created, note_messages, note_reopened, note_resolved, wanted_by_notes
from .desk import Desk
from .filters import unwanted_conversation
from .links import ContactLinks, ConversationLinks
from .mappers.wanted import changes_of_sources
from .progress import Progress
from .rules import ASPECTS, Moment, aspects_of
from .settings import KrayinSettings
from .tags import tag_conversation
from .telling import Told


def conversation_created(desk: Desk, conversation: Conversation) -> Outcome:
    """A conversation began."""
    return _unwanted(desk, conversation) or _worked(desk, conversation, "created", note_created)


def conversation_resolved(desk: Desk, conversation: Conversation) -> Outcome:
    """A conversation was resolved."""
    return _unwanted(desk, conversation) or _worked(desk, conversation, "resolved", note_resolved)


def conversation_changed(desk: Desk, conversation: Conversation, changed: AbstractSet[str]) -> Outcome:
    """Something of a conversation changed that the settings have a rule for."""
    if ignored := _unwanted(desk, conversation):
        return ignored
    if "labels" in changed and desk.settings.only_labels and not _is_noted(desk, conversation):
        return _brought(desk, conversation)
    outcome = note_messages(desk, conversation) if "message" in changed else Outcome()
    if "status" in changed and conversation.status != "resolved":
        outcome += note_reopened(desk, conversation)
    told = Told()
    Progress(desk, conversation, told).go_on("changed", changed)
    tagged = tag_conversation(desk, conversation) if "labels" in changed else Outcome()
    return outcome + told.outcome() + tagged


def changes_wanted(settings: KrayinSettings, *, chatwoot: bool) -> frozenset[str]:
    """Return the changes of conversations that these settings need; ``chatwoot``: its API can be asked."""
    labels = {"labels"} if settings.sync_tags != "none" or settings.only_labels else set()
    leads = _wanted_by_leads(settings) if settings.leads else set()
    return wanted_by_notes(settings, chatwoot=chatwoot) | labels | leads


def calls_taken(settings: KrayinSettings) -> Costs:
    """Return what a customer whom Krayin does not have, and a conversation, take in calls.

    A search and a create; a note found or made, and completed (the table of calls, ``make calls``).
    """
    tags = 0 if settings.sync_tags == "none" else 1
    return Costs(contact=2 + tags, conversation=2 + tags, per_minute=settings.allowed_per_minute)


def _wanted_by_leads(settings: KrayinSettings) -> set[str]:
    wanted = {ASPECTS[kind] for kind in aspects_of(settings)}
    if settings.assignee_owns_lead:
        wanted.add("assignee")
    if settings.stage_on_first_reply:
        wanted.add("first_reply")
    return wanted | changes_of_sources(settings)


def _worked(
    desk: Desk,
    conversation: Conversation,
    moment: Moment,
    note: Callable[[Desk, Conversation], Outcome],
) -> Outcome:
    """Have a lead, note the conversation there, and then let the rules move the lead."""
    told = Told()
    progress = Progress(desk, conversation, told)
    progress.begin()
    if moment == "created":
        progress.look_at_closed()
    noted = note(desk, conversation)
    # A note whose lead turned out to be deleted has seen to another one.
    Progress(desk, conversation, told).go_on(moment)
    return told.outcome() + noted + tag_conversation(desk, conversation)


def _brought(desk: Desk, conversation: Conversation) -> Outcome:
    """Bring a conversation that qualifies only now, and its customer."""
    brought = Outcome()
    if not ContactLinks(desk.links, conversation.contact.id).any_known:
        brought = sync_contact(desk, conversation.contact, conversation)
        if brought.ignored:
            return brought
    if conversation.status == "resolved":
        return brought + _worked(desk, conversation, "resolved", note_resolved)
    return brought + _worked(desk, conversation, "created", note_created)


def _unwanted(desk: Desk, conversation: Conversation) -> Outcome | None:
    """Return why the conversation is none of Krayin's business; one that is noted there stays so."""
    if _is_noted(desk, conversation):
        return None
    why = unwanted_conversation(desk.settings, conversation, conversation.contact.labels)
    if why and desk.settings.only_labels and desk.chatwoot:
        # A webhook does not say what labels the customer has.
        customer = desk.chatwoot.contact(conversation.contact.id)
        why = unwanted_conversation(desk.settings, conversation, customer.labels if customer else ())
    return Outcome(ignored=why) if why else None


def _is_noted(desk: Desk, conversation: Conversation) -> bool:
    return ConversationLinks(desk.links, conversation.id).activity.id is not None
