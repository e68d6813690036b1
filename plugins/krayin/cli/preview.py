"""The command that says what would become of each contact, before anything is written."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, astuple
from itertools import islice
from typing import IO

import click

from crmhost import Context, SettingsError

from ..desk import transport_of
from ..finders.everybody import Everybody
from ..previewing import VERDICTS, Row, preview
from ..settings import KrayinSettings
from .output import connection_argument, document, json_option, krayin_of, table, told

COLUMNS = ("contact_id", "name", "verdict", "person_id", "why")


@click.command()
@connection_argument
@click.option("--limit", type=click.IntRange(1), help="Look at so many contacts only.")
@click.option(
    "--csv", "file", type=click.File("w", encoding="utf-8", lazy=True), help="Write the rows to a file."
)
@json_option
@told
def preview_account(connection: int, limit: int | None, file: IO[str] | None, *, as_json: bool) -> None:
    """Say of each of Chatwoot's contacts whether it would be linked, created or ignored; write nothing."""
    with krayin_of(connection) as context:
        rows = _rows(context, limit)
    counts = Counter(row.verdict for row in rows)
    summary = {"contacts": len(rows)} | {verdict: counts[verdict] for verdict in VERDICTS}
    if file:
        _write(file, rows)
    if as_json:
        document({"connection": connection, **summary, "rows": [asdict(row) for row in rows]})
        return
    if not file:
        table([column.replace("_", " ") for column in COLUMNS], map(astuple, rows))
    said = ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS)
    click.echo(f"{len(rows)} contacts: {said}. Nothing was written.")


def _rows(context: Context[KrayinSettings], limit: int | None) -> Sequence[Row]:
    if context.chatwoot is None:
        raise SettingsError(
            f"Connection {context.connection_id} has no Chatwoot token, and without one Chatwoot's contacts "
            "can't be read.",
            fix=f"Give it one: crmhost set {context.connection_id} --chatwoot-url … --chatwoot-token …",
        )
    everybody = Everybody(transport_of(context))
    contacts = islice(context.chatwoot.contacts(), limit)
    return list(preview(contacts, everybody, context.settings, context.links))


def _write(file: IO[str], rows: Iterable[Row]) -> None:
    sheet = csv.writer(file)
    sheet.writerow(COLUMNS)
    for row in rows:
        sheet.writerow(map(_harmless, astuple(row)))


def _harmless(cell: object) -> object:
    """Return a cell that a spreadsheet takes for a text: names come from outside, and = begins a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in set("=+-@\t\r") else cell
