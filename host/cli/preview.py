"""The command that shows what would be written, and writes nothing."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from .named import NUMBER, connection_argument
from .output import document, house_of, json_option, table

if TYPE_CHECKING:
    from ..preview import Preview
    from ..rehearsal import Write

LONGEST = 400
"""Signs of a value that are shown to people."""


@click.command()
@connection_argument
@click.option("--delivery", type=NUMBER, help="One that came: crmhost deliveries.")
@click.option("--contact", type=NUMBER, help="A contact of Chatwoot's, as it is now.")
@click.option("--conversation", type=NUMBER, help="A conversation of Chatwoot's, as it is now.")
@json_option
def preview(
    connection: int,
    delivery: int | None,
    contact: int | None,
    conversation: int | None,
    *,
    as_json: bool,
) -> None:
    """Show the calls that would be made, field by field. Nothing is written."""
    from ..preview import Subject
    from ..preview import preview as rehearse

    if sum(one is not None for one in (delivery, contact, conversation)) != 1:
        raise click.UsageError("Name one: --delivery ID, --contact ID or --conversation ID.")
    with house_of() as house:
        seen = rehearse(house, connection, Subject(delivery, contact, conversation))
    if as_json:
        document({"connection": connection, **_document(seen)})
    else:
        _show(seen)


def _document(seen: Preview) -> dict[str, Any]:
    writes = [
        {
            **{name: getattr(one, name) for name in ("to", "method", "path", "body", "needs")},
            "fields": [{**asdict(field), "changes": field.changes} for field in one.fields],
        }
        for one in seen.writes
    ]
    reads = [{"method": one.method, "path": one.path, "status": one.status} for one in seen.reads]
    changes = [asdict(change) for change in seen.changes]
    told = {"state": seen.state, "reason": seen.reason, "fix": seen.fix, "changes": changes}
    return {"about": seen.about, "sent": 0, "writes": writes, "reads": reads, "ended": seen.ended, **told}


def _show(seen: Preview) -> None:
    click.echo(f"What would be done for {seen.about}; nothing of it was sent.")
    for place, one in enumerate(seen.writes, 1):
        rows = [(field.name, _text(field.now), _text(field.then)) for field in one.fields if field.changes]
        table(_title(place, one), ("Field", "There is", "Would be written"), rows)
        if same := sum(not field.changes for field in one.fields):
            click.echo(f"{same} field(s) would be written as they are.")
    if not seen.writes:
        click.echo("Nothing would be written.")
    click.echo("Asked on the way: " + (", ".join(map(str, seen.reads)) or "nothing") + ".")
    click.echo(_outcome(seen))


def _title(place: int, one: Write) -> str:
    needs = "".join(f", needs the id from write {number}" for number in one.needs)
    return f"Write {place}, to {one.to}: {one.method} {one.path}{needs}"


def _text(value: Any) -> str:
    if value is None or value == "":
        return "-"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"


def _outcome(seen: Preview) -> str:
    if seen.ended:
        return seen.ended
    made = ", ".join(f"{one.kind} {one.action}" for one in seen.changes)
    notes = " ".join(dict.fromkeys(one.note for one in seen.changes if one.note))
    told = " ".join(part for part in (seen.reason, seen.fix, notes) if part)
    return f"The delivery would be {seen.state}" + "".join(f": {part}" for part in (made, told) if part)
