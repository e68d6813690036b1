"""The command: rounds one after another, their numbers added up, a table or JSON at the end."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import click

from .plan import Plan
from .round import played
from .switches import SWITCHES
from .tally import Tally

A_ROUND = 50
"""Kills in one round: then all is looked at and begun anew."""
DATABASES = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Run:
    """Rounds that follow one another."""

    plans: tuple[Plan, ...]
    keep: Path | None

    def play(self) -> Tally:
        """Play them; what is wrong ends the run after its round."""
        total = Tally()
        for plan in self.plans:
            say(str(plan))
            tally = self._round(plan)
            total += tally
            wrong = ", ".join(f"{count} {kind}" for kind, count in tally.verdict.items() if count)
            say(f"  {tally.kills.total()} kills in {tally.seconds:.0f} s: {wrong or 'all as promised'}")
        return total

    def _round(self, plan: Plan) -> Tally:
        base = self.keep or Path(tempfile.mkdtemp(prefix="crmhost-chaos-"))
        folder = base / f"{plan.database}-{plan.seed}-{plan.number}"
        shutil.rmtree(folder, ignore_errors=True)
        try:
            return asyncio.run(played(plan, folder))
        finally:
            if self.keep is None:
                shutil.rmtree(base)


def say(line: str) -> None:
    """Tell how far the run is, beside its result."""
    click.echo(line, err=True)


@click.command()
@click.option(
    "--seed", type=int, default=1, show_default=True, help="What all that is by chance follows from."
)
@click.option("--kills", type=int, default=500, show_default=True, help="How many kills there are to be.")
@click.option("--seconds", type=float, default=3600.0, help="How long trouble may last in all.")
@click.option(
    "--database", type=click.Choice(DATABASES), default="sqlite", show_default=True, help="What crmhost uses."
)
@click.option("--round", "only", type=int, help="Play this round of the run only.")
@click.option("--first", type=int, default=0, help="Go on from this round.")
@click.option(
    "--without", type=click.Choice(list(SWITCHES)), help="Switch a protection off: the run must fail."
)
@click.option("--keep", type=click.Path(path_type=Path), help="Keep databases and logs in this folder.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def chaos(
    seed: int,
    kills: int,
    seconds: float,
    database: str,
    only: int | None,
    first: int,
    without: str | None,
    keep: Path | None,
    *,
    as_json: bool,
) -> None:
    """Kill crmhost's processes, disturb all else, and see that nothing is lost and nothing is there twice."""
    rounds = -(-kills // A_ROUND)
    numbers = range(first, rounds) if only is None else [only]
    plan = Plan(seed, 0, database, min(kills, A_ROUND), seconds / rounds, without)
    run = Run(tuple(replace(plan, number=number) for number in numbers), keep)
    total = run.play()
    click.echo(json.dumps(total.document(), indent=2) if as_json else "\n".join(total.lines()))
    sys.exit(bool(total.wrong))
