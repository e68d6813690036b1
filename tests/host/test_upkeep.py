"""What is kept for a time only, and a key that is made anew."""

import stat
import time
from pathlib import Path

import pytest

from crmhost import SettingsError
from crmhost.demo import payloads
from crmhost.embedded import alone
from crmhost.house import House
from crmhost.replay import replay
from crmhost.rotation import rotate
from crmhost.store import connections, deliveries, tables
from crmhost.store.dead import Chosen
from crmhost.sweep import Sweep
from crmhost.vault import Vault, key_in, new_key
from crmhost.wiring import open_house, relying_on_key

from .conftest import Bench, connected, settings_for
from .fake_crm import FakeCRM

JANE = payloads.contact(5821, "Jane", email="jane@example.com")


def bodies(bench: Bench) -> list[str]:
    with bench.house.store.read() as tx:
        return [row.body for row in tx.execute(tables.deliveries.select().order_by("id"))]


def age(bench: Bench, seconds: float) -> None:
    with bench.house.store.write() as tx:
        moved = tables.deliveries.c.finished_at - seconds
        tx.execute(tables.deliveries.update().values(finished_at=moved))


def test_a_finished_payload_is_forgotten_after_its_time_and_what_waits_never(bench: Bench) -> None:
    bench.receive(payloads.contact_created(JANE))
    bench.work()
    age(bench, 31 * 86_400)
    bench.receive(payloads.contact_created({**JANE, "id": 9}))
    looked: list[object] = []

    sweep = Sweep(bench.house.store, bench.house.pulse, bench.turns, looked.append, keep=30 * 86_400)
    sweep.start()
    try:
        until = time.monotonic() + 10
        while bodies(bench)[0] and time.monotonic() < until:
            time.sleep(0.01)
    finally:
        sweep.stop()

    assert [bool(body) for body in bodies(bench)] == [False, True]
    assert bench.states() == ["applied", "pending"]


def test_what_said_is_forgotten_cannot_be_tried_again(bench: Bench, crm: FakeCRM) -> None:
    crm.troubles.append(ValueError("odd"))
    bench.receive(payloads.contact_created(JANE))
    bench.work()
    with bench.house.store.write() as tx:
        assert deliveries.forget_payloads(tx, time.time() + 1) == 1

    assert replay(bench.house, Chosen(ids=(1,))).refused == {1: "What it said is no longer kept."}


def test_the_folders_key_is_made_anew_and_the_old_one_opens_nothing(lite_house: House) -> None:
    made = connected(lite_house)
    folder, old = lite_house.settings.data_dir, lite_house.vault

    assert rotate(lite_house) == 1

    assert stat.S_IMODE((folder / "secret.key").stat().st_mode) == 0o600
    assert "," not in key_in(folder)
    with lite_house.store.read() as tx:
        assert connections.get(tx, Vault(key_in(folder)), made.id).given == {"token": "t0ken"}
        with pytest.raises(SettingsError, match="another key"):
            connections.get(tx, old, made.id)


def test_a_folder_that_is_served_keeps_its_key(lite_house: House) -> None:
    with alone(lite_house.settings.data_dir), pytest.raises(SettingsError, match="runs on the data folder"):
        rotate(lite_house)


def test_a_key_that_a_worker_relies_on_is_not_changed(lite_house: House) -> None:
    """It would open nothing any more, and go on with that."""
    with (
        relying_on_key(lite_house.settings),
        relying_on_key(lite_house.settings),
        pytest.raises(SettingsError, match="relies on the key") as refused,
    ):
        rotate(lite_house)

    assert refused.value.fix == "Stop every crmhost serve and crmhost worker first."
    assert rotate(lite_house) == 0


def test_a_key_that_is_set_is_rotated_with_both_known(tmp_path: Path, valkey_url: str, crm: FakeCRM) -> None:
    old, new = new_key(), new_key()
    with open_house(settings_for(tmp_path, None, valkey_url, secret_key=old), crm.plugins()) as house:
        made = connected(house)
        with pytest.raises(SettingsError, match="one key only"):
            rotate(house)
    with open_house(
        settings_for(tmp_path, None, valkey_url, secret_key=f"{new},{old}"), crm.plugins()
    ) as house:
        rotate(house)
    with (
        open_house(settings_for(tmp_path, None, valkey_url, secret_key=new), crm.plugins()) as house,
        house.store.read() as tx,
    ):
        assert connections.get(tx, house.vault, made.id).webhook_secrets == ("s3cret",)
