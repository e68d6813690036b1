"""Where the parts are put together: a house from settings, a receiver and a worker from a house."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from sqlalchemy import URL

from .embedded import answers, key_in_use, running_valkey, socket_url
from .errors import SettingsError
from .house import House
from .plugins import Plugins, discover
from .store import connections, gates, open_store, upgrade
from .store.engine import reachable
from .vault import MAKE_KEY, Vault, key_in

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.types import ASGIApp, Receive, Scope, Send

    from .broker import LaneBroker
    from .rabbitmq import RabbitBroker
    from .settings import Settings
    from .store import Store

DATABASE = "crmhost.sqlite3"
"""The database's name in the data folder."""

STOP = 60_000
"""Milliseconds that threads have to end what they began: a bell cannot be acknowledged without Redis."""
BELLS = 2
"""Bells that may be out for a connection, for each thread of a worker."""


@contextmanager
def open_house(settings: Settings, plugins: Plugins | None = None) -> Iterator[House]:
    """Open the database (made or upgraded if needed) and find the plugins."""
    store = database(settings)
    redis = settings.redis_url or socket_url(settings.data_dir)
    house = House(settings, store, Vault(key_of(settings)), discover() if plugins is None else plugins, redis)
    try:
        reachable(store)
        upgrade(store)
        with store.read() as tx:
            connections.check_key(tx, house.vault)
        yield house
    finally:
        house.close()


def database(settings: Settings) -> Store:
    """Open the database as it is: the one set, or the file in the data folder."""
    if settings.database_url:
        return open_store(settings.database_url)
    _make_folder(settings)
    return open_store(URL.create("sqlite", database=str(settings.data_dir.resolve() / DATABASE)))


def key_of(settings: Settings) -> str:
    """Return the key of all secrets; one is made beside a new database in the data folder only.

    A key that lies in one machine's folder would be of no use to the next machine on the same database.
    """
    if settings.secret_key:
        return settings.secret_key.get_secret_value()
    if settings.database_url:
        raise SettingsError(
            "CRMHOST_DATABASE_URL is set, and CRMHOST_SECRET_KEY is not.",
            fix=f"Set it, the same for every process. {MAKE_KEY}",
        )
    kept, key = settings.data_dir / DATABASE, settings.data_dir / "secret.key"
    if kept.exists() and not key.exists():
        fix = "Put the key back from the backup, or set CRMHOST_SECRET_KEY to it."
        raise SettingsError(f"The database {kept} is there, its key {key} is not.", fix=fix)
    return key_in(settings.data_dir)


def _make_folder(settings: Settings) -> None:
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        fix = "Name a folder that this user may make and write in."
        raise SettingsError(f"CRMHOST_DATA_DIR cannot be made: {error}.", fix=fix) from error
    _require_ours(settings.data_dir)


def _require_ours(folder: Path) -> None:
    """See that this user may look into the folder: nobody but its owner may."""
    try:
        with suppress(FileNotFoundError):
            (folder / DATABASE).stat()
    except PermissionError as error:
        fix = f"Run crmhost as that user: sudo -u {_owner(folder)} crmhost …"
        raise SettingsError(
            f"The data folder {folder.absolute()} belongs to another user.", fix=fix
        ) from error


def _owner(folder: Path) -> str:
    try:
        return folder.owner()
    except (KeyError, OSError):
        return "crmhost"


@contextmanager
def redis_running(settings: Settings) -> Iterator[None]:
    """See that there is a Redis while the block lasts: the one set, or a Valkey in the data folder."""
    if settings.redis_url is None:
        _require_broker(settings)
        _make_folder(settings)
        with running_valkey(settings.data_dir):
            yield
    else:
        require_redis(settings)
        yield


@contextmanager
def relying_on_key(settings: Settings) -> Iterator[None]:
    """Have nobody change the key in the data folder while the block lasts, where it is that key."""
    if settings.secret_key or settings.database_url:
        yield
        return
    with key_in_use(settings.data_dir):
        yield


def require_redis(settings: Settings) -> None:
    """Say in one sentence that no Redis answers, or no RabbitMQ where one is set, where that is so."""
    _require_broker(settings)
    if settings.redis_url is None and not answers(socket_url(settings.data_dir)):
        fix = "Start crmhost serve first, or set CRMHOST_REDIS_URL."
        raise SettingsError("The data folder's Valkey is not running.", fix=fix)
    if settings.redis_url and not answers(settings.redis_url):
        raise SettingsError("Nothing answers at CRMHOST_REDIS_URL.", fix="Start it, or mend the address.")


def _require_broker(settings: Settings) -> None:
    if settings.broker_url is None:
        return
    try:
        from .rabbitmq import require
    except ModuleNotFoundError as error:
        fix = "pip install 'crmhost[rabbitmq]'."
        raise SettingsError(f"RabbitMQ needs the package {error.name}.", fix=fix) from error
    require(settings.broker_url.get_secret_value())


def _broker(house: House) -> LaneBroker | RabbitBroker:
    """Return what carries doorbells: RabbitMQ where one is set, else Redis."""
    if house.settings.broker_url is None:
        from .broker import LaneBroker

        return LaneBroker(house.redis_url)
    from .rabbitmq import RabbitBroker

    return RabbitBroker(house.settings.broker_url.get_secret_value())


@contextmanager
def receiving(house: House) -> Iterator[ASGIApp]:
    """Yield the application that takes webhooks; what it took is committed when the block ends."""
    from .broker import Bell
    from .intake import Intake
    from .receiver import Directory, Receiver

    broker = _broker(house)
    bell = Bell(broker)
    settings = house.settings
    settle, bells = settings.settle_ms / 1000, BELLS * settings.worker_threads
    intake = Intake(house.store, bell.ring, settle=settle, bells=bells)
    directory = Directory(house)
    try:
        yield Receiver(directory, intake, max_body=settings.max_body_bytes)
    finally:
        intake.close()
        broker.close()


@contextmanager
def serving_all(house: House, *, pages: bool = True) -> Iterator[ASGIApp]:
    """Yield the application that takes webhooks, answers other machines, and shows the pages beside them."""
    from .probes import PATHS, Probes

    probes = Probes(house).app()
    with receiving(house) as receiver:
        rest = receiver
        if pages:
            from .admin import pages_of

            rest = pages_of(house)

        async def each(scope: Scope, receive: Receive, send: Send) -> None:
            path = scope["path"]
            webhook = path.startswith("/webhooks/") or path == "/healthz"
            await (receiver if webhook else probes if path in PATHS else rest)(scope, receive, send)

        yield each


@contextmanager
def working(house: House, threads: int | None = None) -> Iterator[None]:
    """Work lanes in threads of this process while the block lasts."""
    from dramatiq import Worker

    from .broker import Bell, lane_actor
    from .store.bodies import DAY
    from .sweep import Sweep
    from .sync import Sync
    from .turns import Turns

    broker = _broker(house)
    threads = threads or house.settings.worker_threads
    turns = Turns(house.store, threads)
    house.pulse.beat()  # before anything is worked: what a restored store lacks is looked for first
    with house.store.write() as tx:
        gates.plugins_there(tx, house.plugins.found)
    sweep = Sweep(
        house.store, house.pulse, turns, Bell(broker).ring, keep=house.settings.retention_days * DAY
    )
    sync = Sync(house, turns, wake=sweep.wake)
    lane_actor(broker, sync.answer)
    worker = Worker(broker, worker_threads=threads)
    worker.queue_prefetch = threads  # whoever fetches more keeps bells from processes that are idle
    with _telling(house), _reconciling(house), _backfilling(house):
        worker.start()
        sweep.start()
        try:
            yield
        finally:
            sync.stop()  # first: each thread ends what it is at while the others are waited for
            sweep.stop()
            worker.stop(STOP)
            broker.close()


@contextmanager
def _telling(house: House) -> Iterator[None]:
    """Tell operators what needs them while the block lasts, where it is set how."""
    if house.settings.notify is None:
        yield
        return
    from .loop import looking
    from .messenger import messenger
    from .naming import names
    from .notices import PERIOD, Notices

    url, ca_file = house.settings.notify.get_secret_value(), house.settings.ca_file
    notices = Notices(
        house.store,
        messenger(url, house.http_pool, ca_file, _said_in(house)),
        names=lambda tx: names(house.plugins, connections.every(tx, house.vault)),
    )
    with looking("notices", notices.look, PERIOD):
        yield


def _said_in(house: House) -> Callable[[str], str]:
    """Return what puts the host's sentences, and the plugins', into the language that is set."""
    if house.settings.language == "en":
        return str
    from .admin.heard import translated
    from .admin.words import learn, speaking

    learn(house.plugins)

    def said(sentence: str) -> str:
        with speaking(house.settings.language):
            return translated(sentence)

    return said


@contextmanager
def _reconciling(house: House) -> Iterator[None]:
    """Look for what Chatwoot never delivered while the block lasts, unless it is set that nobody does."""
    if house.settings.reconcile_minutes == 0:
        yield
        return
    from .loop import looking
    from .reconcile.clock import PERIOD, Clock

    with looking("reconcile", Clock(house).look, PERIOD):
        yield


@contextmanager
def _backfilling(house: House) -> Iterator[None]:
    """Go on with the backfills that run while the block lasts."""
    from .backfill.feeding import PERIOD, Feeder
    from .loop import looking

    with looking("backfill", Feeder(house).look, PERIOD):
        yield
