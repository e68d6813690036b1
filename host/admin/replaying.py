"""Trying many dead deliveries again, a batch a transaction: webhooks are stored meanwhile."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..replay import replay as replay_batch
from ..store.dead import Chosen
from .heard import translated
from .words import gettext as _
from .words import ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..house import House

BATCH = 200
PATIENCE = 5.0
"""Seconds after which somebody is told how far it got."""


@dataclass(frozen=True)
class Done:
    """How many are tried again, why others are not, and whether there are more."""

    again: int
    refused: tuple[str, ...]
    """A reason for each that is not tried again."""
    more: bool

    def told(self) -> str:
        """Say what was done."""
        said = [
            ngettext(
                "%(count)d delivery is tried again.", "%(count)d deliveries are tried again.", self.again
            )
        ]
        if self.refused:
            left = ngettext("%(count)d is left as it is", "%(count)d are left as they are", len(self.refused))
            reasons = " ".join(map(translated, dict.fromkeys(self.refused[:3])))
            said.append(f"{left}: {reasons}")
        if self.more:
            said.append(_("There are more: press it again."))
        return " ".join(said)


def replay_named(house: House, ids: tuple[int, ...]) -> Done:
    """Try those again that are named."""
    done = replay_batch(house, Chosen(ids))
    return Done(len(done.ids), tuple(done.refused.values()), more=False)


def replay_each(house: House, ids: Sequence[int], more: bool) -> Done:
    """Try again what was found, in batches; ``more`` says that there is more of it."""
    again, refused = 0, list[str]()
    for first in range(0, len(ids), BATCH):
        done = replay_batch(house, Chosen(tuple(ids[first : first + BATCH])))
        again += len(done.ids)
        refused += done.refused.values()
    return Done(again, tuple(refused), more)


def replay(house: House, wanted: Chosen) -> Done:
    """Try again all that are chosen, in order of arrival, for as long as somebody may wait."""
    until = time.monotonic() + PATIENCE
    again, refused, after = 0, list[str](), 0
    while True:
        batch = replay_batch(house, replace(wanted, after=after, limit=BATCH))
        again += len(batch.ids)
        refused += batch.refused.values()
        seen = [*batch.ids, *batch.refused]
        if len(seen) < BATCH:
            return Done(again, tuple(refused), more=False)
        after = max(seen)
        if time.monotonic() > until:
            return Done(again, tuple(refused), more=True)
