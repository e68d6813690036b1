"""Beside what else would be taken: n8n's webhook to no-op and Node-RED's http-in, from npm.

``python -m tests.bench.peers`` installs them in build/peers (n8n: two gigabytes, ten minutes), measures
all three and keeps the figures for the page.
"""

from __future__ import annotations

import json
import logging
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from crmhost.logs import configure

from . import page
from .load import Seen, Task, send
from .place import SQLITE, counts, fastest, with_processes
from .processes import ROOT, environment, program
from .receive import CONNECTIONS, beside_the_limit
from .rows import TIMES, Aim, Row, Scale, expect
from .run import Run

SECONDS, MOST = 8.0, 30_000
INSTALL = 1800
"""Seconds that npm may take."""


class Missing(Exception):
    """It could not be installed or started here; the text says why."""


@dataclass(frozen=True)
class Peer:
    """Something else that takes webhooks."""

    name: str
    package: str
    version: str
    what: str
    aim: Aim
    running: Callable[[Path], Iterator[str]]
    """Runs it in the folder that it was installed in; yields the webhook's address."""
    compiled: tuple[str, ...] = ()
    """What it needs of that which comes to be compiled; the rest of that would take most of an hour."""


def install(peer: Peer, folder: Path) -> None:
    """Install it there, or say what npm said."""
    if shutil.which("npm") is None:
        raise Missing("There is no npm here.")
    folder.mkdir(parents=True, exist_ok=True)
    # What n8n reads tables with comes from a server of its own, beside npm's; npm has an older one.
    wanted = {"private": True, "dependencies": {peer.package: peer.version}, "overrides": {"xlsx": "0.18.5"}}
    (folder / "package.json").write_text(json.dumps(wanted))
    steps = [["install", "--ignore-scripts", "--no-audit", "--no-fund"]]
    steps += [["rebuild", *peer.compiled]] if peer.compiled else []
    try:
        for step in steps:
            words = ["npm", *step, "--loglevel=error"]
            subprocess.run(words, cwd=folder, check=True, capture_output=True, text=True, timeout=INSTALL)
    except subprocess.CalledProcessError as error:
        said = (error.stderr or error.stdout).strip().splitlines()
        raise Missing(f"npm did not install it: {' '.join(said[:3])[:200]}") from error
    except subprocess.TimeoutExpired as error:
        raise Missing(f"npm did not install it within {INSTALL // 60} minutes.") from error


def node_red(folder: Path) -> Iterator[str]:
    """Run a flow of an http-in and a response: nothing is stored."""
    port = _free_port()
    home = folder / "home"
    home.mkdir(exist_ok=True)
    flow = [
        {"id": "tab", "type": "tab", "label": "bench"},
        {"id": "in", "type": "http in", "z": "tab", "url": "/hook", "method": "post", "wires": [["out"]]},
        {"id": "out", "type": "http response", "z": "tab", "statusCode": "200", "wires": []},
    ]
    (home / "flows.json").write_text(json.dumps(flow))
    words = ["node", "node_modules/node-red/red.js", "--userDir", str(home), "-p", str(port), "flows.json"]
    with program(words, "Started flows", {}, folder):
        yield f"http://127.0.0.1:{port}/hook"


def n8n(folder: Path) -> Iterator[str]:
    """Run a workflow of a webhook, answered at once, and a no-op, on n8n's own SQLite."""
    port = _free_port()
    nodes = [
        {
            "id": "1",
            "name": "Webhook",
            "type": "n8n-nodes-base.webhook",
            "typeVersion": 2,
            "position": [0, 0],
            "webhookId": "bench",
            "parameters": {"httpMethod": "POST", "path": "bench", "responseMode": "onReceived"},
        },
        {
            "id": "2",
            "name": "No-op",
            "type": "n8n-nodes-base.noOp",
            "typeVersion": 1,
            "position": [200, 0],
            "parameters": {},
        },
    ]
    joined = {"Webhook": {"main": [[{"node": "No-op", "type": "main", "index": 0}]]}}
    flow = {"id": "bench", "name": "bench", "nodes": nodes, "connections": joined, "active": True}
    (folder / "flow.json").write_text(json.dumps([flow]))
    variables = {
        "N8N_PORT": str(port),
        "N8N_USER_FOLDER": str(folder / "home"),
        "N8N_DIAGNOSTICS_ENABLED": "false",
    }
    command = ["node", "node_modules/n8n/bin/n8n"]
    for words in (
        ["import:workflow", "--input=flow.json"],
        ["update:workflow", "--id=bench", "--active=true"],
    ):
        done = subprocess.run(
            [*command, *words],
            cwd=folder,
            env=environment(**variables),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Missing(f"It does not run: {(done.stderr or done.stdout).strip()[:200]}")
    with program([*command, "start"], "Editor is now accessible", variables, folder):
        yield f"http://127.0.0.1:{port}/webhook/bench"


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


PEERS = (
    Peer(
        "node-red", "node-red", "4.1.15", "Node-RED's http-in, which stores nothing", Aim(least=2), node_red
    ),
    Peer("n8n", "n8n", "2.8.4", "n8n's webhook to no-op", Aim(least=40), n8n, ("sqlite3",)),
)


def measure(folder: Path, only: Sequence[str] = ()) -> list[Row]:
    """Measure crmhost's durable receive, then each peer; of one that is missing here say why."""
    ours, limit, _ = beside_the_limit(SQLITE, Scale(), counts())
    return [_row(peer, ours, limit, folder / peer.name) for peer in PEERS if not only or peer.name in only]


def _row(peer: Peer, each: Mapping[int, Seen], limit: Seen, folder: Path) -> Row:
    count = fastest(each)
    ours = each[count]
    name, what = f"peers.{peer.name}", f"durable receive on SQLite, of {peer.what}"
    what += f", with {with_processes(count)}"
    try:
        install(peer, folder)
        with contextmanager(peer.running)(folder) as url:
            send(Task(url, 4, 60, 100))
            theirs = send(Task(url, CONNECTIONS, SECONDS, MOST, 1000))
    except (Missing, RuntimeError) as error:
        return Row(name, what, None, TIMES, peer.aim, note=str(error))
    expect(f"answers of {peer.name} other than 200", theirs.refused, 0)
    parts = {f"with {with_processes(some)}, a second": seen.rate for some, seen in each.items()}
    parts |= {"deliveries a second": ours.rate, "theirs, a second": theirs.rate, "their p99, ms": theirs.p99}
    parts |= {"of theirs, the limit of such a server": limit.rate / theirs.rate}
    return Row(name, what, ours.rate / theirs.rate, TIMES, peer.aim, parts)


@click.command()
@click.option("--only", multiple=True, type=click.Choice([peer.name for peer in PEERS]))
@click.option("--folder", type=click.Path(path_type=Path), default=ROOT / "build" / "peers")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def peers(only: tuple[str, ...], folder: Path, *, as_json: bool) -> None:
    """Measure crmhost beside n8n and Node-RED, and put that on docs/performance.md."""
    configure(logging.ERROR)
    began = time.monotonic()
    ended = Run(measure(folder, only), [], time.monotonic() - began)
    told = json.dumps(ended.document(), indent=2)
    click.echo(told if as_json else "\n".join(f"{row} {row.note}" for row in ended.rows))
    if not (as_json or only):
        page.write(ended.document(), ROOT / "docs", page.PEERS)


if __name__ == "__main__":
    peers()
