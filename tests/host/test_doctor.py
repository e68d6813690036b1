"""The doctor names what is wrong, where, and what to do, and changes nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from cryptography.fernet import Fernet
from sqlalchemy import event

from crmhost import CredentialsError, SettingsError, doctor, health
from crmhost.connect import connect
from crmhost.doctor import examine
from crmhost.findings import Finding
from crmhost.house import House
from crmhost.settings import Settings
from crmhost.store import gates, open_store
from crmhost.store.writing import is_doubtful, require_writable
from crmhost.wiring import open_house

from ..outages import forbid_writing
from .conftest import Types, connected, settings_for
from .fake_crm import FakeCRM

Looks = Callable[..., dict[str, Finding]]


@pytest.fixture
def looks(tmp_path: Path, valkey_url: str, fake: FakeCRM, monkeypatch: pytest.MonkeyPatch) -> Looks:
    """Have the doctor look; return the worst finding of each check."""
    monkeypatch.setattr(doctor, "discover", fake.plugins)

    def look(settings: Settings | None = None, **more: object) -> dict[str, Finding]:
        found = examine(settings or settings_for(tmp_path, None, valkey_url, **more))
        worst = ("ok", "warning", "problem")
        return {one.check: one for one in sorted(found, key=lambda one: worst.index(one.state))}

    return look


@pytest.fixture
def opened(tmp_path: Path, valkey_url: str, fake: FakeCRM) -> None:
    """A house in which something has happened."""
    with open_house(settings_for(tmp_path, None, valkey_url), fake.plugins()) as house:
        connected(house)


@pytest.mark.usefixtures("opened")
def test_each_check_says_what_it_found(looks: Looks) -> None:
    found = looks()

    assert {name: one.state for name, one in found.items()} == {
        "plugins": "ok",
        "data folder": "ok",
        "database": "ok",
        "migrations": "ok",
        "key": "ok",
        "clock": "ok",
        "address": "warning",  # CRMHOST_BASE_URL is not set
        "connection 1": "warning",  # nothing has arrived yet
        "redis": "ok",
        "redis persistence": "ok",
    }


def test_where_nothing_was_started_yet_nothing_is_made(looks: Looks, tmp_path: Path) -> None:
    found = looks(settings_for(tmp_path / "new", None, None))

    assert found["data folder"].said.endswith("is made by the first start.")
    assert "database" not in found
    assert found["redis"].state == "warning"
    assert not (tmp_path / "new").exists()


def test_a_plugin_that_is_left_out_is_named_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    from crmhost.plugins import discover

    def load() -> None:
        raise ZeroDivisionError("division by zero")

    entry = SimpleNamespace(name="bad", dist=SimpleNamespace(name="crmhost-bad", version="1"), load=load)
    monkeypatch.setattr("importlib_metadata.entry_points", lambda **_: [entry])
    monkeypatch.setattr(doctor, "discover", discover)

    with structlog.testing.capture_logs():
        found = next(one for one in examine(Settings(), ask=False) if one.state == "problem")

    assert found.said.startswith("bad (crmhost-bad): it cannot be imported (ZeroDivisionError")
    assert found.fix.endswith("pip uninstall crmhost-bad.")


@pytest.mark.usefixtures("opened")
def test_a_database_of_a_newer_crmhost_is_not_opened_further(
    looks: Looks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "HEAD", "0001")

    found = looks()

    assert found["migrations"].state == "problem"
    assert "newer crmhost" in found["migrations"].said
    assert "connection 1" not in found
    assert found["redis"].state == "ok"


@pytest.mark.usefixtures("opened")
def test_a_database_that_is_older_is_not_upgraded_by_looking(
    looks: Looks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "HEAD", "9999")

    found = looks()

    assert found["migrations"].state == "warning"
    assert found["migrations"].said.endswith("9999 comes with the next start.")
    assert "connection 1" not in found


@pytest.mark.usefixtures("opened")
def test_another_key_is_a_problem_and_what_needs_it_is_left_out(looks: Looks, tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text(Fernet.generate_key().decode())

    found = looks()

    assert (found["key"].state, "another key" in found["key"].said) == ("problem", True)
    assert "connection 1" not in found


@pytest.fixture
def anothers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that this process may not look into: it may run as root, which may all."""
    look = Path.stat

    def stat(path: Path, **more: Any) -> os.stat_result:
        if path.parent == tmp_path / "data":
            raise PermissionError(13, "Permission denied", str(path))
        return look(path, **more)

    monkeypatch.setattr(Path, "stat", stat)
    return tmp_path / "data"


def test_a_data_folder_of_another_user_is_called_that(anothers: Path, looks: Looks) -> None:
    settings = settings_for(anothers, None, "redis://127.0.0.1:1")

    with pytest.raises(SettingsError, match="belongs to another user") as refused, open_house(settings):
        pass

    assert "sudo -u" in refused.value.fix
    assert looks(settings)["database"].said == str(refused.value)


@pytest.mark.usefixtures("opened")
def test_a_clock_that_is_wrong_is_told(looks: Looks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crmhost.health.clock.now", lambda _tx: time.time() + 400)

    found = looks()

    assert found["clock"].said == "The database's is +400 s from this machine's."
    assert "time server" in found["clock"].fix


def test_a_database_that_is_away_is_a_problem_with_what_it_said(looks: Looks, tmp_path: Path) -> None:
    url = "postgresql://postgres@127.0.0.1:1/nowhere"
    found = looks(
        settings_for(tmp_path, url, "redis://127.0.0.1:1", secret_key=Fernet.generate_key().decode())
    )

    assert "cannot be opened" in found["database"].said
    assert "Nothing answers at CRMHOST_REDIS_URL" in found["redis"].said
    assert "migrations" not in found


@pytest.mark.usefixtures("opened")
def test_a_crm_that_refuses_us_is_told_with_its_cure(looks: Looks, fake: FakeCRM) -> None:
    fake.troubles = [CredentialsError("The token is refused.", fix="Make a new one.")]

    found = looks()["connection 1"]

    assert found == Finding("connection 1", "problem", "The token is refused.", "Make a new one.")


@pytest.mark.usefixtures("opened")
def test_without_asking_only_what_is_known_of_connections_is_told(
    tmp_path: Path, valkey_url: str, fake: FakeCRM, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "discover", fake.plugins)
    fake.troubles = [CredentialsError("The token is refused.")]

    found = examine(settings_for(tmp_path, None, valkey_url), ask=False)

    told = [one.said for one in found if one.check == "connection 1"]
    assert told == ["fake, account 3: working", "No webhook has arrived yet."]
    assert fake.troubles


def test_a_connection_that_waits_or_is_paused_is_told(
    looks: Looks, tmp_path: Path, valkey_url: str, fake: FakeCRM
) -> None:
    with open_house(settings_for(tmp_path, None, valkey_url), fake.plugins()) as house:
        connect(house, "fake", 3, {"token": "t"})
        paused = connected(house, 4)
        with house.store.write() as tx:
            gates.pause(tx, paused.id, "Paused by hand.", "crmhost resume 2")

    found = looks()

    assert found["connection 1"].fix == "Paste it into: crmhost secret 1"
    assert (found["connection 2"].state, found["connection 2"].said) == ("problem", "Paused by hand.")


@pytest.mark.parametrize(
    ("said", "check", "state"),
    [
        ({"maxmemory_policy": "allkeys-lru", "aof_enabled": 1}, "redis memory", "problem"),
        ({"maxmemory_policy": "noeviction", "aof_enabled": 0}, "redis persistence", "warning"),
        ({"maxmemory_policy": "noeviction", "aof_enabled": 1}, "redis persistence", "ok"),
    ],
)
def test_a_redis_that_forgets_is_told(said: dict[str, object], check: str, state: str) -> None:
    found = {one.check: one for one in health._kept(said)}

    assert found[check].state == state


def test_a_check_that_stumbles_is_a_finding_and_the_others_go_on(
    looks: Looks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(_path: Path) -> None:
        raise KeyError("free")

    monkeypatch.setattr("shutil.disk_usage", stumble)

    found = looks()

    assert found["data folder"].said == "It cannot be checked (KeyError)."
    assert found["redis"].state == "ok"


GIB = 1024**3


@pytest.mark.parametrize(
    ("total", "free", "state"),
    [
        (4 * GIB, 0.4 * GIB, "warning"),  # less than 500 MiB
        (100 * GIB, 4 * GIB, "warning"),  # less than 5 %
        (100 * GIB, 6 * GIB, "ok"),
        (2000 * GIB, 12 * GIB, "ok"),  # little of a large disk is much
    ],
)
def test_little_room_on_the_disk_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, total: int, free: int, state: str
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(total=total, free=free))

    (found,) = health.data_folder(tmp_path)

    assert found.state == state
    assert bool(found.fix) == (state == "warning")


def test_a_database_that_cannot_be_written_to_is_a_problem(lite_house: House) -> None:
    forbid_writing(lite_house.store)

    found = {one.check: one for one in health.of_house(lite_house, ask=False)}

    assert found["database"].state == "problem"
    assert found["database"].said.startswith("The database cannot be written to: attempt to write a readonly")
    assert found["redis"].state == "ok"


def test_a_postgresql_that_is_read_only_cannot_be_written_to(postgresql_url: str) -> None:
    store = open_store(postgresql_url)
    require_writable(store)
    assert not is_doubtful(store)

    @event.listens_for(store.engine, "checkout")
    def _read_only(connection: Any, *_: object) -> None:
        connection.cursor().execute("SET default_transaction_read_only = on")
        connection.commit()

    try:
        assert is_doubtful(store)
        with pytest.raises(SettingsError, match="cannot be written to: it is read-only"):
            require_writable(store)
    finally:
        store.close()


def test_a_database_elsewhere_needs_room_there(tmp_path: Path, lite_house: House) -> None:
    (elsewhere,) = [one.said for one in health.database(lite_house.store, tmp_path / "data")][1:]

    assert elsewhere.startswith(f"{tmp_path}, ")
    assert len(list(health.database(lite_house.store, tmp_path))) == 1


@pytest.mark.usefixtures("opened")
def test_the_command_fails_where_something_is_wrong(
    types: Types, fake: FakeCRM, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, valkey_url: str
) -> None:
    monkeypatch.setattr(doctor, "discover", fake.plugins)
    monkeypatch.setenv("CRMHOST_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CRMHOST_REDIS_URL", valkey_url)
    well = types("crmhost", "doctor", "--json")
    fake.troubles = [CredentialsError("The token is refused.", fix="Make a new one.")]
    ill = types("crmhost", "doctor")

    assert (well.status, well.document["ok"]) == (0, True)
    assert ill.status == 1
    assert "Make a new one." in ill.out
    assert ill.out.splitlines()[-1] == "1 problem(s), 2 warning(s)."
