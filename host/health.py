"""What is to be looked at of a running crmhost: each check a function of the part that it looks at.

Nothing is made or changed by looking.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import misfits, overview, reach
from .connect import check as looked_at
from .errors import CRMHostError
from .findings import Finding, State
from .redis_client import silent
from .store import clock
from .store.schema import HEAD, current
from .store.writing import file_of, require_writable

if TYPE_CHECKING:
    from collections.abc import Callable

    from redis import Redis

    from .house import House
    from .plugins import Plugins
    from .store import Store

ROOM, MUCH = 500 * 1024**2, 10 * 1024**3
"""Bytes that a disk should have left: so many at least, and so many are enough on any."""
SHARE = 0.05
"""The share of it that should be left otherwise."""
APART = 5.0
"""Seconds that clocks may differ: Chatwoot's signatures are good for three hundred."""


def of_house(house: House, *, ask: bool) -> list[Finding]:
    """Look at everything of an open house; ``ask`` has each CRM, and Chatwoot, asked too."""
    looks: list[tuple[str, Callable[[], Iterator[Finding]]]] = [
        ("plugins", lambda: plugins(house.plugins)),
        ("data folder", lambda: data_folder(house.settings.data_dir)),
        ("database", lambda: database(house.store, house.settings.data_dir)),
        ("migrations", lambda: migrations(house.store, HEAD)),
        ("clock", lambda: clocks(house.store)),
        ("redis", lambda: redis(house.redis, named=house.settings.redis_url is not None)),
        ("address", lambda: reach.address(house)),
        ("plugins", lambda: plugins_at_work(house.store, house.plugins)),
        ("connections", lambda: of_connections(house, ask=ask)),
    ]
    return [finding for name, look in looks for finding in made(name, look)]


def made(name: str, look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """Make one check; whatever it stumbles over is what it found."""
    try:
        yield from look()
    except CRMHostError as error:
        yield Finding(name, "problem", str(error), error.fix)
    except Exception as error:  # noqa: BLE001 - the other checks go on
        yield Finding(name, "problem", f"It cannot be checked ({type(error).__name__}).", "See the log.")


def plugins(found: Plugins) -> Iterator[Finding]:
    """Name the plugins, those left out with their cure."""
    for one in misfits.left_out(found):
        yield Finding("plugins", "problem", one.said, one.fix)
    for plugin in found.found.values():
        yield Finding("plugins", "ok", f"{plugin.name}: {plugin.package} {plugin.version}")
    if not found.found:
        yield Finding("plugins", "problem", "None is installed.", "pip install crmhost-krayin")


def plugins_at_work(store: Store, found: Plugins) -> Iterator[Finding]:
    """Say what plugins failed of, of late."""
    with store.read() as tx:
        failed = list(misfits.at_work(tx, found))
    yield from (Finding("plugins", "warning", one.said, one.fix) for one in failed)


def data_folder(folder: Path) -> Iterator[Finding]:
    """Look at the room that is left where what arrives is kept."""
    folder = folder.resolve()
    if not folder.exists():
        yield Finding("data folder", "ok", f"{folder} is made by the first start.")
        return
    yield _room("data folder", folder)


def _room(name: str, folder: Path) -> Finding:
    """Say how much room is left on the disk where a folder is, and whether that is little."""
    disk = shutil.disk_usage(folder)
    enough = disk.free > max(ROOM, min(disk.total * SHARE, MUCH))
    state: State = "ok" if enough else "warning"
    fix = "" if enough else "Make room: what cannot be stored is refused, and Chatwoot sends it once."
    count = disk.free // 1024**2
    return Finding(name, state, f"{folder}, {count} MiB left", fix)


def database(store: Store, data_dir: Path) -> Iterator[Finding]:
    """Write to the database, and look at the room where its file is, unless that is the data folder."""
    require_writable(store)
    yield Finding("database", "ok", f"{store.engine.dialect.name}, reached and written to")
    file = file_of(store)
    if file is not None and file.parent.resolve() != data_dir.resolve():
        yield _room("database", file.parent.resolve())


def migrations(store: Store, newest: str) -> Iterator[Finding]:
    """Compare the database's schema with the newest that this crmhost knows."""
    at = current(store)
    if at == newest:
        yield Finding("migrations", "ok", f"schema {at}, the newest")
    elif at is None or at < newest:
        said = f"schema {at or 'none'}; {newest} comes with the next start."
        yield Finding("migrations", "warning", said)
    else:
        fix = "Run the crmhost that made it, or restore the backup from before."
        said = f"schema {at} is of a newer crmhost; this knows {newest}."
        yield Finding("migrations", "problem", said, fix)


def clocks(store: Store) -> Iterator[Finding]:
    """Compare this machine's clock with the database's."""
    with store.read() as tx:
        apart = clock.now(tx) - time.time()
    if abs(apart) <= APART:
        yield Finding("clock", "ok", "This machine and the database agree.")
        return
    fix = "Have both follow a time server (chrony, systemd-timesyncd): signed webhooks are refused otherwise."
    yield Finding("clock", "problem", f"The database's is {apart:+.0f} s from this machine's.", fix)


def of_connections(house: House, *, ask: bool) -> Iterator[Finding]:
    """Look at each connection: its state, its CRM, what Chatwoot reaches and what it signs."""
    rows = overview.all_connections(house)
    came = reach.of_connections(house, [row["id"] for row in rows])
    for row in rows:
        name = f"connection {row['id']}"
        yield _state(name, row)
        yield from _comparing(name, row["reconcile"])
        yield from came.get(row["id"], ())
        if ask and row["plugin"] in house.plugins.found and row["state"] != "wrong_settings":
            yield from made(name, lambda name=name, row=row: _asked(house, name, row["id"]))  # type: ignore[misc]
    if not rows:
        yield Finding("connections", "ok", "There is none yet.", "crmhost connect PLUGIN --account N")


def _state(name: str, row: dict[str, Any]) -> Finding:
    if row["state"] == "working" and (trouble := row["problem"]) and trouble["state"] == "untaken":
        return Finding(name, "problem", trouble["reason"], trouble["fix"])
    if row["state"] == "working":
        return Finding(name, "ok", f"{row['plugin']}, account {row['account_id']}: working")
    if row["state"] == overview.WAITING_FOR_LIMIT:
        return Finding(name, "ok", row["reason"], row["fix"])
    return Finding(name, "problem", row["reason"] or row["state"], row["fix"] or "")


def _comparing(name: str, row: dict[str, Any]) -> Iterator[Finding]:
    if row["state"] == "failing":
        said = f"What Chatwoot never delivered is not found: {row['reason']}"
        yield Finding(name, "warning", said, row["fix"] or "")


def _asked(house: House, name: str, connection_id: int) -> Iterator[Finding]:
    """Ask the connection's CRM, and Chatwoot where there is a token: reach, credentials and settings."""
    report = looked_at(house, connection_id).report
    for line in report:
        if line.state == "warning":
            said = line.found if line.name == "Beware" else f"{line.name}: {line.found}"
            yield Finding(name, "warning", said, line.fix)
    yield Finding(name, "ok", f"asked, and content with {len(report)} things")


def redis(client: Redis, *, named: bool) -> Iterator[Finding]:
    """Look at Redis, or Valkey: whether it answers, and whether it keeps what it has."""
    if trouble := silent(client, named=named):
        yield Finding("redis", "problem" if named else "warning", *trouble)
    else:
        yield from _kept(dict(client.info()))


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
