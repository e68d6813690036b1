"""The command line of the run."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import click

from ..databases import SERVER
from .board import DEADLY, STALLING
from .hunting import STALLED
from .plan import Plan
from .run import Run
from .switches import SWITCHES
from .tally import Tally

A_ROUND = 50
"""Kills in one round: then all is looked at, and begun anew."""
WHOLE, OFTEN = 500, 20
"""Kills in a whole run, and how often each step is to be hit in one."""
TO_PROVE, LONG_ENOUGH = 15, 40.0
"""Kills, or seconds of trouble, in a round that is to fail."""
DATABASES = ("sqlite", "postgresql")
EACH = "each"


@click.command()
@click.option("--seed", default=1, show_default=True, help="All that is left to chance follows from it.")
@click.option("--kills", default=500, show_default=True, help="How many kills there are to be.")
@click.option("--seconds", default=7200.0, help="How long trouble may last in all.")
@click.option("--database", type=click.Choice((*DATABASES, EACH)), default=DATABASES[0], show_default=True)
@click.option("--round", "only", type=int, help="Play this round only.")
@click.option("--first", default=0, help="Go on from this round; those before it are read from --keep.")
@click.option("--without", type=click.Choice(list(SWITCHES)), help="Switch off a protection: this must fail.")
@click.option(
    "--prove", is_flag=True, help="Some rounds with and without each protection: they must fail without."
)
@click.option(
    "--keep",
    type=click.Path(path_type=Path, resolve_path=True),
    help="Keep databases, logs and a journal there.",
)
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
    prove: bool,
    as_json: bool,
) -> None:
    """Kill crmhost's processes, disturb all else, and see that nothing is lost and nothing is there twice.

    CRMHOST_TEST_DATABASE_URL names the server for --database postgresql. With --database each it is
    SQLite's turn first, and then PostgreSQL's where a server is named.
    """
    if first and not keep:
        raise click.UsageError("--first goes on with a run that --keep has kept.")
    rounds = -(-kills // A_ROUND)
    run = Run(lambda line: click.echo(line, err=True), keep)
    documents, well = {}, True
    for name in _databases(database):
        plan = Plan(seed, only or 0, name, min(kills, A_ROUND), seconds / rounds, without, without)
        if prove:
            well &= run.prove(replace(plan, kills=min(kills, TO_PROVE), seconds=min(seconds, LONG_ENOUGH)))
            continue
        total = run.play([plan]) if only is not None else _in_all(run, plan, kills, first)
        well &= not total.wrong
        documents[name] = total.document()
        if not as_json:
            click.echo("\n".join((f"\n{name}", *total.lines())))
    if as_json and documents:
        click.echo(json.dumps(documents if database == EACH else documents[database], indent=2))
    sys.exit(not well)


def _databases(wanted: str) -> tuple[str, ...]:
    """Return what is to be played on, or say that it is not to be had."""
    named = SERVER in os.environ
    if wanted == DATABASES[1] and not named:
        raise click.UsageError(f"{SERVER} names no server.")
    if wanted != EACH:
        return (wanted,)
    if not named:
        click.echo(f"PostgreSQL is left out: {SERVER} names no server.", err=True)
    return DATABASES if named else DATABASES[:1]


def _in_all(run: Run, plan: Plan, kills: int, first: int) -> Tally:
    """Play all rounds from the first on, and add those before it; a whole run must be one."""
    plans = [replace(plan, number=number) for number in range(-(-kills // A_ROUND))]
    total = run.played(plans[:first]) + run.play(plans[first:])
    total.wrong += seldom(total, kills) if kills >= WHOLE else []
    return total


def seldom(tally: Tally, kills: int) -> list[tuple[str, str]]:
    """Return what happened too seldom: kills in all, kills at a step, workers that were stopped at one."""
    found = []
    if tally.kills.total() < kills:
        found.append(f"{tally.kills.total()} kills instead of {kills}: give it more --seconds")
    hit = {step.told: tally.kills[f"worker: {step.told}"] for step in DEADLY}
    found += [f"{told}: {count} times" for told, count in hit.items() if count < OFTEN]
    found += [
        f"{step.told}: no worker was stopped there until its lane was another's"
        for step in STALLING
        if not tally.troubles[STALLED.format(step.told)]
    ]
    return [("seldom", said) for said in found]
