"""Deliveries in partitions on PostgreSQL: the script keeps what there was, and crmhost goes on as before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from crmhost.demo import payloads
from crmhost.house import House
from crmhost.testing.bench import Bench
from crmhost.wiring import open_house

from ..databases import empty_schema
from .conftest import connected, settings_for
from .fake_crm import FakeCRM

SCRIPT = Path(__file__).parents[2] / "deploy" / "partition-deliveries.sql"
JANE = payloads.contact(5821, "Jane", email="jane@example.com")
JOAO = payloads.contact(5840, "João", email="joao@example.com")


@pytest.fixture
def large(tmp_path: Path, postgresql_url: str, valkey_url: str, crm: FakeCRM) -> Iterator[Bench]:
    """A connection on PostgreSQL that has applied one delivery and has another waiting."""
    with (
        empty_schema(postgresql_url) as address,
        open_house(settings_for(tmp_path, address, valkey_url), crm.plugins()) as house,
    ):
        bench = Bench(house, connected(house))
        bench.receive(payloads.contact_created(JANE))
        bench.work()
        bench.receive(payloads.contact_created(JOAO))
        _partition(house)
        yield bench
        bench.close()


def _partition(house: House) -> None:
    with house.store.engine.connect() as tx, tx.begin():
        tx.exec_driver_sql(SCRIPT.read_text().replace("%", "%%"))


def told(bench: Bench, query: str) -> list[str]:
    with bench.house.store.read() as tx:
        return [str(row[0]) for row in tx.execute(text(query))]


def test_what_there_was_is_kept_and_what_waits_is_worked(large: Bench, crm: FakeCRM) -> None:
    assert large.states() == ["applied", "pending"]

    large.work(5840)

    assert large.states() == ["applied", "applied"]
    assert [name for _, name in crm.customers] == ["Jane", "João"]


def test_what_comes_is_taken_once_and_numbered_on(large: Bench) -> None:
    changed = payloads.contact_updated({**JANE, "name": "Jane Doe"}, 60, name="Jane")

    assert [large.receive(changed), large.receive(changed)] == [True, False]
    assert told(large, "SELECT max(id) FROM deliveries") == ["3"]


def test_there_are_sixteen_with_all_indexes_and_a_lane_is_looked_for_in_one(large: Bench) -> None:
    parts = told(large, "SELECT relid::text FROM pg_partition_tree('deliveries') WHERE isleaf")
    kept = told(
        large,
        "SELECT indexname FROM pg_indexes WHERE tablename = 'deliveries' AND schemaname = current_schema()",
    )
    plan = told(large, "EXPLAIN SELECT id FROM deliveries WHERE connection_id = 1 AND contact_id = 5840")

    assert len(parts) == 16
    assert {"one_live_delivery_per_uid", "pending_deliveries_by_lane", "deliveries_pkey"} <= set(kept)
    assert sum("deliveries_" in line and " on deliveries_" in line for line in plan) == 1
