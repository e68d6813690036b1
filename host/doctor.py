"""What is to be looked at where something does not work, from the ground up: nothing need be running.

A check yields findings (``health``); those that need what is broken are left out. Nothing is made or changed
by looking.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cached_property
from typing import TYPE_CHECKING

from . import health, reach
from .embedded import socket_url
from .findings import Finding
from .plugins import Plugins, discover
from .redis_client import redis_client
from .store import connections
from .store.engine import reachable
from .store.schema import HEAD, current
from .vault import Vault
from .wiring import database, key_of, open_house

if TYPE_CHECKING:
    from redis import Redis

    from .settings import Settings
    from .store import Store


class Patient:
    """What is examined; its parts are opened when they are first looked at."""

    def __init__(self, settings: Settings, *, ask: bool, parts: ExitStack) -> None:
        self.settings = settings
        self.ask = ask
        """Whether CRMs, and Chatwoot, are asked too."""
        self._parts = parts

    @cached_property
    def plugins(self) -> Plugins:
        """What is installed."""
        return discover()

    @cached_property
    def store(self) -> Store:
        """The database, as it is."""
        store = database(self.settings)
        self._parts.callback(store.close)
        return store

    @cached_property
    def redis(self) -> Redis:
        """The Redis that is set, or the Valkey of the data folder."""
        client = redis_client(self.settings.redis_url or socket_url(self.settings.data_dir))
        self._parts.callback(client.close)
        return client

    @property
    def is_new(self) -> bool:
        """Whether nothing has been started here yet."""
        kept = self.settings.data_dir / "crmhost.sqlite3"
        try:
            return self.settings.database_url is None and not kept.exists()
        except PermissionError:
            return False  # it is another user's, as opening it says


Check = Callable[[Patient], Iterator[Finding]]


def examine(settings: Settings, *, ask: bool = True) -> list[Finding]:
    """Make all checks; those that need what is broken are left out. ``ask`` also asks every CRM."""
    findings: list[Finding] = []
    with ExitStack() as parts:
        patient = Patient(settings, ask=ask, parts=parts)
        for checks in (FIRST, () if patient.is_new else WITH_DATABASE, WITH_REDIS):
            for check in checks:
                found = list(_made(check, patient))
                findings += found
                if any(one.state == "problem" for one in found) and check in REQUIRED:
                    break
    return findings


def _made(check: Check, patient: Patient) -> Iterator[Finding]:
    """Make one check; whatever it stumbles over is what it found."""
    return health.made(check.__name__.strip("_").replace("_", " "), lambda: check(patient))


# What needs nothing else


def _plugins(patient: Patient) -> Iterator[Finding]:
    return health.plugins(patient.plugins)


def _data_folder(patient: Patient) -> Iterator[Finding]:
    return health.data_folder(patient.settings.data_dir)


# What needs the database


def _database(patient: Patient) -> Iterator[Finding]:
    reachable(patient.store)
    yield from health.database(patient.store, patient.settings.data_dir)


def _migrations(patient: Patient) -> Iterator[Finding]:
    return health.migrations(patient.store, HEAD)


def _key(patient: Patient) -> Iterator[Finding]:
    with patient.store.read() as tx:
        connections.check_key(tx, Vault(key_of(patient.settings)))
    yield Finding("key", "ok", "It opens the database's secrets.")


def _clock(patient: Patient) -> Iterator[Finding]:
    return health.clocks(patient.store)


def _plugins_at_work(patient: Patient) -> Iterator[Finding]:
    if current(patient.store) == HEAD:
        yield from health.plugins_at_work(patient.store, patient.plugins)


def _connections(patient: Patient) -> Iterator[Finding]:
    if current(patient.store) != HEAD:
        return
    with open_house(patient.settings, patient.plugins) as house:
        yield from reach.address(house) if patient.ask else ()
        yield from health.of_connections(house, ask=patient.ask)


# What needs Redis


def _redis(patient: Patient) -> Iterator[Finding]:
    return health.redis(patient.redis, named=patient.settings.redis_url is not None)


FIRST: tuple[Check, ...] = (_plugins, _data_folder)
WITH_DATABASE: tuple[Check, ...] = (_database, _migrations, _key, _clock, _plugins_at_work, _connections)
WITH_REDIS: tuple[Check, ...] = (_redis,)
REQUIRED = (_database, _migrations, _key)
"""What the checks after it, of the same group, need."""
