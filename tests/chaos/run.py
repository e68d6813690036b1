"""Rounds one after another, their numbers added up; and the same with a protection switched off."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from .plan import Plan
from .round import played
from .switches import SWITCHES
from .tally import Tally

Say = Callable[[str], None]


@dataclass(frozen=True)
class Run:
    """Plays rounds; ``say`` is told how far it is, ``keep`` is the folder that their databases stay in."""

    say: Say
    keep: Path | None

    def play(self, plans: list[Plan]) -> Tally:
        """Play these rounds, whatever comes of each."""
        total = Tally()
        for plan in plans:
            self.say(str(plan))
            tally = self._round(plan)
            self.say(f"  {tally.kills.total()} kills in {tally.seconds:.0f} s: {told(tally)}")
            total += tally
        return total

    def prove(self, plan: Plan) -> bool:
        """Play a round once for each protection, without it; say whether each run failed, as it must."""
        fails = {}
        for name in SWITCHES:
            tally = self._round(replace(plan, without=name))
            fails[name] = bool(tally.wrong)
            self.say(f"without {name:<12} {tally.kills.total():>3} kills: {told(tally)}")
        return all(fails.values())

    def _round(self, plan: Plan) -> Tally:
        base = self.keep or Path(tempfile.mkdtemp(prefix="crmhost-chaos-"))
        parts = (plan.database, f"{plan.seed}", f"{plan.number}", plan.without)
        folder = base / "-".join(filter(None, parts))
        shutil.rmtree(folder, ignore_errors=True)
        try:
            return asyncio.run(played(plan, folder))
        finally:
            if self.keep is None:
                shutil.rmtree(base)


def told(tally: Tally) -> str:
    """Return in a line what is wrong."""
    found = ", ".join(f"{count} {kind}" for kind, count in tally.verdict.items() if count)
    return found or "all as promised"
