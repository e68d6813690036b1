"""crmhost keeps a CRM in step with Chatwoot. This is the front door: all that a plugin may import."""

from ._version import __version__
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
    "Change",
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
    "Imagined",
    "StandIn",
    "__version__",
]
