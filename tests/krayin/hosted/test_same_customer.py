"""One customer who comes by two connections at once: one person, one lead."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Select
from starlette.types import ASGIApp, Receive, Scope, Send

import crmhost_krayin
from crmhost import plugins
from crmhost.connect import connect
from crmhost.demo import payloads
from crmhost.house import House
from crmhost.store import lanes, tables
from crmhost.testing import Stage
from crmhost.wiring import open_house
from crmhost_krayin.stand_in import KrayinStandIn

from ...host.conftest import Bench, settings_for
from ..crm import Desk, contact

PHONE = "+447700900123"
JANE = payloads.contact(5821, "Jane Doe", email="jane@example.com", phone_number=PHONE, company_name="Globex")


@dataclass
class Two:
    """Two connections to one Krayin."""

    one: Bench
    other: Bench
    krayin: KrayinStandIn
    stage: Stage

    def receive(self, contact: payloads.Payload) -> None:
        for bench in (self.one, self.other):
            bench.receive(payloads.contact_created(contact))

    def finish(self) -> None:
        """Work what is left, with all the waiting over."""
        due = tables.lanes.select().where(tables.lanes.c.due_at.is_not(None))
        while waiting := self._hurried(due):
            for lane in waiting:
                self.one.sync.work(lane)

    def _hurried(self, due: Select[Any]) -> list[lanes.Lane]:
        with self.one.house.store.write() as tx:
            waiting = [(row.connection_id, row.contact_id) for row in tx.execute(due)]
            if waiting:
                lanes.bring_forward(tx, waiting, 0.0)
        return waiting

    def count(self) -> dict[str, int]:
        return {name: len(rows) for name, rows in self.krayin.tables().items()}


class Meanwhile:
    """Krayin, and something that is done in another thread before it carries out its first such request."""

    def __init__(self, app: ASGIApp, request: str, do: Callable[[], None]) -> None:
        self.app, self.request, self.do = app, request, do

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.request == f"{scope['method']} {scope['path'].removeprefix('/api/v1')}":
            self.request = ""
            await asyncio.to_thread(self.do)
        await self.app(scope, receive, send)


@pytest.fixture
def two(tmp_path: Path, valkey_url: str, url: str, stage: Stage) -> Iterator[Two]:
    krayin = KrayinStandIn(rate_limit=1_000_000)
    stage.app, stage.lost = krayin.app, None
    installed = plugins.Plugins({"krayin": plugins.load("krayin", crmhost_krayin)})
    with open_house(settings_for(tmp_path, None, valkey_url, unknown_hold_seconds=0), installed) as house:
        made = Two(_bench(house, krayin, url, 3), _bench(house, krayin, url, 4), krayin, stage)
        yield made
        made.one.intake.close()
        made.other.intake.close()


def _bench(house: House, krayin: KrayinStandIn, url: str, account_id: int) -> Bench:
    made = connect(house, "krayin", account_id, krayin.settings(url), webhook_secret="s")
    return Bench(house, made.connection)


def test_a_person_who_was_there_gets_one_lead_from_two_connections(
    two: Two, url: str, pool: httpx.Client
) -> None:
    known = {"emails": "jane@example.com", "contact_numbers": PHONE}
    person = {"name": "Jane"} | {name: [{"value": of, "label": "work"}] for name, of in known.items()}
    headers = {"Accept": "application/json", "Authorization": f"Bearer {two.krayin.sandbox.make_token()}"}
    assert pool.post(f"{url}/api/v1/contacts/persons", headers=headers, json=person).status_code == 200
    two.receive(JANE)
    two.stage.app = Meanwhile(two.krayin.app, "POST /leads", two.other.work)

    two.one.work()
    two.finish()

    assert set(two.one.states()) == {"applied"}
    assert (two.count()["persons"], two.count()["leads"]) == (1, 1)


@pytest.mark.parametrize("desk", ["2.1"], indirect=True)
def test_a_customer_is_claimed_by_all_that_tells_it_and_a_company_whenever_it_may_be_made(desk: Desk) -> None:
    jane: dict[str, Any] = {"email": "jane@example.com", "phone": PHONE}
    desk.contact(contact(name="Jane", company="Globex", **jane))
    desk.contact(contact(name="Jane", company="Initech", **jane))
    desk.contact(contact(name="Jane D.", company="Initech", **jane))

    krayin = f"krayin {desk.url}"
    assert desk.store.claimed == [
        (krayin, "email jane@example.com", "phone 447700900123", "company globex"),
        (krayin, "company initech"),
    ]
