"""A thread that looks again and again: what it stumbles over is one line in the log, and it goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from .errors import CRMHostError

Rest = Callable[[float], None]
"""Waits so many seconds; raises Stopped where the loop ends meanwhile."""
log = structlog.get_logger(__name__)


class Stopped(Exception):
    """What the loop was doing is left where it is: the process ends."""


def unforeseen(error: Exception) -> CRMHostError:
    """Return what a person is told of an error that nobody thought of; its own words may be a customer's."""
    fix = "It is tried again by itself. If that does not help: the log says where it failed; report it."
    return CRMHostError(f"Something unforeseen was in the way ({type(error).__name__}).", fix=fix)


@contextmanager
def looking(name: str, look: Callable[[Rest], None], period: float) -> Iterator[None]:
    """Call ``look`` every ``period`` seconds while the block lasts, and hand it a way to rest."""
    stop = threading.Event()

    def rest(seconds: float) -> None:
        if stop.wait(seconds):
            raise Stopped

    def run() -> None:
        while not stop.wait(period):
            try:
                look(rest)
            except Stopped:
                return
            except CRMHostError as error:
                log.warning("a look failed", loop=name, problem=str(error))
            except Exception as error:  # noqa: BLE001 - nobody would notice that the loop has ended
                log.warning("a look failed", loop=name, error=type(error).__name__)

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
