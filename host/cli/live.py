"""The status as a live view: the same figures, drawn anew while somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..states import STATES

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

LOOKS = {"working": "green", "paused": "yellow", "waits_for_secret": "yellow"}
"""A colour for a connection's state; any other is red."""


def show(
    look: Callable[[], dict[str, Any]], over: Callable[[], bool], console: Console | None = None
) -> None:
    """Draw what ``look`` returns until ``over``, which waits a moment, says so."""
    from rich.live import Live

    state = look()
    with Live(drawn(state), console=console, auto_refresh=False, screen=False) as live:
        before = state
        while not over():
            state = look()
            live.update(drawn(state, before), refresh=True)
            before = state


def drawn(state: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> RenderableType:
    """Return one look at the status; what grew since the look before is told beside it."""
    from rich.console import Group
    from rich.text import Text

    now = datetime.now(UTC).strftime("%H:%M:%S")
    return Group(
        Text(f"crmhost at {now} (UTC), Ctrl-C ends this", style="dim"),
        *_connections(state["connections"]),
        *_backfills(state["connections"]),
        _deliveries(state, before or state),
    )


def _connections(rows: list[Mapping[str, Any]]) -> Iterator[RenderableType]:
    from rich.table import Table
    from rich.text import Text

    from .look import state_of, why

    grid = Table(expand=True)
    for column in ("Id", "Plugin", "Account", "State", "Why, and what to do"):
        grid.add_column(column, overflow="fold")
    for row in rows:
        look = "red" if row.get("problem") else LOOKS.get(str(row["state"]), "red")
        state = Text(state_of(row), style=look)
        grid.add_row(str(row["id"]), str(row["plugin"]), str(row["account_id"]), state, Text(why(row)))
    yield grid if rows else Text("Nothing is connected yet: crmhost connect PLUGIN --account N")


def _backfills(rows: list[Mapping[str, Any]]) -> Iterator[RenderableType]:
    """Yield a bar for each backfill that is not over."""
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    from .backfill import in_words

    going = [row for row in rows if row["backfill"] and row["backfill"]["state"] in {"running", "paused"}]
    if not going:
        return
    grid = Table.grid(padding=(0, 2), expand=True)
    grid.add_column(ratio=1)
    grid.add_column(ratio=2)
    for row in going:
        one = row["backfill"]
        whole = max(one["contacts"] + one["conversations"], 1)
        done = max(one["contacts_read"] + one["conversations_read"] - one["in_line"], 0)
        grid.add_row(ProgressBar(whole, done), Text(f"Connection {row['id']}: {in_words(one)}"))
    yield grid


def _deliveries(state: Mapping[str, Any], before: Mapping[str, Any]) -> RenderableType:
    from rich.table import Table

    grid = Table(expand=True)
    counts = {name: state["deliveries"].get(name, 0) for name in STATES}
    for name in counts:
        grid.add_column(name, justify="right")
    grid.add_column("refused", justify="right")
    grid.add_column("lanes waiting", justify="right")
    grid.add_column("oldest waits", justify="right")
    cells = [_grown(count, before["deliveries"].get(name, 0)) for name, count in counts.items()]
    oldest = state["oldest_pending_seconds"]
    refused = [sum(one["refused"].values()) for one in (state, before)]
    grid.add_row(
        *cells, _grown(*refused), str(state["lanes"]["waiting"]), f"{oldest:.0f} s" if oldest else "-"
    )
    return grid


def _grown(now: int, before: int) -> str:
    return f"{now} (+{now - before})" if now > before else str(now)
