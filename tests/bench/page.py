"""The page of what was measured: docs/performance.md and its plots, written by the runs themselves.

Each run keeps its own document beside the plots, so that the page can hold what another one found.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from .plots import bars

HEAD = """# Performance

Written by `make bench`: do not edit it by hand.

Figures are ratios within one run on one machine, beside the limit or beside what else would be taken.
Never compare them across machines.
This run was on {machine}.

To measure for yourself:

<!-- not run: it takes minutes; CI runs bench-quick -->
```sh
make bench                 # all of this, and this page
make bench ARGS=--json     # as one JSON document
make bench-quick           # a minute's part; fails where a ratio fell by more than a third
make bench-peers           # beside n8n and Node-RED, installed from npm
```
"""
BESIDE = """## Beside what else would be taken

This run, of `make bench-peers`, was on {machine}.
"""
WHOLE, PEERS = "run", "peers"
PLOTS = {
    "receive": (
        "Durable receive, deliveries a second",
        ("deliveries a second", "limit, deliveries a second"),
    ),
    "sync": (
        "Sync, deliveries a second, beside a plain loop and beside threads through latency",
        ("deliveries a second", "plain loop, calls a second", "threads through latency, a second"),
    ),
    "minute": ("New customers done under Krayin's 60 calls a minute", ("crmhost", "the plan's flow")),
    "scale-out": (
        "Worker processes, deliveries a second",
        ("one, deliveries a second", "four, deliveries a second"),
    ),
    "growth": ("The store grows a hundred times", ("small, ms", "large, ms", "small, MB", "large, MB")),
}
"""The plot of each family: its title, and the parts of its rows that it shows."""
Document = Mapping[str, Any]


def write(document: Document, folder: Path, run: str = WHOLE) -> None:
    """Keep what a run (WHOLE or PEERS) found in a folder; write the page and its plots of all there is."""
    kept = folder / "performance"
    kept.mkdir(exist_ok=True)
    (kept / f"{run}.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    found = {
        one: json.loads(of.read_text()) for one in (WHOLE, PEERS) if (of := kept / f"{one}.json").exists()
    }
    if WHOLE not in found:
        return
    for name, svg in _plots(found[WHOLE]):
        (kept / f"{name}.svg").write_text(svg)
    (folder / "performance.md").write_text(text(found[WHOLE], found.get(PEERS)))


def text(document: Document, peers: Document | None = None) -> str:
    """Return the page."""
    lines = [HEAD.format(machine=_machine(document)), *_table(document["rows"])]
    for problem in document["problems"]:
        lines += ["", f"Not measured: {problem}"]
    for name, _ in _plots(document):
        lines += ["", f"![{PLOTS[name][0]}](performance/{name}.svg)"]
    if peers:
        lines += ["", BESIDE.format(machine=_machine(peers)), *_table(peers["rows"])]
    lines += ["", "## What the figures are made of", ""]
    for row in (*document["rows"], *(peers["rows"] if peers else ())):
        lines += _parts(row)
    return "\n".join(lines).rstrip("\n") + "\n"


def _machine(document: Document) -> str:
    """Say what was measured on, and for how long."""
    minutes = max(1, round(document["seconds"] / 60))
    said = "{cores} cores, {system}, Python {python}, and took {minutes} minutes"
    return said.format(**document["machine"], minutes=minutes)


def _table(rows: Sequence[Document]) -> list[str]:
    return ["| what | measured | aim | |", "| --- | --- | --- | --- |", *map(_line, rows)]


def _line(row: Document) -> str:
    mark = "met" if row["met"] else "not met"
    return f"| {row['what']} | {shown(row['value'])} {row['unit']} | {row['aim']} | {mark} |"


def shown(value: float | None) -> str:
    """Return a figure with three digits that mean something."""
    if value is None:
        return "—"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _parts(row: Document) -> Iterator[str]:
    if row["parts"] or row["note"]:
        told = "; ".join(f"{name} {shown(value)}" for name, value in row["parts"].items())
        yield f"- **{row['name']}**: {'. '.join(filter(None, (told, row['note'])))}"


def _plots(document: Document) -> Iterator[tuple[str, str]]:
    for family, (title, wanted) in PLOTS.items():
        rows = [row for row in document["rows"] if row["name"].partition(".")[0] == family]
        values = {
            f"{row['name'].partition('.')[2]}: {name.partition(',')[0]}": row["parts"][name]
            for row in rows
            for name in wanted
            if name in row["parts"]
        }
        if values:
            yield family, bars(title, values)
