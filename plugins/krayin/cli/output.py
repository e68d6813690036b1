"""What the commands share: a connection to this plugin, and one way to print."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any

import click

from crmhost import Context, CRMHostError, SettingsError, visiting

from ..settings import KrayinSettings

connection_argument = click.argument("connection", type=click.IntRange(1, 2**63 - 1))
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@contextmanager
def krayin_of(connection: int, *, writes: bool = False) -> Iterator[Context[KrayinSettings]]:
    """Yield the context of a connection to a Krayin; ``writes`` as in ``crmhost.visiting``."""
    with visiting(connection, writes=writes) as context:
        if not isinstance(context.settings, KrayinSettings):
            fix = "See which there are: crmhost connections."
            raise SettingsError(f"Connection {connection} is not one to Krayin.", fix=fix)
        yield context


def told(command: Callable[..., None]) -> Callable[..., None]:
    """Let the command end with a sentence, and exit status 1, where something is refused."""

    @wraps(command)
    def run(*arguments: Any, as_json: bool, **options: Any) -> None:
        try:
            command(*arguments, as_json=as_json, **options)
        except CRMHostError as error:
            if as_json:
                document({"error": {"kind": error.kind, "message": str(error), "fix": error.fix}})
            else:
                click.echo(f"Error: {error}" + (f"\n{error.fix}" if error.fix else ""), err=True)
            raise SystemExit(1) from None

    return run


def document(content: Any) -> None:
    """Print one JSON document."""
    click.echo(json.dumps(content, indent=2, ensure_ascii=False))


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows of texts, each column as wide as it needs to be."""
    lines = [list(columns), *([str("" if cell is None else cell) for cell in row] for row in rows)]
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    for line in lines:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(padded).rstrip())
