"""What machines ask: whether a process is ready, and figures."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy.exc import OperationalError

from crmhost.budget import DeliveryBudget
from crmhost.demo import payloads
from crmhost.house import House
from crmhost.metrics import exposition
from crmhost.server import serving
from crmhost.store import gates, lanes, writing
from crmhost.store.clock import now
from crmhost.wiring import serving_all

from ...outages import forbid_writing
from ..conftest import Bench

DASHBOARD = Path(__file__).parents[3] / "docs/grafana.json"

JANE = payloads.contact(5821, "Jane Doe", email="jane@example.com")


@pytest.fixture
def address(lite_house: House) -> Iterator[str]:
    settings = lite_house.settings.model_copy(update={"metrics_token": SecretStr("t0ken")})
    house = replace(lite_house, settings=settings)
    with serving_all(house, pages=False) as app, serving(app) as at:
        yield at


def test_a_process_is_ready_where_database_and_redis_answer(address: str) -> None:
    answer = httpx.get(f"{address}/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "checks": {"database": "ok", "redis": "ok"}}


def test_without_redis_it_says_what_that_means(lite_house: House, tmp_path: Path) -> None:
    away = replace(lite_house, redis_url=f"unix://{tmp_path}/nothing.sock")
    with serving_all(away, pages=False) as app, serving(app) as at:
        answer = httpx.get(f"{at}/readyz")

    assert answer.status_code == 503
    assert "webhooks are stored" in answer.json()["checks"]["redis"]


class Disk:
    """What statvfs says of a disk."""

    f_bavail, f_frsize, f_flag = 0, 4096, 0


def test_where_a_commit_failed_it_is_not_ready_until_one_is_possible(lite_bench: Bench, address: str) -> None:
    store = lite_bench.house.store
    forbid_writing(store)
    assert httpx.get(f"{address}/readyz").status_code == 200, "nobody wrote: nothing is known of it"
    with pytest.raises(OperationalError):
        lite_bench.receive(payloads.contact_created(JANE))

    answer = httpx.get(f"{address}/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"]["database"].startswith("The database cannot be written to: attempt to")
    forbid_writing(store, forbidden=False)
    assert httpx.get(f"{address}/readyz").status_code == 200, "nobody else needs to have written"
    assert not store.failed


def test_a_disk_without_room_is_not_ready_though_nothing_came(
    lite_house: House, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "os", SimpleNamespace(statvfs=lambda _: Disk, ST_RDONLY=os.ST_RDONLY))
    assert httpx.get(f"{address}/readyz").status_code == 200, "a commit finds room all the same"
    forbid_writing(lite_house.store)

    assert httpx.get(f"{address}/readyz").status_code == 503


def test_while_all_is_well_a_probe_writes_nothing(lite_house: House, address: str) -> None:
    forbid_writing(lite_house.store)

    assert {httpx.get(f"{address}/readyz").status_code for _ in range(3)} == {200}


def test_figures_are_for_who_has_the_token(address: str) -> None:
    assert httpx.get(f"{address}/metrics").status_code == 401
    assert httpx.get(f"{address}/metrics", headers={"Authorization": "Bearer x"}).status_code == 401

    answer = httpx.get(f"{address}/metrics", headers={"Authorization": "Bearer t0ken"})

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")


def test_figures_say_what_happened_and_nobodys_name(lite_bench: Bench) -> None:
    lite_bench.receive(payloads.contact_created(JANE))
    lite_bench.work()
    lite_bench.receive(payloads.contact_updated({**JANE, "name": "J"}, 60, name="Jane Doe"))
    lite_bench.intake.count(lite_bench.connection.id, "refused", "bad_signature").result(10)

    shown = exposition(lite_bench.house).decode()

    figures = dict(re.findall(r"^(\S+) ([\d.e+]+)$", shown, re.MULTILINE))
    whose = 'connection="1",plugin="fake"'
    assert figures[f"crmhost_received_total{{{whose}}}"] == "2.0"
    assert figures['crmhost_deliveries_total{connection="1",outcome="applied",plugin="fake"}'] == "1.0"
    assert figures[f"crmhost_waiting{{{whose}}}"] == "1.0"
    assert figures[f"crmhost_up{{{whose}}}"] == "1.0"
    assert figures[f'crmhost_refused_total{{{whose},reason="bad_signature"}}'] == "1.0"
    assert figures[f"crmhost_lanes_held{{{whose}}}"] == "0.0"
    assert "Jane" not in shown


def test_figures_say_who_is_worked_on_and_which_crm_is_away(lite_bench: Bench) -> None:
    lite_bench.receive(payloads.contact_created(JANE))
    with lite_bench.house.store.write() as tx:
        lanes.take(tx, lite_bench.lane(5821))
        gates.away(tx, lite_bench.connection.id, "No answer.", "See whether it is up.", now(tx) - 60, 0.0)

    shown = exposition(lite_bench.house).decode()

    assert 'crmhost_lanes_held{connection="1",plugin="fake"} 1.0' in shown
    (away,) = re.findall(r"^crmhost_away_seconds\S+ (\S+)$", shown, re.MULTILINE)
    assert float(away) == pytest.approx(60, abs=5)


def test_figures_say_how_much_of_the_crms_limit_is_used(lite_bench: Bench) -> None:
    house = lite_bench.house
    assert "crmhost_budget_used{" not in exposition(house).decode(), "nobody knows"
    try:
        with DeliveryBudget(house.redis, whose=1).call("figures", calls=60):
            shown = exposition(house).decode()
    finally:
        house.redis.flushdb()

    assert 'crmhost_budget_used{connection="1",plugin="fake"} 4.0' in shown
    assert 'crmhost_budget_limit{connection="1",plugin="fake"} 60.0' in shown


def test_without_redis_there_are_figures_of_all_else(lite_bench: Bench, tmp_path: Path) -> None:
    shown = exposition(replace(lite_bench.house, redis_url=f"unix://{tmp_path}/nothing.sock")).decode()

    assert 'crmhost_up{connection="1",plugin="fake"} 1.0' in shown
    assert "crmhost_budget_used{" not in shown


def test_the_dashboard_draws_figures_that_there_are(lite_bench: Bench) -> None:
    shown = exposition(lite_bench.house).decode()
    panels = json.loads(DASHBOARD.read_text())["panels"]
    asked = " ".join(one["expr"] for panel in panels for one in panel["targets"])
    drawn = set(re.findall(r"crmhost_\w+", asked))

    assert {name for name in drawn if f"# TYPE {name} " not in shown} == set()
    assert drawn >= {"crmhost_budget_used", "crmhost_away_seconds", "crmhost_lanes_held"}
