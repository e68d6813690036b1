"""The commands that show what is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from ..states import STATES
from .output import document, house_of, json_option, table

SCOPES = {"recent": "what is recent", "full": "everything"}
WORDS = {
    "missed_contacts": "contact(s) lost",
    "missed_conversations": "beginning(s) lost",
    "missed_resolves": "end(s) lost",
    "looked_again": "looked at again",
    "gone": "gone in Chatwoot (crmhost reconcile names them)",
}
"""What a comparison found, for people."""
TROUBLES = {"untaken": "no worker", "refused": "webhooks refused"}
"""What keeps a connection from working that is in order itself."""


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
        document(state)
        return
    _connections(state["connections"])
    _compared(state["connections"])
    _backfills(state["connections"])
    table("Deliveries", ("State", "How many"), state["deliveries"].items())
    table("Refused", ("Reason", "How many"), state["refused"].items())
    click.echo(f"Data: {folder}")
    waiting, oldest = state["lanes"]["waiting"], state["oldest_pending_seconds"]
    click.echo(f"{waiting} lane(s) waiting" + (f", the oldest delivery for {oldest} s." if oldest else "."))


@click.command()
@json_option
def connections(*, as_json: bool) -> None:
    """List the connections."""
    from .. import overview

    with house_of() as house:
        rows = overview.all_connections(house)
    if as_json:
        document({"connections": rows})
    else:
        _connections(rows)


def _connections(rows: list[dict[str, Any]]) -> None:
    columns = ("Id", "Plugin", "Account", "State", "Why, and what to do")
    lines = [(r["id"], r["plugin"], r["account_id"], state_of(r), why(r)) for r in rows]
    table("Connections", columns, lines)


def _compared(rows: list[dict[str, Any]]) -> None:
    """Show when each connection was compared with Chatwoot, and what that found."""
    columns = ("Connection", "What", "Last", "Found", "Next", "Why, and what to do")
    lines: list[tuple[object, ...]] = []
    for row in rows:
        known = row["reconcile"]
        done = [(what, known[scope]) for scope, what in SCOPES.items() if known[scope]]
        lines += [
            (row["id"], what, _when(one["finished_at"]), _found(one["found"]), _when(one["due_at"]), "")
            for what, one in done
        ]
        if known["reason"]:
            lines.append((row["id"], "", "", "", "", why(known)))
    table("Compared with Chatwoot", columns, lines)


def _backfills(rows: list[dict[str, Any]]) -> None:
    """Show the backfills, where there are any."""
    from .backfill import in_words

    lines = [(row["id"], in_words(row["backfill"])) for row in rows if row["backfill"]]
    if lines:
        table("Backfills", ("Connection", "How far"), lines)


def _found(counts: dict[str, int]) -> str:
    said = ", ".join(f"{count} {WORDS[name]}" for name, count in counts.items() if count and name in WORDS)
    return said or ("nothing" if counts else "")


def _when(moment: str | None) -> str:
    return moment[:16].replace("T", " ") if moment else ""


def state_of(row: Mapping[str, Any]) -> str:
    """Return the state in words, and until when it lasts at least."""
    words = str(row["state"]).replace("_", " ")
    if row["state"] == "working" and row["problem"]:
        words = TROUBLES[row["problem"]["state"]]
    return f"{words}, tried again at {row['until'][11:19]} (UTC)" if row["until"] else words


def why(row: Mapping[str, Any]) -> str:
    """Return the reason, and what to do."""
    if not row["reason"] and row.get("problem"):
        row = row["problem"]
    return " ".join(part for part in (row["reason"], row["fix"]) if part)


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
    columns = ("Id", "Received", "Event", "Contact", "Conversation", "State", "What and why")
    table("Deliveries, the newest first", columns, [_line(row) for row in rows])


def _line(row: dict[str, Any]) -> tuple[object, ...]:
    what = ", ".join(
        f"{change['kind']} {change['remote_id']} {change['action']}" for change in row["changes"]
    )
    notes = " ".join(dict.fromkeys(change["note"] for change in row["changes"] if change["note"]))
    told = "; ".join(part for part in (what, notes, why(row)) if part)
    received = row["received_at"][:19].replace("T", " ")
    return row["id"], received, row["event"], row["contact_id"], row["conversation_id"], row["state"], told


@click.command()
@click.option("--schema", metavar="PLUGIN", help="Print the JSON Schema of this plugin's settings instead.")
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
