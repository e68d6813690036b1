"""The command line of the benchmark."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

import click

from crmhost.logs import configure

from . import quick
from .page import write
from .processes import ROOT
from .rows import Scale
from .run import FAMILIES, run


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document; no page is written.")
@click.option("--only", multiple=True, type=click.Choice(list(FAMILIES)), help="Measure only these.")
@click.option("--scale", default=1.0, show_default=True, help="How much: 0.1 is quick, and says little.")
@click.option("--quick", "is_quick", is_flag=True, help="A minute's part, beside the kept figures.")
@click.option("--keep", is_flag=True, help="With --quick: keep the figures as those to hold to.")
@click.option("--page", type=click.Path(path_type=Path), default=ROOT / "docs", help="Folder of the page.")
def bench(
    only: tuple[str, ...], scale: float, page: Path, *, as_json: bool, is_quick: bool, keep: bool
) -> None:
    """Measure crmhost beside the limit, and write docs/performance.md.

    CRMHOST_TEST_DATABASE_URL names the PostgreSQL to measure on; without it there are rows for SQLite only.
    """
    configure(logging.ERROR)  # the rows' own process works deliveries too, and would say so
    if is_quick:
        sys.exit(quick.main(_say, keep=keep))
    ended = run(only or FAMILIES, Scale(scale), _say)
    if as_json:
        click.echo(json.dumps(ended.document(), indent=2))
    elif not only:
        write(ended.document(), page)
    sys.exit(bool(ended.problems))


def _say(line: str) -> None:
    click.echo(line, err=True)


if __name__ == "__main__":
    bench()
