"""The command that shows which attributes there are, what the mapping says of them, and makes new ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from crmhost import Context

from ..clients.attributes import Attributes
from ..desk import transport_of
from ..mappers.attribute_checks import mapping_problem
from ..mappers.new_attributes import NewAttribute, difference, new_attributes
from ..settings import KrayinSettings
from ..settings.mapping import TARGETS, Mapped, mapping_of
from .output import connection_argument, document, json_option, krayin_of, table, told

Row = Mapping[str, Any]
Line = dict[str, Any]


@click.command()
@connection_argument
@click.option(
    "--create",
    "wanted",
    multiple=True,
    metavar="ATTRIBUTES",
    help="Make these where they are missing: person.plan:text, lead.topic:select(a;b).",
)
@click.option("--dry-run", is_flag=True, help="Say what would be made, and make nothing.")
@json_option
@told
def attributes(connection: int, wanted: tuple[str, ...], *, dry_run: bool, as_json: bool) -> None:
    """Show the attributes of persons and leads, and what is mapped to them; make those that are missing."""
    try:
        asked = new_attributes(wanted)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    with krayin_of(connection, writes=bool(asked) and not dry_run) as context:
        client = Attributes(transport_of(context))
        rows = client.all()
        made = [_made(client, one, rows, dry_run=dry_run) for one in asked]
        if not dry_run and any(line["result"] == "made" for line in made):
            rows = client.all()
        shown = _lines(context.settings, rows)
    if as_json:
        document({"connection": connection, "attributes": shown, "create": made})
        return
    _print(shown, made)
    if hint := _hint(context, asked):
        click.echo(hint)


def _made(client: Attributes, wanted: NewAttribute, rows: Sequence[Row], *, dry_run: bool) -> Line:
    """Make one attribute, unless Krayin has it; say what came of it."""
    differs = difference(wanted, rows)
    if differs is None and not dry_run:
        client.create(wanted.payload())
    result = ("would be made" if dry_run else "made") if differs is None else differs or "is there"
    return {"attribute": wanted.target, "type": wanted.type, "result": result}


def _lines(settings: KrayinSettings, rows: Sequence[Row]) -> list[Line]:
    """Return a line for each attribute of persons and leads, and for what is mapped to none."""
    pairs = {(one.entity, one.code): one for one in mapping_of(settings.attributes)}
    lines = []
    for kind, entity in TARGETS.items():
        for row in sorted(
            (row for row in rows if row.get("entity_type") == entity), key=lambda row: row["id"]
        ):
            pair = pairs.pop((entity, row["code"]), None)
            lines.append(_line(f"{kind}.{row['code']}", row, pair, settings, rows))
    return lines + [_line(pair.target, {}, pair, settings, rows) for pair in pairs.values()]


def _line(target: str, row: Row, pair: Mapped | None, settings: KrayinSettings, rows: Sequence[Row]) -> Line:
    return {
        "attribute": target,
        "type": row.get("type"),
        "name": row.get("name"),
        "options": [option["name"] for option in row.get("options") or ()],
        "from": settings.attributes[pair.target] if pair else None,
        "problem": mapping_problem(settings, pair, rows) if pair else "",
    }


def _print(shown: Sequence[Line], made: Sequence[Line]) -> None:
    names = ("attribute", "type", "name", "options", "from", "problem")
    table(
        [name.capitalize() for name in names],
        (["; ".join(line[name]) if name == "options" else line[name] for name in names] for line in shown),
    )
    if made:
        click.echo()
        table(("Asked for", "Type", ""), (list(line.values()) for line in made))


def _hint(context: Context[KrayinSettings], asked: Sequence[NewAttribute]) -> str:
    """Say how to map what was asked for and is not mapped yet: the setting is given whole."""
    pairs = dict(context.settings.attributes)
    new = {one.target: f"contact.{one.code}" for one in asked if one.target not in pairs}
    if not new:
        return ""
    whole = ", ".join(f"{target}={source}" for target, source in (pairs | new).items())
    return f"\nMap them, for example: crmhost set {context.connection_id} --set 'attributes={whole}'"
