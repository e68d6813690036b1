"""The commands that run: the receiver, the workers."""

from __future__ import annotations

import signal
import threading
from contextlib import ExitStack

import click

from .output import house_of


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
def serve(host: str, port: int, *, no_workers: bool) -> None:
    """Receive webhooks and apply them."""
    from ..server import serving
    from ..wiring import receiving, redis_running, working

    stop = stop_signal()
    with house_of() as house, ExitStack() as stack:
        stack.enter_context(redis_running(house.settings))
        app = stack.enter_context(receiving(house))
        if not no_workers:
            stack.enter_context(working(house))
        address = stack.enter_context(serving(app, host, port))
        click.echo(f"crmhost listens on {address}, data in {house.settings.data_dir.resolve()}", err=True)
        stop.wait()
        click.echo("crmhost ends what it began, and stops", err=True)


@click.command()
@click.option("--threads", type=click.IntRange(1, 256), help="Lanes worked at once.  [default: 8]")
def worker(threads: int | None) -> None:
    """Apply deliveries that other processes receive."""
    from ..wiring import require_redis, working

    stop = stop_signal()
    with house_of() as house:
        require_redis(house.settings)
        with working(house, threads):
            click.echo("crmhost worker is ready", err=True)
            stop.wait()
