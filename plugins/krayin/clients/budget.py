"""How many calls may be made to one Krayin: what its user is allowed, or what is polite."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

from crmhost import Budget


@dataclass(frozen=True)
class Allowance:
    """The calls of one Krayin user, shared by all workers and connections: that is what ``key`` names."""

    budget: Budget
    key: str
    per_minute: int
    at_once: int

    def call(self) -> AbstractContextManager[None]:
        """Take one call for the block; NotYet where none is left."""
        return self.budget.call(self.key, calls=self.per_minute, at_once=self.at_once)

    def told(self, headers: Mapping[str, str]) -> None:
        """Pass on what Krayin says is left of this minute, where it does."""
        said = limit_and_remaining(headers)
        if said is not None:
            self.budget.told(self.key, limit=said[0], remaining=said[1])


def limit_and_remaining(headers: Mapping[str, str]) -> tuple[int, int] | None:
    """Return the requests that are allowed a minute, and those that are left; None where nothing is said."""
    limit, said = (headers.get(f"x-ratelimit-{name}", "") for name in ("limit", "remaining"))
    return (int(limit), int(said)) if limit.isdecimal() and said.isdecimal() else None
