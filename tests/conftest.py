"""What tests of every part need: databases, Redis, a house to live in."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
import structlog
from redis import Redis

from crmhost.embedded import running_valkey
from crmhost.logs import way_of_an_error
from crmhost.store import Store

from .databases import SERVER, empty, empty_schema, migrated_schema, quick_stores
from .user import User, someone

# Machines differ in speed: an example may take its time, a test may not take luck.
hypothesis.settings.register_profile(
    "crmhost", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("crmhost")

PAYLOADS = Path(__file__).parent / "data" / "chatwoot-payloads"


def named_server(variable: str) -> str:
    """Return the address of a real server; without one a test is skipped, in CI it fails."""
    address = os.environ.get(variable)
    if address:
        return address
    reason = f"{variable} names no server"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures that tests said, and once, not once a test, what was skipped and why."""
    for report in terminalreporter.stats.get("passed", []):
        for name, figure in report.user_properties:
            if name == "figure":
                terminalreporter.write_line(figure)
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    for reason, count in reasons.items():
        terminalreporter.write_line(f"{count} tests skipped: {reason}")


Say = Callable[[str], None]


@pytest.fixture
def say(record_property: Callable[[str, object], None]) -> Say:
    """Have a figure printed at the end of the run, whichever process measured it."""
    return lambda figure: record_property("figure", figure)


@pytest.fixture(scope="session", autouse=True)
def quick_databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Have this process open databases quickly."""
    with quick_stores(tmp_path_factory.mktemp("schema")):
        yield


@pytest.fixture(scope="session", autouse=True)
def plain_logs() -> None:
    """Have what is logged here written plainly: structlog's own way to show an error takes a second."""
    structlog.configure(
        processors=[way_of_an_error, structlog.processors.KeyValueRenderer()],
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind that the store works on."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.sqlite3'}"
        return
    with empty_schema(named_server(SERVER)) as address:
        yield address


@pytest.fixture(scope="session")
def shared_postgresql() -> Iterator[Store]:
    """A PostgreSQL with all tables, one for each process that runs tests."""
    with migrated_schema(named_server(SERVER)) as store:
        yield store


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of each kind that the store works on, with nothing in it; it may have its tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.sqlite3'}"
        return
    named_server(SERVER)
    store: Store = request.getfixturevalue("shared_postgresql")
    yield store.engine.url.render_as_string(hide_password=False)
    empty(store)


@pytest.fixture
def postgresql_url() -> str:
    """The address of a PostgreSQL, where there is one."""
    return named_server(SERVER)


@pytest.fixture(scope="session")
def shared_valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real embedded Valkey, one for each process that runs tests."""
    with running_valkey(tmp_path_factory.mktemp("valkey")) as url:
        yield url


@pytest.fixture
def valkey_url(shared_valkey: str) -> str:
    """A Valkey with nothing in it: whose calls were used up before is no other test's business."""
    with Redis.from_url(shared_valkey) as client:
        client.flushall()
    return shared_valkey


@pytest.fixture(params=["embedded", "server"])
def redis_url(request: pytest.FixtureRequest) -> str:
    """The embedded Valkey, and a Redis server where there is one."""
    if request.param == "server":
        return named_server("CRMHOST_TEST_REDIS_URL")
    url: str = request.getfixturevalue("valkey_url")
    return url


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the tester's own CRMHOST_* variables and .env out of the tests."""
    for name in list(os.environ):
        if name.startswith("CRMHOST_") and not name.startswith("CRMHOST_TEST_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


MIDDLE = {"2.2 with rest-api 2.1.1", "2.2 + 2.1.1"}
"""The Krayin between the oldest and the newest: what holds on both seldom fails on it alone."""
NEWEST = {"2.2 with rest-api 2.2.0", "2.2 + 2.2.0"}
LONG = {"test_chaos", "test_past", "test_properties", "test_whole", "test_write_a_plugin"}
"""The modules whose tests take longest."""
OF_DATABASES = {"test_store", "test_schema", "test_claims", "test_turns", "test_receiver", "test_upkeep"}
"""The modules whose subject is the database: what a house does beyond seldom fails on PostgreSQL alone."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to ``make test-all`` what is tried at each call, or anew where it seldom fails alone.

    The longest begin first: in the end nobody waits for them.
    """
    for item in items:
        if _may_wait(item):
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: item.path.stem not in LONG)


def _may_wait(item: pytest.Item) -> bool:
    params = getattr(item, "callspec", None)
    again_on = {value for value in params.params.values() if isinstance(value, str)} if params else set()
    if "postgresql" in again_on and item.path.stem not in OF_DATABASES:
        return True
    leaves = MIDDLE | NEWEST if item.get_closest_marker("many") else MIDDLE
    return bool(again_on & leaves) or item.get_closest_marker("each_call") is not None


@pytest.fixture
def user(tmp_path: Path) -> Iterator[User]:
    """Someone with a terminal, an empty folder and a Krayin."""
    with someone(tmp_path) as somebody:
        yield somebody
