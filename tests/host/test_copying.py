"""Backups that are taken beside a running host, and a move to another database."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from crmhost import CRMHostError, SettingsError
from crmhost.copying import backup, copy_to
from crmhost.store import connections, open_store
from crmhost.store.tables import metadata
from crmhost.wiring import open_house

from .conftest import Bench, settings_for


def deliver(bench: Bench, *numbers: int) -> None:
    for number in numbers:
        payload = {
            "event": "contact_created",
            "id": number,
            "name": f"N{number}",
            "email": f"{number}@example.com",
        }
        bench.receive(payload)
        bench.work(number)


def rows(tx: Connection) -> dict[str, list[Any]]:
    return {table.name: sorted(map(repr, tx.execute(select(table)))) for table in metadata.sorted_tables}


def test_a_backup_is_a_data_folder_to_go_on_from(tmp_path: Path, valkey_url: str, lite_bench: Bench) -> None:
    deliver(lite_bench, 5821, 5822)

    files = backup(lite_bench.house, tmp_path / "kept")

    assert [file.name for file in files] == ["crmhost.sqlite3", "secret.key"]
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)
    with (
        open_house(settings_for(tmp_path / "kept", None, valkey_url), lite_bench.house.plugins) as restored,
        restored.store.read() as tx,
        lite_bench.house.store.read() as now,
    ):
        assert rows(tx) == rows(now)
        assert connections.get(tx, restored.vault, 1).webhook_secrets == ("s3cret",)


@pytest.mark.slow
def test_a_backup_can_be_taken_while_work_goes_on(tmp_path: Path, lite_bench: Bench) -> None:
    work = threading.Thread(target=deliver, args=(lite_bench, *range(1, 60)))
    work.start()
    backup(lite_bench.house, tmp_path / "kept")
    work.join()

    store = open_store(f"sqlite:///{tmp_path}/kept/crmhost.sqlite3")
    with store.read() as tx:
        assert tx.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        found = rows(tx)
    store.close()
    applied = sum("'applied'" in delivery for delivery in found["deliveries"])
    assert applied == len(found["links"])


def test_a_backup_overwrites_nothing(tmp_path: Path, lite_bench: Bench) -> None:
    backup(lite_bench.house, tmp_path / "kept")

    with pytest.raises(CRMHostError, match="is there already"):
        backup(lite_bench.house, tmp_path / "kept")


def test_everything_can_be_moved_into_another_database(
    tmp_path: Path, database_url: str, valkey_url: str, lite_bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(lite_bench, 5821, 5822)
    monkeypatch.setattr("crmhost.copying.answers", lambda _: False)

    counts = copy_to(lite_bench.house, database_url)

    keys = (tmp_path / "secret.key").read_text()
    with open_house(
        settings_for(tmp_path, database_url, valkey_url, secret_key=keys), lite_bench.house.plugins
    ) as moved:
        with moved.store.read() as tx, lite_bench.house.store.read() as before:
            assert rows(tx) == rows(before)
        bench = Bench(moved, lite_bench.connection)
        deliver(bench, 5823)
        assert bench.states() == ["applied"] * 3
        bench.intake.close()
    assert counts["deliveries"] == 2


def test_nothing_is_moved_while_something_may_be_at_work(database_url: str, lite_bench: Bench) -> None:
    with pytest.raises(CRMHostError, match="may be at work"):
        copy_to(lite_bench.house, database_url)


def test_nothing_is_moved_among_what_is_there_already(
    database_url: str, lite_bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmhost.copying.answers", lambda _: False)
    copy_to(lite_bench.house, database_url)

    with pytest.raises(SettingsError, match="not empty"):
        copy_to(lite_bench.house, database_url)
