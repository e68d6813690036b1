"""Where a measurement takes place: an empty database of a kind, a Valkey, and the bench's CRM connected."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sqlalchemy import func, select

from crmhost.broker import Bell, LaneBroker
from crmhost.connect import connect
from crmhost.demo.payloads import Payload
from crmhost.embedded import running_valkey
from crmhost.house import House
from crmhost.settings import load_settings
from crmhost.store import deliveries, hours, lanes, notes
from crmhost.store.deliveries import Arrival
from crmhost.store.lanes import Lane
from crmhost.store.tables import deliveries as stored
from crmhost.vault import new_key
from crmhost.webhooks import classify
from crmhost.wiring import BELLS, open_house

from ..databases import SERVER, empty_schema
from .deliveries import SECRET
from .plugin import plugins
from .processes import Started, starting
from .rows import WrongResult

SQLITE, POSTGRESQL = "sqlite", "postgresql"
CORES = os.cpu_count() or 1
"""As many processes can compute at once here."""
BATCH = 500


@dataclass
class Place:
    """A house to look into, and the variables of processes that live in it."""

    house: House
    variables: dict[str, str]
    webhook_paths: list[str] = field(default_factory=list)

    def connect(self, crm: str, account: int = 3, *, plugin: str = "bench", token: str = "") -> None:
        """Connect the account to the CRM."""
        given = {"api_url": crm, **({"api_token": token} if token else {})}
        made = connect(self.house, plugin, account, given, webhook_secret=SECRET)
        self.webhook_paths.append(made.connection.webhook_path)

    def serve(self, *words: str, processes: int = 1) -> AbstractContextManager[Started]:
        """Run ``crmhost serve`` while the block lasts; what it found is its address."""
        return serving(self.variables, *words, "--processes", str(processes))

    def worker(self, threads: int, processes: int = 1) -> AbstractContextManager[Started]:
        """Run ``crmhost worker`` while the block lasts, with so many threads in all."""
        words = ("worker", "--threads", str(threads), "--processes", str(processes))
        return starting("tests.bench.command", *words, ready="worker is ready", **self.variables)

    def store(self, payloads: Iterable[Payload], connection_id: int = 1) -> int:
        """Store webhooks that wait to be worked, as the receiver does; return how many."""
        count, batch = 0, []
        for one in payloads:
            batch.append(arrival(one, connection_id))
            if len(batch) == BATCH:
                count += self._keep(batch)
                batch = []
        return count + self._keep(batch)

    def _keep(self, batch: list[Arrival]) -> int:
        kept, rung = self.keep(batch)
        broker = LaneBroker(self.variables["CRMHOST_REDIS_URL"])
        with closing(broker.client):
            Bell(broker).ring(rung)
        return kept

    def keep(self, batch: list[Arrival]) -> tuple[int, list[Lane]]:
        """Commit what arrived; return how many that were new, and the lanes whose bells must be rung."""
        bells = BELLS * self.house.settings.worker_threads
        with self.house.store.write() as tx:
            kept = deliveries.store(tx, batch)
            wanted = [(one.connection_id, one.event.contact_id) for one in kept]
            rung = lanes.add_work(tx, wanted, time.time(), 0.0, bells=bells)
            hours.note(tx, notes.received(kept))
            return len(kept), rung

    def states(self) -> dict[str, int]:
        """Return how many deliveries there are in each state that any is in."""
        with self.house.store.read() as tx:
            return {state: count for state, count in deliveries.counts(tx).items() if count}

    def rows(self) -> int:
        """Return how many deliveries are stored."""
        with self.house.store.read() as tx:
            return tx.scalar(select(func.count()).select_from(stored)) or 0

    def wait(self, patience: float) -> None:
        """Return when no delivery is pending."""
        until(lambda: not self.states().get("pending"), patience, lambda: f"pending: {self.states()}")


def arrival(payload: Payload, connection_id: int = 1) -> Arrival:
    """Return a webhook as the receiver has it when it is authentic."""
    body = json.dumps(payload)
    digest = hashlib.sha256(body.encode()).hexdigest()
    return Arrival(connection_id, digest, digest, classify(payload), time.time(), body)


def counts(most: int = CORES) -> list[int]:
    """Return with how many processes something is measured: one, and as many as there are cores."""
    return sorted({1, min(CORES, most)})


class Rated(Protocol):
    """What was measured: so many a second."""

    @property
    def rate(self) -> float: ...


def fastest(each: Mapping[int, Rated]) -> int:
    """Return with how many processes it was the fastest."""
    return max(each, key=lambda count: each[count].rate)


def with_processes(count: int) -> str:
    """Say with how many processes it was."""
    return "one process" if count == 1 else f"{count} processes"


def until(done: Callable[[], bool], patience: float, said: Callable[[], str], pause: float = 0.1) -> None:
    """Look until it is so; what takes longer than ``patience`` seconds is a wrong result."""
    end = time.monotonic() + patience
    while not done():
        if time.monotonic() > end:
            raise WrongResult(f"Not done after {patience:.0f} seconds: {said()}")
        time.sleep(pause)


def serving(variables: Mapping[str, str], *words: str) -> AbstractContextManager[Started]:
    """Run ``crmhost serve`` with these variables while the block lasts; what it found is its address."""
    ready = r"listens on (http://[\d.]+:\d+)"
    return starting("tests.bench.command", "serve", "--port", "0", *words, ready=ready, **variables)


@contextmanager
def place(kind: str = SQLITE, **settings: str) -> Iterator[Place]:
    """Make a place while the block lasts; ``settings`` are crmhost's, by their variables' names."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crmhost-bench-")))
        variables = {"CRMHOST_DATA_DIR": str(folder), **settings}
        variables["CRMHOST_REDIS_URL"] = stack.enter_context(running_valkey(folder))
        if kind == POSTGRESQL:
            variables["CRMHOST_DATABASE_URL"] = stack.enter_context(empty_schema(os.environ[SERVER]))
            variables["CRMHOST_SECRET_KEY"] = new_key()
        given = {name.removeprefix("CRMHOST_").lower(): value for name, value in variables.items()}
        house = stack.enter_context(open_house(load_settings(**given), plugins()))
        yield Place(house, variables)


@contextmanager
def whole(crm: str, plugin: str = "bench", token: str = "") -> Iterator[tuple[Place, Started]]:
    """Run a whole ``crmhost serve`` on a data folder, connected to the CRM; yield it and where to look."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="crmhost-bench-"))
        server = stack.enter_context(serving({"CRMHOST_DATA_DIR": folder}))
        house = stack.enter_context(open_house(load_settings(data_dir=Path(folder)), plugins()))
        here = Place(house, {"CRMHOST_DATA_DIR": folder})
        here.connect(crm, plugin=plugin, token=token)
        yield here, server


def kinds() -> list[str]:
    """Return the kinds of databases that there are here."""
    return [SQLITE, POSTGRESQL] if os.environ.get(SERVER) else [SQLITE]
