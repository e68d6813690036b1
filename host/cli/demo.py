"""The commands that need no CRM: all of crmhost shown in one minute, and a stand-in to try things on."""

from __future__ import annotations

import logging
import shlex
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .named import plugin_argument, plugins_there
from .output import document, json_option, table
from .run import stop_signal

if TYPE_CHECKING:
    from ..demo.run import Demo


@click.command()
@click.option(
    "--plugin",
    shell_complete=plugins_there,
    help="The CRM; the first installed one that brings a stand-in otherwise.",
)
@click.option("--keep", is_flag=True, help="Leave everything running, with its pages, until Ctrl-C.")
@json_option
def demo(plugin: str | None, *, keep: bool, as_json: bool) -> None:
    """Watch signed Chatwoot deliveries become records in a CRM."""
    from ..demo.run import running_demo
    from ..logs import configure

    configure(logging.ERROR)
    stop = stop_signal() if keep else threading.Event()
    with (
        tempfile.TemporaryDirectory(prefix="crmhost-demo-") as folder,
        running_demo(Path(folder), plugin, pages=keep) as run,
    ):
        if not as_json:
            show(run.report)
        if keep:
            _keep(stop, run, as_json=as_json)
        elif as_json:
            document(run.report)
    if not run.report["ok"]:
        sys.exit(1)


@click.command("stand-in")
@plugin_argument
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Port to listen on; a free one without it."
)
@json_option
def stand_in(plugin: str, host: str, port: int, *, as_json: bool) -> None:
    """Serve a CRM that forgets everything when it stops, to connect to and try things on."""
    from ..demo.run import with_stand_in
    from ..for_people import ForPeople
    from ..logs import configure
    from ..plugins import discover
    from ..server import serving

    configure(logging.ERROR)
    stop = stop_signal()
    found, crm = with_stand_in(discover(), plugin)
    app = ForPeople(crm.app, found.info.title, getattr(crm, "tables", None))
    with serving(app, host, port) as url:
        settings = dict(crm.settings(url))
        if as_json:
            document({"url": url, "settings": settings})
        else:
            pairs = " ".join(f"--set {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
            click.echo(
                f"A stand-in for {found.info.title} listens on {url} until Ctrl-C. Connect to it with:"
            )
            click.echo(f"  crmhost connect {plugin} --account 3 {pairs}")
        stop.wait()


def show(report: dict[str, Any]) -> None:
    """Print what arrived, what became of it, and what the CRM holds now."""
    columns = ("Chatwoot sent", "Event", "Answer", "Became", "What and why", "Calls")
    table("Deliveries", columns, [_line(one) for one in report["deliveries"]])
    for name, rows in report["crm"].items():
        table(f"The CRM's {name}", list(rows[0]) if rows else ["(none)"], [row.values() for row in rows])
    sent = len(report["deliveries"])
    click.echo(f"{sent} webhooks took {report['calls']} calls to the CRM, in {report['seconds']} s.")
    if report["ok"]:
        click.echo("The CRM holds exactly what it should.")
    for sentence in report["differences"]:
        click.echo(f"Wrong: {sentence}", err=True)


def _line(one: dict[str, Any]) -> tuple[object, ...]:
    became = one["state"] or one["said"]
    changes = [f"{change['kind']} {change['remote_id']} {change['action']}" for change in one["changes"]]
    told = "\n".join([*changes, one["reason"] or ""]).strip()
    return one["what"], one["event"], one["answer"], became, told, len(one["calls"])


def _places(run: Demo, pages: str) -> dict[str, str]:
    return {
        "pages": pages,
        "data_dir": str(run.folder),
        "webhook_url": run.webhook_url,
        "crm_url": run.crm_url,
        "look": f"CRMHOST_DATA_DIR={run.folder} crmhost status",
    }


def _keep(stop: threading.Event, run: Demo, *, as_json: bool) -> None:
    """Go on until Ctrl-C or SIGTERM, and say where everything is."""
    from ..demo.keeping import going_on

    with going_on(run) as pages:
        places = _places(run, pages)
        if as_json:
            document(run.report | {"running": places})
        else:
            click.echo(
                "\nIt keeps running until Ctrl-C. Open the first address: it lets you in to the pages, once."
            )
            for name, place in places.items():
                click.echo(f"  {name}: {place}")
        stop.wait()
