"""Rounds one after another, their numbers added up; and such with a protection, and with it switched off."""

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
from .switches import CAUSES, SWITCHES
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
        """Say whether rounds are as promised with each protection, and one without it fails as it must."""
        proved = [self._proves(replace(plan, aim=name), name) for name in SWITCHES]
        return all(proved)

    def _proves(self, plan: Plan, name: str) -> bool:
        """Play a round with the protection, and then without it until one fails of what must come of that."""
        if self._told(plan, f"with    {name}").wrong:
            return False
        without = (replace(plan, without=name, number=number) for number in range(TRIES))
        return any(CAUSES[name] & self._told(one, f"without {name}").kinds for one in without)

    def _told(self, plan: Plan, what: str) -> Tally:
        tally = self._round(plan)
        kills = f"{tally.kills.total():>3} kills in {tally.seconds:.0f} s"
        self.say(f"{what:<20} round {plan.number}: {kills}: {told(tally)}")
        return tally

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
        control = "kept" if plan.aim and not plan.without else None
        parts = (plan.database, f"{plan.seed}", f"{plan.number}", plan.aim, control)
        return base / "-".join(filter(None, parts))


def told(tally: Tally) -> str:
    """Return in a line what is wrong."""
    found = ", ".join(f"{count} {kind}" for kind, count in tally.verdict.items() if count)
    return found or "all as promised"
