"""The database: what was received, what became of it, and which CRM record belongs to what."""

from . import (
    attempts,
    clock,
    connections,
    counters,
    deliveries,
    gates,
    identities,
    known,
    lanes,
    links,
    pulse,
    tokens,
)
from .engine import Store, open_store
from .schema import upgrade

__all__ = [
    "Store",
    "attempts",
    "clock",
    "connections",
    "counters",
    "deliveries",
    "gates",
    "identities",
    "known",
    "lanes",
    "links",
    "open_store",
    "pulse",
    "tokens",
    "upgrade",
]
