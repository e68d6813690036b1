"""The command that brings the past of an account, and shows how far it has come."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from ..errors import SettingsError
from .named import connection_argument
from .output import document, house_of, json_option

if TYPE_CHECKING:
    from ..backfill import Estimate
    from ..house import House
    from ..store.backfills import Backfill, State

LOOK = 0.5
"""Seconds between two looks at how far it has come."""
PATIENCE = 60.0
"""Seconds without anything worked after which a person should look why."""


@click.command()
@connection_argument
@click.option("--since", help="Only what was heard of since: 30d, 12h, or a date and time (UTC).")
@click.option("--dry-run", is_flag=True, help="Only say how much there is, and how long it takes.")
@click.option("--pause", "wish", flag_value="paused", help="Let it wait; the next backfill goes on with it.")
@click.option("--cancel", "wish", flag_value="cancelled", help="End it; what is in line is worked.")
@click.option("--no-wait", is_flag=True, help="Leave it to the workers.")
@json_option
def backfill(
    connection: int, since: str | None, wish: State | None, *, dry_run: bool, no_wait: bool, as_json: bool
) -> None:
    """Bring all contacts and conversations of an account, behind what happens now."""
    from ..replay import moment

    start = moment(since, time.time()) if since else None
    with house_of() as house:
        if dry_run:
            _say_estimate(house, connection, start, as_json=as_json)
            return
        one = _wished(house, connection, wish) if wish else _begun(house, connection, start, as_json=as_json)
        if wish is None and not no_wait:
            one = _watched(house, one, shown=not as_json)
        state = _state(house, one)
    if as_json:
        document({"connection": connection, **state})
    else:
        click.echo(f"Connection {connection}: {in_words(state)}")


def _begun(house: House, connection: int, since: float | None, *, as_json: bool) -> Backfill:
    from ..backfill import begin

    one = begin(house, connection, since)
    if not as_json and one.page == 1 and one.seconds_left is not None:
        click.echo(f"This takes about {duration(one.seconds_left)}; what happens now goes first.")
    return one


def _wished(house: House, connection: int, wish: State) -> Backfill:
    from ..store import backfills

    with house.store.write() as tx:
        one = backfills.open_one(tx, connection)
        if one is None:
            raise SettingsError(
                f"Connection {connection} has no backfill that has not ended.",
                fix=f"Begin one: crmhost backfill {connection}",
            )
        return backfills.set_state(tx, one.id, wish)


def _watched(house: House, one: Backfill, *, shown: bool) -> Backfill:
    """Go on with it beside the workers, and show how far it is, until it has ended or was stopped."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    from ..backfill import Feeder
    from ..store import backfills

    feeder, seen = Feeder(house), Seen()
    columns = BarColumn(), TaskProgressColumn(), TextColumn("{task.description}", markup=False)
    with Progress(*columns, console=Console(stderr=True), disable=not shown) as bar:
        task = bar.add_task("", total=None)
        try:
            while one.state == "running":
                feeder.look()
                with house.store.read() as tx:
                    one = backfills.get(tx, one.id)
                bar.update(task, **_shown(_state(house, one), seen))
                time.sleep(LOOK)
        except KeyboardInterrupt:
            bar.stop()
            wait = f"crmhost backfill {one.connection_id} --pause"
            click.echo(f"The workers go on with it. To let it wait: {wait}", err=True)
    return one


@dataclass
class Seen:
    """Since when there is as much in line as now."""

    in_line: int = 0
    at: float = 0.0

    def is_stuck(self, in_line: int) -> bool:
        """Whether nothing has been worked for a while."""
        now = time.monotonic()
        if in_line != self.in_line:
            self.in_line, self.at = in_line, now
        return in_line > 0 and now - self.at > PATIENCE


def _shown(state: dict[str, Any], seen: Seen) -> dict[str, Any]:
    """Return what the bar shows: as done, what was read and is not in line any more."""
    read = state["contacts_read"] + state["conversations_read"]
    stuck = ". Nothing is worked: see crmhost status, and whether a worker runs"
    return {
        "total": max(state["contacts"] + state["conversations"], 1),
        "completed": max(read - state["in_line"], 0),
        "description": in_words(state) + (stuck if seen.is_stuck(state["in_line"]) else ""),
    }


def _state(house: House, one: Backfill) -> dict[str, Any]:
    from ..overview import backfill as shown

    with house.store.read() as tx:
        return shown(tx, one)


def _say_estimate(house: House, connection: int, since: float | None, *, as_json: bool) -> None:
    from ..backfill import estimate
    from ..store import connections

    with house.store.read() as tx:
        one = connections.get(tx, house.vault, connection)
    found = estimate(house, one, since)
    if as_json:
        document(
            {
                "connection": connection,
                "dry_run": True,
                "since": datetime.fromtimestamp(since, UTC).isoformat(timespec="seconds") if since else None,
                "contacts": found.contacts,
                "conversations": found.conversations,
                "calls": found.calls,
                "calls_per_minute": found.costs.per_minute if found.costs else None,
                "seconds": None if found.seconds is None else round(found.seconds),
            }
        )
    else:
        click.echo(_said(found))


def _said(found: Estimate) -> str:
    there_are = f"There are {found.contacts} contacts and {found.conversations} conversations."
    if found.costs is None or found.seconds is None:
        return f"{there_are} What they take in calls, the plugin does not say."
    each = f"{found.costs.contact} and {found.costs.conversation}"
    return (
        f"{there_are} With {each} calls each, that is {found.calls} calls to the CRM, and with "
        f"{found.costs.per_minute} a minute about {duration(found.seconds)}: less where the CRM has them "
        "already, more where much happens now."
    )


def in_words(state: dict[str, Any]) -> str:
    """Return in a line how far a backfill has come."""
    parts = [
        f"backfill {state['state']}",
        f"{state['contacts_read']}/{state['contacts']} contacts",
        f"{state['conversations_read']}/{state['conversations']} conversations",
    ]
    if state["in_line"]:
        parts.append(f"{state['in_line']} in line")
    if state["state"] == "running" and state["seconds_left"]:
        parts.append(f"about {duration(state['seconds_left'])} left")
    return ", ".join(parts) + "".join(f". {state[name]}" for name in ("reason", "fix") if state[name])


def duration(seconds: float) -> str:
    """Return how long that is, as people say it."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return "a minute"
    if minutes < 120:
        return f"{minutes} min"
    hours = round(minutes / 60)
    return f"{hours} h" if hours < 72 else f"{round(hours / 24)} days"
