"""What a process remembers of one Krayin and one token of it, from one delivery to the next.

Each delivery has a fresh transport. All of this is cheap to learn again: nothing is lost with it.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from .doubts import Doubts
from .pace import Pace

KEPT_FOR = 600.0
"""Seconds that a list may be old: a new user or tag is known so soon without being asked for."""
ENOUGH = 20
"""Signs that tell any zones apart."""

Rows = list[dict[str, Any]]


class Lists:
    """Krayin's lists that seldom change, by name; ``clock`` is a monotonic one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[float, Rows]] = {}

    def get(self, name: str, ask: Callable[[], Rows]) -> Rows:
        """Return the list as it is known, or asked for anew where it is old."""
        since, rows = self._kept.get(name, (-KEPT_FOR, []))
        if self._clock() - since >= KEPT_FOR:
            rows = ask()
            self._kept[name] = self._clock(), rows
        return rows

    def drop(self, name: str) -> None:
        """Forget a list that turned out to be old."""
        self._kept.pop(name, None)


@dataclass(frozen=True)
class Sign:
    """What Krayin's own clock said at an instant; without ``local``, that a day began."""

    instant: datetime
    local: datetime | None = None


class Signs:
    """What answers told of Krayin's time zone that contradicts the one we had taken it for."""

    def __init__(self) -> None:
        self._known: deque[Sign] = deque(maxlen=ENOUGH)

    def note(self, shown: str, local: str | None = None) -> None:
        """Keep an instant, as Krayin showed it, and the time by its own clock, where that was sent."""
        instant = datetime.fromisoformat(shown).astimezone(UTC)
        sign = Sign(instant, datetime.fromisoformat(local) if local else None)
        if sign not in self._known:
            self._known.append(sign)

    def known(self) -> tuple[Sign, ...]:
        """Return the newest of them."""
        return tuple(self._known)


@dataclass(frozen=True)
class Memory:
    """All that is remembered."""

    pace: Pace = field(default_factory=Pace)
    doubts: Doubts = field(default_factory=Doubts)
    lists: Lists = field(default_factory=Lists)
    signs: Signs = field(default_factory=Signs)


_memories: dict[tuple[str, str], Memory] = {}
_lock = threading.Lock()


def memory_of(api_url: str, token: str) -> Memory:
    """Return the one memory that this process has for a token; the token itself is not kept."""
    with _lock:
        return _memories.setdefault((api_url, hashed(token)), Memory())


def hashed(token: str) -> str:
    """Return what stands for a token where the token itself must not be."""
    return sha256(token.encode()).hexdigest()
