"""What a run is to be: all of it follows from these and a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass

KRAYINS = (("2.1", "2.1.1"), ("2.2", "2.1.1"), ("2.2", "2.2.0"))


@dataclass(frozen=True)
class Plan:
    """One round: a Krayin, two Chatwoots and a house, all new, and so much trouble.

    It ends after ``kills``, or after ``seconds`` of trouble, whichever is first.
    """

    seed: int
    number: int
    database: str
    kills: int
    seconds: float
    aim: str | None = None
    """The protection that everything is aimed at; none in a round like all others."""
    without: str | None = None
    """The protection that is switched off."""

    @property
    def shared(self) -> float:
        """The part of the customers who write to both Chatwoots: all, or none, where that is looked at."""
        return {"identities": 1.0, "fencing": 0.0}.get(self.aim or "", 0.4)

    @property
    def krayin(self) -> tuple[str, str]:
        """The version of Krayin and of its REST package."""
        return KRAYINS[(self.number + self.seed) % len(KRAYINS)]

    @property
    def references(self) -> bool:
        """Whether Krayin keeps doubles out by an attribute, or all is up to crmhost."""
        return (self.number + self.seed) // len(KRAYINS) % 2 == 1

    def dice(self, what: str) -> random.Random:
        """Return dice of its own for each thing that is left to chance."""
        return random.Random(f"{self.seed} {self.number} {what}")

    def __str__(self) -> str:
        krayin = "Krayin {} with REST package {}".format(*self.krayin)
        unique = "a reference attribute" if self.references else "no reference attribute"
        return f"seed {self.seed}, round {self.number}: {self.database}, {krayin}, {unique}"
