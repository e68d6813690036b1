"""The commands that run: the receiver, the workers."""

from __future__ import annotations

import gc
import signal
import sys
import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import click

from .output import document, house_of, json_option

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from ..house import House


SWITCH = 0.0005
"""Seconds after which a thread that computes lets another go on that comes back from the database or the
network. Python's own are ten times as many, and a commit comes back a dozen times."""
SELDOM = (5000, 20, 50)
"""After how many new objects, and how many looks at the younger ones, the collector looks at each age."""


@contextmanager
def starting() -> Iterator[Callable[[], None]]:
    """Have the collector look at nothing until what is yielded is called, once the process is ready.

    What is imported stays: to look at it again and again takes a tenth of the start. It is left out later
    too, as each look would keep every webhook that is waiting for tens of milliseconds, and the process for
    half a second when it ends; and the collector looks less often.
    """
    gc.disable()

    def settled() -> None:
        gc.enable()
        gc.collect()
        gc.freeze()
        gc.set_threshold(*SELDOM)

    try:
        yield settled
    finally:
        gc.enable()


def stop_signal() -> threading.Event:
    """Return an event that Ctrl-C, SIGTERM and a closed terminal set: everything is closed in order.

    Until something is begun that must be, they end the process where it is: a start takes a while.
    """
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda *_: stop.set())
    return stop


processes_option = click.option(
    "--processes",
    type=click.IntRange(1, 256),
    default=1,
    show_default=True,
    help="Processes that share the work; each computes on one core.",
)
line_option = click.option("--line", type=int, hidden=True)
"""Of one process of several: the open file that joins it to whoever began it."""


def _shared_out(threads: int, processes: int) -> list[list[str]]:
    """Return the words that give each process its threads."""
    from ..crew import shares

    if threads < processes:
        raise click.UsageError(
            f"{threads} threads cannot be shared out over {processes} processes: each needs one at least."
        )
    return [["--threads", str(share)] for share in shares(threads, processes)]


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port to listen on."
)
@processes_option
@click.option("--no-workers", is_flag=True, help="Only receive; crmhost worker processes do the work.")
@click.option("--no-pages", is_flag=True, help="Show no pages: only webhooks are answered here.")
@click.option("--threads", type=int, hidden=True)
@click.option("--listener", type=int, hidden=True)
@line_option
@json_option
def serve(
    host: str,
    port: int,
    *,
    processes: int,
    no_workers: bool,
    no_pages: bool,
    threads: int | None,
    listener: int | None,
    line: int | None,
    as_json: bool,
) -> None:
    """Receive webhooks, apply them, and show the pages."""
    with starting() as settled, ExitStack() as stack:
        from ..crew import Line, crew
        from ..server import address_of, handed_over, listening
        from ..wiring import redis_running, relying_on_key

        house = stack.enter_context(house_of())
        stop = stop_signal()
        threads = 0 if no_workers else threads or house.settings.worker_threads
        each = _shared_out(threads, processes) if threads else [["--no-workers"]] * processes
        if line is None:
            stack.enter_context(redis_running(house.settings))
        stack.enter_context(relying_on_key(house.settings))
        opened = stack.enter_context(listening(host, port) if listener is None else handed_over(listener))
        if processes > 1:
            alike = ["serve", *_flags(no_pages=no_pages, json=as_json), "--listener", str(opened.fileno())]
            keep = stack.enter_context(crew([[*alike, *own] for own in each], stop, [opened.fileno()]))
            stack.callback(opened.close)  # where all leave, nobody is let in to wait
        else:
            keep = stack.enter_context(_seated(stop, line))
            stack.enter_context(_receiving(house, opened, threads, pages=not no_pages))
        settled()
        if line is not None:
            Line(line, stop).say_ready()
        elif not stop.is_set():
            address = address_of(host, opened)
            _say_where(house, address, [] if no_pages else _ways_in(house, address), as_json=as_json)
        keep()
        if line is None:
            click.echo("crmhost ends what it began, and stops", err=True)


@contextmanager
def _receiving(house: House, opened: socket.socket, threads: int, *, pages: bool) -> Iterator[None]:
    """Receive in this process while the block lasts, and work in so many threads."""
    from ..server import serving_on
    from ..wiring import serving_all, working

    with serving_all(house, pages=pages) as app, ExitStack() as stack:
        _settle_in()
        if threads:
            stack.enter_context(working(house, threads))
        stack.enter_context(serving_on(opened, app))
        yield


@contextmanager
def _seated(stop: threading.Event, line: int | None) -> Iterator[Callable[[], object]]:
    """Have this process on one processor, as each of a crew is already; yield what waits for the end."""
    from ..loop import looking
    from ..processors import PERIOD, seated
    from ..watch import begin_anew

    if line is not None:
        yield stop.wait
        return
    # Not in this thread: a signal that comes just as it begins to wait would wait for itself, each time.
    with seated() as seats, looking("seats", lambda _rest: seats.look(), PERIOD / 10):
        begin_anew()
        yield stop.wait


def _settle_in() -> None:
    """Do what is done once in each process that works."""
    from ..tracing import start_exporting

    sys.setswitchinterval(SWITCH)
    start_exporting()


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


def _flags(**given: bool) -> list[str]:
    return [f"--{name.replace('_', '-')}" for name, is_set in given.items() if is_set]


@click.command()
@click.option(
    "--threads", type=click.IntRange(1, 256), help="Lanes worked at once, by all processes.  [default: 8]"
)
@processes_option
@line_option
@json_option
def worker(threads: int | None, *, processes: int, line: int | None, as_json: bool) -> None:
    """Apply deliveries that other processes receive."""
    with starting() as settled, ExitStack() as stack:
        from ..crew import Line, crew
        from ..wiring import relying_on_key, require_redis

        house = stack.enter_context(house_of())
        stop = stop_signal()
        threads = threads or house.settings.worker_threads
        each = _shared_out(threads, processes)
        if line is None:
            require_redis(house.settings)
        stack.enter_context(relying_on_key(house.settings))
        if processes > 1:
            keep = stack.enter_context(crew([["worker", *_flags(json=as_json), *own] for own in each], stop))
        else:
            keep = stack.enter_context(_seated(stop, line))
            stack.enter_context(_working(house, threads))
        settled()
        if line is not None:
            Line(line, stop).say_ready()
        elif as_json and not stop.is_set():
            document({"state": "ready"})
        elif not stop.is_set():
            click.echo("crmhost worker is ready", err=True)
        keep()


@contextmanager
def _working(house: House, threads: int) -> Iterator[None]:
    """Work in so many threads of this process while the block lasts."""
    from ..wiring import working

    _settle_in()
    with working(house, threads):
        yield
