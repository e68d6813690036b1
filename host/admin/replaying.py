"""Trying dead deliveries again for somebody who waits, and saying how it went."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..replay import batches
from ..store.dead import Chosen
from .heard import translated
from .words import gettext as _
from .words import ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..house import House

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
                "%(count)s delivery is tried again.", "%(count)s deliveries are tried again.", self.again
            )
        ]
        if self.refused:
            left = ngettext("%(count)s is left as it is", "%(count)s are left as they are", len(self.refused))
            reasons = " ".join(map(translated, dict.fromkeys(self.refused[:3])))
            said.append(f"{left}: {reasons}")
        if self.more:
            said.append(_("There are more: press it again."))
        return " ".join(said)


def replay_found(house: House, ids: Sequence[int], *, more: bool) -> Done:
    """Try again what was found; ``more`` says that there is more of it."""
    if not ids:  # to choose nothing would mean all
        return Done(0, (), more)
    done = replay(house, Chosen(tuple(ids)))
    return replace(done, more=done.more or more)


def replay(house: House, wanted: Chosen) -> Done:
    """Try again all that are chosen, in order of arrival, for as long as somebody may wait."""
    until = time.monotonic() + PATIENCE
    again, refused = 0, list[str]()
    for done in batches(house, wanted):
        again += len(done.ids)
        refused += done.refused.values()
        if time.monotonic() > until:
            return Done(again, tuple(refused), more=True)
    return Done(again, tuple(refused), more=False)
