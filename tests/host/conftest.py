"""A house with a fake CRM in it, and ways to bring webhooks there."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from crmhost import locks
from crmhost.cli import main
from crmhost.connect import connect
from crmhost.house import House
from crmhost.settings import Settings
from crmhost.store import clock, lanes
from crmhost.store.connections import CRMConnection
from crmhost.testing.bench import Bench as Bench  # noqa: PLC0414 - for the tests beside
from crmhost.wiring import open_house

from ..processes import Ran
from .fake_crm import FakeCRM

KEY = Fernet.generate_key().decode()
"""The key of databases that are not in a data folder."""


def settings_for(folder: Path, database_url: str | None, redis_url: str | None, **more: Any) -> Settings:
    values = {"settle_ms": 0, "secret_key": KEY if database_url else None, **more}
    return Settings(data_dir=folder, database_url=database_url, redis_url=redis_url, **values)


@pytest.fixture
def crm() -> FakeCRM:
    return FakeCRM()


@pytest.fixture
def house(tmp_path: Path, database_url: str, valkey_url: str, crm: FakeCRM) -> Iterator[House]:
    """A house on each kind of database."""
    with open_house(settings_for(tmp_path, database_url, valkey_url), crm.plugins()) as opened:
        yield opened


@pytest.fixture
def lite_house(tmp_path: Path, valkey_url: str, crm: FakeCRM) -> Iterator[House]:
    """A house on SQLite, where the database makes no difference."""
    with open_house(settings_for(tmp_path, None, valkey_url), crm.plugins()) as opened:
        yield opened


def connected(house: House, account_id: int = 3, **more: Any) -> CRMConnection:
    return connect(
        house, "fake", account_id, {"token": "t0ken"}, **{"webhook_secret": "s3cret", **more}
    ).connection


def taken(house: House, lane: lanes.Lane) -> locks.HeldLane | None:
    """Take a lane."""
    return locks.take(house.redis, house.store, lane)


def hurry(bench: Bench, contact_id: int = 5821) -> None:
    """Let the lane's waiting time be over."""
    with bench.house.store.write() as tx:
        lanes.end(tx, bench.lane(contact_id), clock.now(tx))


@pytest.fixture
def bench(house: House) -> Iterator[Bench]:
    made = Bench(house, connected(house))
    yield made
    made.close()


@pytest.fixture
def lite_bench(lite_house: House) -> Iterator[Bench]:
    made = Bench(lite_house, connected(lite_house))
    yield made
    made.close()


Types = Callable[..., Ran]


@pytest.fixture
def types(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Types:
    """Run one command in this process, which is quicker; what it raises fails the test."""
    monkeypatch.setenv("CRMHOST_DATA_DIR", str(tmp_path / "data"))
    # Where logs go is a process's own business, and this process is the tests'.
    monkeypatch.setattr("crmhost.logs.configure", lambda *_: None)

    def run_here(*words: str, stdin: str = "") -> Ran:
        monkeypatch.setattr(sys, "argv", list(words))
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return Ran(int(ended.value.code or 0), told.out, told.err)

    return run_here


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, crm: FakeCRM) -> FakeCRM:
    """Have the fake CRM's plugin installed."""
    monkeypatch.setattr("crmhost.wiring.discover", crm.plugins)
    return crm
