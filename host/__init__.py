"""crmhost keeps a CRM in step with Chatwoot. This is the front door: all that a plugin may import.

Each thing is imported from its room when it is first asked for: a command that needs none is quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from .cards import Card, CardAction, CardEvent, CardRecord
    from .checklist import Checklist
    from .context import Budget, Chatwoot, Context, Link, Links, Token, Tokens
    from .errors import (
        CredentialsError,
        CRMHostError,
        DeliveryRefused,
        NotYet,
        PluginError,
        Rejected,
        SettingsError,
        SetUpAgain,
        TryAgain,
    )
    from .for_people import ForPeople
    from .hookspecs import HOOK_API, hookimpl
    from .http import Answer, Http
    from .models import (
        CHANGES,
        Attachment,
        Change,
        Choice,
        Contact,
        Conversation,
        Costs,
        Expected,
        Imagined,
        Inbox,
        Message,
        Outcome,
        PluginInfo,
        ReportLine,
        SetupResult,
    )
    from .readers import HeaderSecret, Pairs, Words, items, pairs, tree
    from .stand_in import StandIn
    from .visit import visiting

__all__ = [
    # What a plugin implements, and the marker it does it with
    "HOOK_API",
    "PluginInfo",
    "hookimpl",
    # What reads a setting
    "HeaderSecret",
    "Pairs",
    "Words",
    "items",
    "pairs",
    "tree",
    # What a hook is handed
    "CHANGES",
    "Answer",
    "Attachment",
    "Budget",
    "Chatwoot",
    "Contact",
    "Context",
    "Conversation",
    "Costs",
    "Http",
    "Inbox",
    "Link",
    "Links",
    "Message",
    "Token",
    "Tokens",
    # What it returns
    "Card",
    "CardAction",
    "CardEvent",
    "CardRecord",
    "Change",
    "Checklist",
    "Choice",
    "Outcome",
    "ReportLine",
    "SetupResult",
    # What it raises: the class says what the host does next
    "CRMHostError",
    "CredentialsError",
    "DeliveryRefused",
    "NotYet",
    "PluginError",
    "Rejected",
    "SetUpAgain",
    "SettingsError",
    "TryAgain",
    # A connection, for a plugin's own commands
    "visiting",
    # A CRM for the demo and the tests
    "Expected",
    "ForPeople",
    "Imagined",
    "StandIn",
    "__version__",
]

_ROOMS = {
    "cards": ("Card", "CardAction", "CardEvent", "CardRecord"),
    "checklist": ("Checklist",),
    "context": ("Budget", "Chatwoot", "Context", "Link", "Links", "Token", "Tokens"),
    "errors": (
        "CRMHostError",
        "CredentialsError",
        "DeliveryRefused",
        "NotYet",
        "PluginError",
        "Rejected",
        "SetUpAgain",
        "SettingsError",
        "TryAgain",
    ),
    "for_people": ("ForPeople",),
    "hookspecs": ("HOOK_API", "hookimpl"),
    "http": ("Answer", "Http"),
    "readers": ("HeaderSecret", "Pairs", "Words", "items", "pairs", "tree"),
    "stand_in": ("StandIn",),
    "visit": ("visiting",),
}
"""Where things are; what is not named here is one of the models."""


def __getattr__(name: str) -> Any:
    """Fetch what is asked for the first time (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    room = next((room for room, names in _ROOMS.items() if name in names), "models")
    found = globals()[name] = getattr(import_module(f".{room}", __name__), name)
    return found


def __dir__() -> list[str]:
    """Return the names of all that is here."""
    return sorted(__all__)
