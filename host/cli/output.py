"""What commands print: one JSON document, or a table for a person."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from ..errors import CRMHostError

if TYPE_CHECKING:
    from ..house import House
    from ..models import ReportLine

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


def document(content: Any) -> None:
    """Print one JSON document."""
    click.echo(json.dumps(content, indent=2, ensure_ascii=False, default=str))


WIDE = 140
"""Letters of a line that goes into a file or a pipe: nobody's terminal is narrow there."""


def apart() -> str:
    """Return what stands between the parts of a cell: on a narrow terminal they are a line each."""
    narrow = sys.stdout.isatty() and shutil.get_terminal_size().columns < WIDE
    return "\n" if narrow else " "


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, err: bool = False) -> None:
    """Print a table as wide as the terminal; ``err`` prints it where errors are told."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table()
    for column in columns:
        grid.add_column(column, overflow="fold")
    for row in rows:
        grid.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    console = Console(stderr=err, width=None if (sys.stderr if err else sys.stdout).isatty() else WIDE)
    console.print(f"\n[bold]{title}[/bold]")
    console.print(grid if grid.row_count else "none")


HOW = {"ok": "ok", "warning": "beware", "failed": "failed", "skipped": "not looked at"}
"""How something that was looked at is, in words."""


def checklist(title: str, lines: Iterable[ReportLine], *, err: bool = False) -> None:
    """Print what a setup looked at, line by line: how each is, what was found and what to do."""
    rows = [("" if line.name == "Beware" else line.name, HOW[line.state], line.told) for line in lines]
    table(title, ("Checked", "How it is", "Found, and what to do"), rows, err=err)


def failure(
    kind: str, message: str, fix: str = "", report: Sequence[ReportLine] = (), *, as_json: bool
) -> None:
    """Print what went wrong and what to do about it; of a setup what was looked at until then, too."""
    if as_json:
        looked = {"report": [asdict(line) for line in report]} if report else {}
        document({"error": {"kind": kind, "message": message, "fix": fix, **looked}})
    else:
        if len(report) > 1:
            checklist("Not everything is as it should be", report, err=True)
        click.echo(f"Error: {message}" + (f"\n{fix}" if fix else ""), err=True)


@contextmanager
def house_of() -> Iterator[House]:
    """Open the house that the environment names."""
    from ..logs import configure
    from ..settings import load_settings
    from ..wiring import open_house

    configure()
    with open_house(load_settings()) as house:
        yield house


def read_pairs(pairs: Iterable[str], stdin: Callable[[], str]) -> dict[str, str]:
    """Read ``key=value`` pairs; ``key=@file`` reads a file, ``key=-`` standard input."""
    values: dict[str, str] = {}
    for pair in pairs:
        key, divider, value = pair.partition("=")
        if not divider:
            raise click.UsageError("--set takes key=value; what was given has no equals sign.")
        values[key.strip()] = read_value(value, stdin)
    return values


def read_value(value: str, stdin: Callable[[], str]) -> str:
    """Return the value itself, of ``@file`` what is in the file, of ``-`` what comes from standard input."""
    if value == "-":
        return stdin().strip()
    if not value.startswith("@"):
        return value
    try:
        with open(value[1:], encoding="utf-8") as file:  # noqa: PTH123 - a path as a person typed it
            return file.read().strip()
    except (OSError, ValueError) as error:
        fix = "After the @ comes the name of a file that this user may read."
        raise CRMHostError(f"{value[1:]} cannot be read: {error}.", fix=fix) from error
