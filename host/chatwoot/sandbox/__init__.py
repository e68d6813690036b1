"""A Chatwoot that runs anywhere and forgets everything: its API, and signed webhooks about what changes.

Held to the payloads in ``tests/data/chatwoot-payloads``. It shares no code with what crmhost knows of
Chatwoot (``crmhost.chatwoot``, ``crmhost.webhooks``): the one proves the other.
"""

from .chaos import CALM, Chaos
from .sandbox import ChatwootSandbox

__all__ = ["CALM", "Chaos", "ChatwootSandbox"]
