"""All that crmhost will ever ask of a CRM plugin.

The host calls the connection's own plugin and no other. A hook may take fewer arguments than are
offered; it takes them by name. Errors are told by class (see ``crmhost.errors``): TryAgain, NotYet,
SetUpAgain, Rejected, CredentialsError, SettingsError. Hooks run in worker threads; calls for one
contact never overlap, calls for different contacts do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from .cards import Card
    from .context import Context
    from .models import Choice, Contact, Conversation, Costs, Imagined, Outcome, PluginInfo, SetupResult
    from .stand_in import StandIn

HOOK_API = 1
"""The version of the hooks below. It is counted up where a plugin that was written for them must be changed:
a new hook, or a new argument, is none."""
hookspec = pluggy.HookspecMarker("crmhost")
hookimpl = pluggy.HookimplMarker("crmhost")


@hookspec(firstresult=True)
def info() -> PluginInfo:  # type: ignore[empty-body]
    """Say what the plugin is called, what settings it takes and which kinds of records it links.

    Called when the plugin is loaded. Must not do any I/O.
    """


@hookspec(firstresult=True)
def setup(context: Context[Any]) -> SetupResult:  # type: ignore[empty-body]
    """Check a connection that is being made, or whose settings change.

    Check reach and credentials, find what was not set (a default pipeline, say), check that every
    setting names something that exists. Return what was found, to be stored with the settings, and
    a report for a person. Raise SettingsError or CredentialsError with a sentence that says what is
    wrong and a ``fix``; nothing is stored then. May be called again at any time; where
    ``context.read_only`` is true, it must not write anything in the CRM.
    """


@hookspec(firstresult=True)
def handle_contact(  # type: ignore[empty-body]
    context: Context[Any], contact: Contact, conversation: Conversation | None
) -> Outcome:
    """Bring the CRM in step with this contact: person, lead, organization, or what the CRM has.

    Called with the newest known state after a contact was created or changed, and before the first
    conversation of a contact that has no link yet. May be called again with the same state, which
    must not cost a call to the CRM, let alone a second record: keep what was written with the link.

    ``conversation`` is the one that brings the contact along, None where its own event does. A plugin
    that needs it (which inbox?) may ignore a contact until then.
    """


@hookspec(firstresult=True)
def handle_conversation_created(context: Context[Any], conversation: Conversation) -> Outcome:  # type: ignore[empty-body]
    """Note in the CRM that a conversation began. The contact has been handled before.

    Called once a conversation, and again if an attempt failed; sometimes after the same
    conversation was resolved, since Chatwoot promises no order.
    """


@hookspec(firstresult=True)
def handle_conversation_resolved(context: Context[Any], conversation: Conversation) -> Outcome:  # type: ignore[empty-body]
    """Complete what the CRM holds of this conversation. The contact has been handled before.

    Called each time the conversation is resolved (it may be reopened in between), and possibly
    without handle_conversation_created ever having been called.
    """


@hookspec(firstresult=True)
def handle_conversation_changed(  # type: ignore[empty-body]
    context: Context[Any], conversation: Conversation, changed: AbstractSet[str]
) -> Outcome:
    """Follow a change of a conversation that these settings have a rule for. The contact is in the CRM.

    ``changed`` names what is new, some of CHANGES; a message comes as the conversation's only one.
    Called in the order of arrival, for what ``wanted_changes`` named and nothing else.
    """


@hookspec(firstresult=True)
def wanted_changes(settings: Any, chatwoot: bool) -> Collection[str]:  # type: ignore[empty-body]
    """Name the changes of conversations that the rules in these settings need, some of CHANGES.

    Optional; without it none. What no rule needs is counted and not stored. ``chatwoot`` says that
    the connection can ask Chatwoot's API. Must not do any I/O.
    """


@hookspec(firstresult=True)
def costs(settings: Any) -> Costs:  # type: ignore[empty-body]
    """Say what a contact and a conversation that the CRM does not have yet take in calls.

    Optional; ``crmhost backfill`` estimates by it how long it takes. Must not do any I/O.
    """


@hookspec(firstresult=True)
def imagine(context: Context[Any], method: str, path: str, body: Any, number: int) -> Imagined | None:
    """Say what the CRM has where a write would go, and what it would answer; the write is not sent.

    Optional; ``crmhost preview`` goes on by it, and ends with the first write that nobody can imagine
    (None). A record that would be made has the id ``number``, those made along with it the nine after.
    ``context.http`` may be asked, and sends no write.
    """


@hookspec(firstresult=True)
def choices(context: Context[Any]) -> Mapping[str, Sequence[Choice]]:  # type: ignore[empty-body]
    """Say what settings can be, as the CRM has it now, by the setting's name: pipelines, stages, sources …

    Optional; called to show a form. The settings hold what was given so far: address and credentials.
    Where a setting is a mapping, its choices are those of the keys. Must not write anything.
    """


@hookspec(firstresult=True)
def record_url(settings: Any, kind: str, remote_id: str) -> str | None:
    """Return the address at which a person opens this record of the CRM in a browser.

    Optional. None where there is no such page. Must not do any I/O.
    """


@hookspec(firstresult=True)
def card(context: Context[Any], contact_id: int, conversation_id: int | None) -> Card | None:
    """Say what a person who talks with this contact should see of it, and what they may do.

    Optional; called when somebody opens the card beside a conversation in Chatwoot. None where the CRM has
    nothing of the contact. Must not write anything; as few calls as will do, they are of the same budget.
    """


@hookspec(firstresult=True)
def act_on_card(  # type: ignore[empty-body]
    context: Context[Any], contact: Contact, conversation: Conversation | None, action: str, value: str
) -> Outcome:
    """Do what a person chose on the card: an action that ``card`` offers now, with the value chosen.

    Optional; the contact's lane is ours meanwhile, links and intents are kept as of a delivery. Whether the
    settings allow the action is to be looked at again: what was offered may be long ago.
    """


@hookspec(firstresult=True)
def forget_contact(  # type: ignore[empty-body]
    context: Context[Any], contact_id: int, conversation_ids: Sequence[int]
) -> Outcome:
    """Remove what the CRM has of a person who is to be forgotten; a person asked for it.

    Optional. The links of ``contact:ID`` and of the conversations say which records those are. Return a
    Change for each, ``deleted``, or ``left`` with a note why. Where ``context.read_only`` is true, say what
    would become of each. It may be called again after a failure: what is gone already is no failure.
    """


@hookspec(firstresult=True)
def stand_in() -> StandIn:  # type: ignore[empty-body]
    """Return a stand-in for the CRM that runs in this process, for ``crmhost demo`` and tests.

    Optional. Must not open anything until it is served.
    """
