"""Where a process of the run begins: crmhost's own command line, with short waits, and watched.

The server that forks these has imported all of it, so a restart takes as long as opening the database.
"""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import dataclass
from multiprocessing import parent_process
from pathlib import Path

from crmhost.plugins import discover

from . import moments, switches
from .board import Place
from .short import ENVIRONMENT, Times, shorten

PRELOADED = (
    "alembic.command",
    "crmhost.backfill.feeding",
    "crmhost.chatwoot",
    "crmhost.cli.connect",
    "crmhost.cli.look",
    "crmhost.cli.mend",
    "crmhost.cli.reconcile",
    "crmhost.cli.run",
    "crmhost.embedded",
    "crmhost.receiver",
    "crmhost.reconcile",
    "crmhost.server",
    "crmhost.sweep",
    "crmhost.sync",
    "crmhost.wiring",
    "dramatiq.brokers.redis",
    "httpcore",
    "httpx",
    "psycopg",
    "redis",
    "rich.console",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite.pysqlite",
    __name__,
)

discover()
"""The plugins are imported once, for all processes."""


@dataclass(frozen=True)
class Orders:
    """What a process is to do."""

    words: tuple[str, ...]
    """Of the command line, after ``crmhost``."""
    environment: dict[str, str]
    place: Place
    folder: Path
    output: Path
    times: Times
    without: str | None = None
    """The protection that is switched off, to see that the run then fails."""


def obey(orders: Orders) -> None:
    """Run one command of crmhost's to its end."""
    threading.Thread(target=_end_with_the_run, daemon=True).start()
    for name in [name for name in os.environ if name.startswith("CRMHOST_")]:
        del os.environ[name]
    os.environ.update(orders.times.settings | ENVIRONMENT | orders.environment)
    os.chdir(orders.folder)
    _redirect(orders.output)
    shorten(orders.times)
    if orders.without:
        switches.switch_off(orders.without)
    moments.watch(orders.place, orders.folder / "attempts")
    sys.argv = ["crmhost", *orders.words]
    from crmhost.cli import main

    main()


def _redirect(output: Path) -> None:
    """Append what is printed to a file, and what is logged to one beside it."""
    for number, path in ((1, output), (2, output.with_suffix(".log"))):
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(opened, number)
        os.close(opened)


def _end_with_the_run() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
