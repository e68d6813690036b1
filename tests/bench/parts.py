"""Where a delivery's time goes: what each part takes, in a process that works one after the other."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from redis import Redis
from sqlalchemy import event
from sqlalchemy.engine.default import DefaultDialect

from crmhost.http import Http
from crmhost.store import lanes, writers
from crmhost.sync import Sync
from crmhost.turns import Turns

from ..statements import statements
from .deliveries import contacts
from .place import Place, arrival


@dataclass
class Spent:
    """Seconds by part; what is timed inside of another part is not counted twice."""

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    statements: int = 0

    def timed(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function, its time counted."""

        def call(*args: Any, **kwargs: Any) -> Any:
            began = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                self.seconds[part] += time.perf_counter() - began

        return call


@contextmanager
def watching(here: Place) -> Iterator[Spent]:
    """Count the time of statements, commits, Redis and the CRM while the block lasts."""
    spent, engine = Spent(), here.house.store.engine

    def begun(*args: Any) -> None:
        args[4].began = time.perf_counter()

    def ended(*args: Any) -> None:
        spent.seconds["statements"] += time.perf_counter() - args[4].began

    with ExitStack() as stack:
        for owner, name, part in (
            (DefaultDialect, "do_commit", "commits"),
            (Redis, "execute_command", "Redis"),
            (Http, "request", "the CRM"),
            (writers, "keep", "the disk"),
        ):
            stack.enter_context(patch.object(owner, name, spent.timed(part, getattr(owner, name))))
        for name, listener in (("before_cursor_execute", begun), ("after_cursor_execute", ended)):
            event.listen(engine, name, listener)
            stack.callback(event.remove, engine, name, listener)
        asked = stack.enter_context(statements(engine, lambda run: spent.timed("statements", run)()))
        yield spent
        spent.statements = len(asked)


def of_storing(here: Place, first: int, count: int, at_once: int) -> dict[str, float]:
    """Return microseconds by part of what the receiver does to store a delivery, so many in each commit."""
    arrivals = [arrival(one) for one in contacts(count, first)]
    with watching(here) as spent:
        began = time.perf_counter()
        for start in range(0, count, at_once):
            here.keep(arrivals[start : start + at_once])
        whole = time.perf_counter() - began
    seconds = {**spent.seconds, "Python": whole - sum(spent.seconds.values())}
    return {part: of / count * 1_000_000 for part, of in seconds.items()}


def of_one(here: Place, first: int, count: int, connection_id: int = 1) -> tuple[dict[str, float], float]:
    """Return milliseconds by part, and statements, of a new customer's delivery from lane to commit."""
    turns = Turns(here.house.store, 1)
    sync = Sync(here.house, turns, wake=lambda _seconds: None)
    here.store(contacts(count, first), connection_id)
    with watching(here) as spent:
        began = time.perf_counter()
        for number in range(first, first + count):
            sync.work((connection_id, number))
        whole = time.perf_counter() - began
    with here.house.store.read() as tx:
        assert lanes.due_at(tx, (connection_id, first)) is None
    rest = whole - sum(spent.seconds.values())
    seconds = {**spent.seconds, "Python": rest}
    return {part: of / count * 1000 for part, of in seconds.items()}, spent.statements / count
