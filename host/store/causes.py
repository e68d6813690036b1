"""What deliveries died of, without what differs from one record to the next: for grouping them."""

from __future__ import annotations

import re

_DIFFERS = re.compile(
    r"""https?://\S+ | [^\s«»"',;:]+@[^\s«»"',;:]+ | «[^»]*» | "[^"]*" | \d+ (?: [.,:-] \d+ )*""", re.VERBOSE
)
LONGEST = 200


def cause_of(reason: str) -> str:
    """Return the reason with each number, address and quoted text as ``…``; two of one cause are equal."""
    return _DIFFERS.sub("…", reason)[:LONGEST]
