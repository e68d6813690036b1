"""The commands that run: the receiver, the workers."""

from __future__ import annotations

import gc
import signal
import sys
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from .output import document, house_of, json_option

if TYPE_CHECKING:
    from ..house import House


SWITCH = 0.0005
"""Seconds after which a thread that computes lets another go on that comes back from the database or the
network. Python's own are ten times as many, and a commit comes back a dozen times."""
SELDOM = (5000, 20, 50)
"""After how many new objects, and how many looks at the younger ones, the collector looks at each age."""


def ready() -> None:
    """Leave what is there once a process is ready out of the collector's looks, and let it look less often.

    Each look at all that was imported would keep every webhook that is waiting for tens of milliseconds.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)


def stop_signal() -> threading.Event:
    """Return an event that Ctrl-C, SIGTERM and a closed terminal set: everything is closed in order."""
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda *_: stop.set())
    return stop


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port to listen on."
)
@click.option("--no-workers", is_flag=True, help="Only receive; crmhost worker processes do the work.")
@click.option("--no-pages", is_flag=True, help="Show no pages: only webhooks are answered here.")
@json_option
def serve(host: str, port: int, *, no_workers: bool, no_pages: bool, as_json: bool) -> None:
    """Receive webhooks, apply them, and show the pages."""
    from ..server import serving
    from ..tracing import start_exporting
    from ..wiring import redis_running, relying_on_key, serving_all, working

    stop = stop_signal()
    sys.setswitchinterval(SWITCH)
    start_exporting()
    with house_of() as house, ExitStack() as stack:
        stack.enter_context(redis_running(house.settings))
        stack.enter_context(relying_on_key(house.settings))
        app = stack.enter_context(serving_all(house, pages=not no_pages))
        if not no_workers:
            stack.enter_context(working(house))
        address = stack.enter_context(serving(app, host, port))
        ready()
        _say_where(house, address, [] if no_pages else _ways_in(house, address), as_json=as_json)
        stop.wait()
        click.echo("crmhost ends what it began, and stops", err=True)


def _ways_in(house: House, address: str) -> list[str]:
    """Return links for the first administrator, where there is none yet: by the name of all, and by ours."""
    from ..admin.passwords import first_link

    shown = house.settings.base_url if "base_url" in house.settings.model_fields_set else address
    path = first_link(house)
    # Where the name is https, the cookie of who signs in is for https only: the other way leads nowhere.
    ways = (shown,) if shown.startswith("https:") else (shown, address)
    return [f"{base}{path}" for base in dict.fromkeys(ways) if path]


def _say_where(house: House, address: str, links: list[str], *, as_json: bool) -> None:
    folder = house.settings.data_dir.resolve()
    if as_json:
        document({"url": address, "data_dir": folder, "sign_in": next(iter(links), None)})
        return
    click.echo(f"crmhost listens on {address}, data in {folder}", err=True)
    if links:
        either = "\nor, on this machine:\n  ".join(links)
        click.echo(f"Nobody can sign in yet. Open this once, within a day:\n  {either}", err=True)


@click.command()
@click.option("--threads", type=click.IntRange(1, 256), help="Lanes worked at once.  [default: 8]")
@json_option
def worker(threads: int | None, *, as_json: bool) -> None:
    """Apply deliveries that other processes receive."""
    from ..tracing import start_exporting
    from ..wiring import relying_on_key, require_redis, working

    stop = stop_signal()
    sys.setswitchinterval(SWITCH)
    start_exporting()
    with house_of() as house:
        require_redis(house.settings)
        with relying_on_key(house.settings), working(house, threads):
            ready()
            if as_json:
                document({"state": "ready"})
            else:
                click.echo("crmhost worker is ready", err=True)
            stop.wait()
