"""What is to be looked at where something does not work: each check a function, all of them in a list.

A check yields findings. Whatever it stumbles over is a finding too: one sentence, and what to do.
Nothing is made or changed by looking.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from . import misfits, overview
from .connect import check as looked_at
from .embedded import socket_url
from .errors import CRMHostError
from .plugins import Plugins, discover
from .redis_client import redis_client
from .store import clock, connections
from .store.engine import reachable
from .store.schema import HEAD, current
from .vault import Vault
from .wiring import database, key_of, open_house

if TYPE_CHECKING:
    from redis import Redis

    from .settings import Settings
    from .store import Store

ROOM = 200 * 1024 * 1024
"""Bytes that a data folder should have left."""
APART = 5.0
"""Seconds that clocks may differ: Chatwoot's signatures are good for three hundred."""
State = Literal["ok", "warning", "problem"]


@dataclass(frozen=True)
class Finding:
    """What one check found: fine, to be thought of, or to be mended."""

    check: str
    state: State
    said: str
    fix: str = ""


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
        return self.settings.database_url is None and not kept.exists()


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
    name = check.__name__.strip("_").replace("_", " ")
    try:
        yield from check(patient)
    except CRMHostError as error:
        yield Finding(name, "problem", str(error), error.fix)
    except Exception as error:  # noqa: BLE001 - the other checks go on
        yield Finding(name, "problem", f"It cannot be checked ({type(error).__name__}).", "See the log.")


# What needs nothing else


def _plugins(patient: Patient) -> Iterator[Finding]:
    for one in misfits.left_out(patient.plugins):
        yield Finding("plugins", "problem", one.said, one.fix)
    for plugin in patient.plugins.found.values():
        yield Finding("plugins", "ok", f"{plugin.name}: {plugin.package} {plugin.version}")
    if not patient.plugins.found:
        yield Finding("plugins", "problem", "None is installed.", "pip install crmhost-krayin")


def _data_folder(patient: Patient) -> Iterator[Finding]:
    folder = patient.settings.data_dir.resolve()
    if not folder.exists():
        yield Finding("data folder", "ok", f"{folder} is made by the first start.")
        return
    left = shutil.disk_usage(folder).free
    state: State = "ok" if left > ROOM else "warning"
    fix = "" if left > ROOM else "Make room: what cannot be stored is refused, and Chatwoot sends it once."
    yield Finding("data folder", state, f"{folder}, {left // 1024**2} MiB left", fix)


# What needs the database


def _database(patient: Patient) -> Iterator[Finding]:
    reachable(patient.store)
    kind = patient.store.engine.dialect.name
    yield Finding("database", "ok", f"{kind}, reached and written to")


def _migrations(patient: Patient) -> Iterator[Finding]:
    at = current(patient.store)
    if at == HEAD:
        yield Finding("migrations", "ok", f"schema {at}, the newest")
    elif at is None or at < HEAD:
        yield Finding("migrations", "warning", f"schema {at or 'none'}; {HEAD} comes with the next start.")
    else:
        fix = "Run the crmhost that made it, or restore the backup from before."
        yield Finding("migrations", "problem", f"schema {at} is of a newer crmhost; this knows {HEAD}.", fix)


def _key(patient: Patient) -> Iterator[Finding]:
    with patient.store.read() as tx:
        connections.check_key(tx, Vault(key_of(patient.settings)))
    yield Finding("key", "ok", "It opens the database's secrets.")


def _clock(patient: Patient) -> Iterator[Finding]:
    with patient.store.read() as tx:
        apart = clock.now(tx) - time.time()
    if abs(apart) <= APART:
        yield Finding("clock", "ok", "This machine and the database agree.")
        return
    fix = "Have both follow a time server (chrony, systemd-timesyncd): signed webhooks are refused otherwise."
    yield Finding("clock", "problem", f"The database's is {apart:+.0f} s from this machine's.", fix)


def _plugins_at_work(patient: Patient) -> Iterator[Finding]:
    if current(patient.store) == HEAD:
        with patient.store.read() as tx:
            found = list(misfits.at_work(tx, patient.plugins))
        yield from (Finding("plugins", "warning", one.said, one.fix) for one in found)


def _connections(patient: Patient) -> Iterator[Finding]:
    if current(patient.store) != HEAD:
        return
    with open_house(patient.settings, patient.plugins) as house:
        rows = overview.all_connections(house)
        for row in rows:
            yield _connection_state(row)
            if patient.ask and row["plugin"] in house.plugins.found and row["state"] != "wrong_settings":
                yield from _made(_asking(house, row), patient)
    if not rows:
        yield Finding("connections", "ok", "There is none yet.", "crmhost connect PLUGIN --account N")


def _connection_state(row: dict[str, Any]) -> Finding:
    name = f"connection {row['id']}"
    if row["state"] == "working":
        return Finding(name, "ok", f"{row['plugin']}, account {row['account_id']}: working")
    return Finding(name, "problem", row["reason"] or row["state"], row["fix"] or "")


def _asking(house: Any, row: dict[str, Any]) -> Check:
    """Return the check of a connection's CRM: reach, credentials and settings."""

    def asked(_patient: Patient) -> Iterator[Finding]:
        report = looked_at(house, row["id"]).report
        yield Finding(asked.__name__, "ok", f"asked, and content with {len(report)} things")

    asked.__name__ = f"connection {row['id']}"
    return asked


# What needs Redis


def _redis(patient: Patient) -> Iterator[Finding]:
    from redis.exceptions import RedisError

    try:
        patient.redis.ping()
    except RedisError as error:
        if patient.settings.redis_url:
            fix = "Start it, or mend the address."
            yield Finding("redis", "problem", f"Nothing answers at CRMHOST_REDIS_URL ({error}).", fix)
        else:
            yield Finding("redis", "warning", "The data folder's Valkey is not running.", "crmhost serve")
        return
    yield from _kept(dict(patient.redis.info()))


def _kept(said: dict[str, Any]) -> Iterator[Finding]:
    """Judge what Redis says of itself: it must not throw away locks, and should keep what it has."""
    name = f"{said.get('server_name', 'redis')} {said.get('valkey_version', said.get('redis_version', ''))}"
    yield Finding("redis", "ok", f"{name.strip()} answers.")
    policy = said.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        fix = "CONFIG SET maxmemory-policy noeviction: a lock that is thrown away lets two workers in."
        yield Finding("redis memory", "problem", f"Its maxmemory-policy is {policy}.", fix)
    if not said.get("aof_enabled"):
        fix = "CONFIG SET appendonly yes; nothing is lost without, but calls of the minute are counted anew."
        yield Finding("redis persistence", "warning", "It forgets all when it is restarted.", fix)
    else:
        yield Finding("redis persistence", "ok", "It keeps what it has in a file.")


FIRST: tuple[Check, ...] = (_plugins, _data_folder)
WITH_DATABASE: tuple[Check, ...] = (_database, _migrations, _key, _clock, _plugins_at_work, _connections)
WITH_REDIS: tuple[Check, ...] = (_redis,)
REQUIRED = (_database, _migrations, _key)
"""What the checks after it, of the same group, need."""
