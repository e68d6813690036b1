"""Work that is due and that nobody takes is told wherever somebody looks: since when, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmhost import idle, overview
from crmhost.cli.live import drawn
from crmhost.health import of_connections
from crmhost.house import House
from crmhost.plugins import Plugins
from crmhost.settings import Settings
from crmhost.store import clock, gates, lanes
from crmhost.store.lanes import Lane
from crmhost.wiring import open_house

from .conftest import Types, connected
from .test_live import written

SAID = "Work has been due since "
FIX = "Is crmhost worker, or crmhost serve, running?"


def due(house: House, lane: Lane, seconds: float, *, background: bool = False) -> None:
    """Let a lane have been due for so long."""
    with house.store.write() as tx:
        lanes.add_work(tx, [lane], clock.now(tx) - seconds, 0.0, background=background)


def untaken(house: House) -> dict[int, int]:
    """Return for how many seconds whose work has been due that nobody takes."""
    with house.store.read() as tx:
        now = clock.now(tx)
        return {one: round(now - since) for one, since in idle.untaken(tx).items()}


def test_it_is_told_of_what_has_been_due_for_more_than_two_minutes(house: House) -> None:
    for _ in range(3):
        connected(house)
    due(house, (1, 1), 130)
    due(house, (1, 2), 300, background=True)
    due(house, (1, 3), 200)
    due(house, (2, 1), 110)
    due(house, (2, 2), -60)

    assert untaken(house) == {1: pytest.approx(300, abs=2)}


def test_it_is_not_told_where_a_worker_lives_nor_of_what_somebody_has(house: House) -> None:
    connected(house)
    due(house, (1, 1), 300)
    due(house, (1, 2), 400)
    with house.store.write() as tx:
        lanes.seize(tx, (1, 2), clock.now(tx))
    assert untaken(house) == {1: pytest.approx(300, abs=2)}

    house.pulse.beat()

    assert untaken(house) == {}


def test_it_is_told_again_once_workers_have_been_silent_for_as_long(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected(house)
    due(house, (1, 1), 300)
    house.pulse.beat()
    monkeypatch.setattr(idle, "PATIENCE", -1.0)  # as if it were later

    assert untaken(house) == {1: pytest.approx(300, abs=2)}


def test_a_connection_that_waits_has_a_reason_of_its_own(house: House) -> None:
    connected(house)
    due(house, (1, 1), 300)
    with house.store.write() as tx:
        gates.pause(tx, 1, "Paused by hand.", "")

    assert untaken(house) == {}


def test_the_status_the_doctor_and_the_live_view_tell_it(lite_house: House) -> None:
    connected(lite_house)
    due(lite_house, (1, 5821), 300)

    state = overview.status(lite_house)
    (row,) = state["connections"]
    found = next(iter(of_connections(lite_house, ask=False)))

    assert row["state"] == "working"
    assert row["problem"]["state"] == "untaken"
    assert row["problem"]["reason"].startswith(SAID)
    assert row["problem"]["fix"].startswith(FIX)
    assert (found.state, found.said) == ("problem", row["problem"]["reason"])
    assert "no worker" in written(drawn(state))


@pytest.mark.usefixtures("fake")
def test_the_command_tells_it_to_people_and_to_programs(types: Types, tmp_path: Path) -> None:
    given = ("--account", "3", "--set", "token=t0ken", "--webhook-secret", "s3cret")
    assert types("crmhost", "connect", "fake", *given).status == 0
    with open_house(Settings(data_dir=tmp_path / "data", _env_file=None), Plugins({}, ())) as house:
        due(house, (1, 5821), 300)

    said, told = types("crmhost", "status").out, types("crmhost", "status", "--json").document

    assert "no worker" in said
    assert told["connections"][0]["problem"]["reason"].startswith(SAID)
