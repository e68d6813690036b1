"""What may happen to webhooks on their way: all by one seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True)
class Chaos:
    """Which webhooks are shuffled among those that wait, sent a second time, or never sent."""

    seed: int = 0
    shuffle: bool = False
    double: float = 0.0
    """The part of all that is sent twice, the second time under an id of its own (chatwoot#11901)."""
    drop: float = 0.0
    """The part that is lost: a worker was killed, a record deleted before its job ran."""

    def dice(self) -> random.Random:
        """Return the dice that this seed throws."""
        return random.Random(self.seed)  # noqa: S311 - it plays, it keeps no secret

    def befall(self, items: Sequence[Item], dice: random.Random) -> list[Item]:
        """Return what becomes of the items."""
        left = [item for item in items if dice.random() >= self.drop]
        left += [item for item in left if dice.random() < self.double]
        if self.shuffle:
            dice.shuffle(left)
        return left


CALM = Chaos()
"""Each webhook once, in order."""
