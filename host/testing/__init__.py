"""For whoever writes a plugin: the contract it must pass, and cassettes that tell of nobody.

It needs more than crmhost itself: ``pip install crmhost[testing]``.
"""

from __future__ import annotations

from .contract import CRMContract
from .crm import Activity, OpenCRM, Person
from .gate import Told
from .in_process import Stage, asking
from .memory import LinksInMemory
from .scanning import scan
from .scrubbing import HOME, Scrubber

__all__ = [
    # The contract, and what it is told of a CRM
    "Activity",
    "CRMContract",
    "OpenCRM",
    "Person",
    "Told",
    # For a plugin's own tests
    "HOME",
    "LinksInMemory",
    "Scrubber",
    "Stage",
    "asking",
    "scan",
]
