"""Rounds one after another, their numbers added up; and the same with a protection switched off."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import click

from .plan import Plan
from .round import played
from .switches import SWITCHES
from .tally import Tally

TRIES = 3
"""Rounds that a run may take to fail without a protection."""
TALLY = "tally.json"
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
            if self.keep:
                (self._folder(self.keep, plan) / TALLY).write_text(json.dumps(tally.document()))
            total += tally
        return total

    def played(self, plans: list[Plan]) -> Tally:
        """Add up rounds that were played before; ClickException where one was not, or not to its end."""
        total = Tally()
        for plan in plans:
            kept = self._folder(self.keep or Path(), plan) / TALLY
            if not kept.exists():
                raise click.ClickException(f"Round {plan.number} has left no {kept}: go on from there.")
            total += Tally.read(json.loads(kept.read_text()))
        return total

    def prove(self, plan: Plan) -> bool:
        """Play rounds without each protection until one fails; say whether one did for each, as it must."""
        fails = {name: self._fails(replace(plan, without=name)) for name in SWITCHES}
        return all(fails.values())

    def _fails(self, plan: Plan) -> bool:
        """Play one round after another; whether one of them is not as promised."""
        for number in range(TRIES):
            tally = self._round(replace(plan, number=number))
            kills = f"{tally.kills.total():>3} kills in {tally.seconds:.0f} s"
            self.say(f"without {plan.without:<12} round {number}: {kills}: {told(tally)}")
            if tally.wrong:
                return True
        return False

    def _round(self, plan: Plan) -> Tally:
        base = self.keep or Path(tempfile.mkdtemp(prefix="crmhost-chaos-"))
        folder = self._folder(base, plan)
        shutil.rmtree(folder, ignore_errors=True)
        try:
            return asyncio.run(played(plan, folder))
        finally:
            if self.keep is None:
                shutil.rmtree(base)

    @staticmethod
    def _folder(base: Path, plan: Plan) -> Path:
        parts = (plan.database, f"{plan.seed}", f"{plan.number}", plan.without)
        return base / "-".join(filter(None, parts))


def told(tally: Tally) -> str:
    """Return in a line what is wrong."""
    found = ", ".join(f"{count} {kind}" for kind, count in tally.verdict.items() if count)
    return found or "all as promised"
