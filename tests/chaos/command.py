"""The command line of the run."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import click

from ..databases import SERVER
from .plan import Plan
from .run import Run
from .switches import SWITCHES

A_ROUND = 50
"""Kills in one round: then all is looked at, and begun anew."""
DATABASES = ("sqlite", "postgresql")


@click.command()
@click.option("--seed", default=1, show_default=True, help="All that is left to chance follows from it.")
@click.option("--kills", default=500, show_default=True, help="How many kills there are to be.")
@click.option("--seconds", default=7200.0, help="How long trouble may last in all.")
@click.option("--database", type=click.Choice(DATABASES), default=DATABASES[0], show_default=True)
@click.option("--round", "only", type=int, help="Play this round only.")
@click.option("--first", default=0, help="Go on from this round.")
@click.option("--without", type=click.Choice(list(SWITCHES)), help="Switch off a protection: this must fail.")
@click.option("--prove", is_flag=True, help="One round without each protection: all of them must fail.")
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

    CRMHOST_TEST_DATABASE_URL names the server for --database postgresql.
    """
    if database == "postgresql" and SERVER not in os.environ:
        raise click.UsageError(f"{SERVER} names no server.")
    rounds = -(-kills // A_ROUND)
    plan = Plan(seed, only or 0, database, min(kills, A_ROUND), seconds / rounds, without)
    run = Run(lambda line: click.echo(line, err=True), keep)
    if prove:
        sys.exit(not run.prove(plan))
    numbers = range(first, rounds) if only is None else [only]
    total = run.play([replace(plan, number=number) for number in numbers])
    click.echo(json.dumps(total.document(), indent=2) if as_json else "\n".join(total.lines()))
    sys.exit(bool(total.wrong))
