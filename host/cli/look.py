"""The commands that show what is there."""

from __future__ import annotations

from typing import Any

import click

from ..states import STATES
from .named import plugins_there
from .output import apart, document, house_of, json_option, table
from .rows import COLUMNS, figures, redis, row, why

SCOPES = {"recent": "what is recent", "full": "everything"}
WORDS = {
    "missed_contacts": "contact(s) lost",
    "missed_conversations": "beginning(s) lost",
    "missed_resolves": "end(s) lost",
    "looked_again": "looked at again",
    "gone": "gone in Chatwoot (crmhost reconcile names them)",
}
"""What a comparison found, for people."""


@click.command()
@click.option("--watch", is_flag=True, help="Show it live, until Ctrl-C.")
@click.option(
    "--every", type=click.FloatRange(0.1, 3600), default=2.0, show_default=True, help="Seconds between looks."
)
@json_option
def status(*, watch: bool, every: float, as_json: bool) -> None:
    """Show how everything does."""
    from .. import overview

    if watch and as_json:
        raise click.UsageError("--watch is for people, --json for programs: take one of them.")
    if watch:
        from .live import show
        from .run import stop_signal

        stop = stop_signal()
        with house_of() as house:
            show(lambda: overview.status(house), lambda: stop.wait(every))
        return
    with house_of() as house:
        state, folder = overview.status(house), house.settings.data_dir.resolve()
    if as_json:
        document(state | {"data_dir": str(folder)})
        return
    if away := redis(state):
        click.echo(away)
    _connections(state["connections"])
    _compared(state["connections"])
    _backfills(state["connections"])
    for line in figures(state):
        click.echo(line)
    click.echo(f"Data: {folder}")


@click.command()
@json_option
def connections(*, as_json: bool) -> None:
    """List the connections."""
    from .. import overview

    with house_of() as house:
        rows, folder = overview.all_connections(house), house.settings.data_dir.resolve()
    if as_json:
        document({"connections": rows})
        return
    _connections(rows)
    if not rows:
        click.echo(f"Data: {folder} (another folder is named by CRMHOST_DATA_DIR)")


def _connections(rows: list[dict[str, Any]]) -> None:
    table("Connections", COLUMNS, map(row, rows))


def _compared(rows: list[dict[str, Any]]) -> None:
    """Show when each connection was compared with Chatwoot, and what that found."""
    columns = ("Connection", "What", "Last", "Found", "Next")
    lines: list[tuple[object, ...]] = []
    for each in rows:
        known = each["reconcile"]
        done = [(what, known[scope]) for scope, what in SCOPES.items() if known[scope]]
        lines += [
            (each["id"], what, _when(one["finished_at"]), _found(one["found"]), _when(one["due_at"]))
            for what, one in done
        ]
    if lines:
        table("Compared with Chatwoot", columns, lines)
    for each in rows:
        if each["reconcile"]["reason"]:
            click.echo(f"Connection {each['id']}: {why(each['reconcile'])}")


def _backfills(rows: list[dict[str, Any]]) -> None:
    """Show the backfills, where there are any."""
    from .backfill import in_words

    lines = [(each["id"], in_words(each["backfill"])) for each in rows if each["backfill"]]
    if lines:
        table("Backfills", ("Connection", "How far"), lines)


def _found(counts: dict[str, int]) -> str:
    said = ", ".join(f"{count} {WORDS[name]}" for name, count in counts.items() if count and name in WORDS)
    return said or ("nothing" if counts else "")


def _when(moment: str | None) -> str:
    return moment[:16].replace("T", " ") if moment else ""


@click.command()
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many.")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(STATES),
    help="Only those in this state; may be repeated.",
)
@json_option
def deliveries(limit: int, states: tuple[str, ...], *, as_json: bool) -> None:
    """List the newest deliveries and what became of them."""
    from .. import overview

    with house_of() as house:
        rows = overview.newest_deliveries(house, limit, states)
    if as_json:
        document({"deliveries": rows})
        return
    columns = ("Id", "Received", "About", "State", "What and why")
    table("Deliveries, the newest first", columns, map(_line, rows))


def _line(one: dict[str, Any]) -> tuple[object, ...]:
    what = ", ".join(
        f"{change['kind']} {change['remote_id']} {change['action']}" for change in one["changes"]
    )
    notes = " ".join(dict.fromkeys(change["note"] for change in one["changes"] if change["note"]))
    told = "; ".join(part for part in (what, notes, why(one)) if part)
    about = [one["event"], f"contact {one['contact_id']}"]
    if one["conversation_id"] is not None:
        about.append(f"conversation {one['conversation_id']}")
    received = one["received_at"][:19].replace("T", apart())
    return one["id"], received, apart().join(about), one["state"], told


@click.command()
@click.option(
    "--schema",
    metavar="PLUGIN",
    shell_complete=plugins_there,
    help="Print the JSON Schema of this plugin's settings instead.",
)
@json_option
def plugins(schema: str | None, *, as_json: bool) -> None:
    """List the installed CRM plugins."""
    from .. import declared, overview
    from ..logs import configure
    from ..misfits import sentence
    from ..plugins import discover

    configure()
    if schema:
        document(declared.schema(discover()[schema].info.settings))
        return
    found = overview.plugins(discover())
    if as_json:
        document(found)
        return
    lines = [
        (p["name"], p["title"], f"{p['package']} {p['version']}", f"tier {p['tier']}" if p["tier"] else "")
        for p in found["plugins"]
    ]
    lines += [
        (p["name"], "", p["package"], f"{sentence(p['problem'])} {sentence(p['fix'])}")
        for p in found["broken"]
    ]
    table("Plugins", ("Name", "CRM", "Package", "Tier, or problem and what to do"), lines)
