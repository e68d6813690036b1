"""Writes whose end nobody knows: an answer was lost, a worker died of it. Nothing newer overtakes them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Connection
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import crmhost_krayin
from crmhost import plugins
from crmhost.connect import connect
from crmhost.demo import payloads
from crmhost.locks import HeldLane
from crmhost.store import attempts, gates
from crmhost.store.tables import deliveries
from crmhost.testing import Stage
from crmhost.testing.gate import Gate, Told, told
from crmhost.wiring import open_house
from crmhost_krayin.stand_in import KrayinStandIn

from ..host.conftest import Bench, settings_for

PERSON = "/contacts/persons/1"


def jane(name: str) -> payloads.Payload:
    return payloads.contact(5821, name, email="jane@example.com", phone_number="+447700900123")


@pytest.fixture
def krayin(stage: Stage) -> KrayinStandIn:
    made = KrayinStandIn(rate_limit=1_000_000)
    stage.app, stage.lost = made.app, None
    return made


@pytest.fixture(params=[0])
def bench(
    tmp_path: Path, valkey_url: str, url: str, krayin: KrayinStandIn, request: pytest.FixtureRequest
) -> Iterator[Bench]:
    """A house on SQLite; for so many seconds Krayin may go on with what was lost."""
    installed = plugins.Plugins({"krayin": plugins.load("krayin", crmhost_krayin)})
    settings = settings_for(tmp_path, None, valkey_url, unknown_hold_seconds=request.param)
    with open_house(settings, installed) as house:
        made = Bench(house, connect(house, "krayin", 3, krayin.settings(url), webhook_secret="s").connection)
        yield made
        made.intake.close()


waiting_long = pytest.mark.parametrize("bench", [3600], indirect=True)


class Throttled:
    """A Krayin that carries out no change now."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = PlainTextResponse("Too Many Requests", 429, {"Retry-After": "1"})
        await (answer if scope["method"] == "PUT" else self.app)(scope, receive, send)


def work(bench: Bench) -> None:
    """Work the lane as a later process does, for which nothing has to wait any more."""
    with bench.house.store.write() as tx:
        gates.resume(tx, bench.connection.id)
    bench.start_over()
    bench.work()


def renamed(bench: Bench, name: str, after: float) -> None:
    bench.receive(payloads.contact_updated(jane(name), after, name="before"))


def names(krayin: KrayinStandIn) -> list[str]:
    state = krayin.sandbox.state
    return [state.persons[1]["name"], state.leads[1]["title"]]


def test_a_change_behind_one_whose_answer_was_lost_is_not_taken_for_the_sales_teams(
    bench: Bench, krayin: KrayinStandIn, stage: Stage
) -> None:
    bench.receive(payloads.contact_created(jane("Jane")))
    work(bench)
    stage.lost = f"PUT {PERSON}"
    renamed(bench, "Jane Roe", 1)
    work(bench)
    assert names(krayin) == ["Jane Roe", "Jane"]

    renamed(bench, "Jane Loe", 2)
    work(bench)

    assert names(krayin) == ["Jane Loe", "Jane Loe"]
    assert bench.states() == ["applied"] * 3


def test_a_change_behind_a_creation_whose_answer_was_lost_is_brought(
    bench: Bench, krayin: KrayinStandIn, stage: Stage
) -> None:
    stage.lost = "POST /leads"
    bench.receive(payloads.contact_created(jane("Jane")))
    work(bench)

    renamed(bench, "Jane Roe", 1)
    work(bench)

    assert names(krayin) == ["Jane Roe", "Jane Roe"]


def test_what_the_sales_team_typed_after_a_write_that_was_lost_stays(
    bench: Bench, krayin: KrayinStandIn, stage: Stage
) -> None:
    stage.lost = "POST /leads"
    bench.receive(payloads.contact_created(jane("Jane")))
    work(bench)

    krayin.sandbox.state.persons[1]["name"] = "Dr. Jane"
    renamed(bench, "Jane Roe", 1)
    work(bench)

    assert names(krayin) == ["Dr. Jane", "Jane Roe"]


@waiting_long
def test_nothing_is_written_while_an_older_write_may_still_be_carried_out(
    bench: Bench, krayin: KrayinStandIn, stage: Stage
) -> None:
    bench.receive(payloads.contact_created(jane("Jane")))
    work(bench)
    stage.lost = f"PUT {PERSON}"
    renamed(bench, "Jane Roe", 1)
    work(bench)
    asked = len(krayin.sandbox.requests)

    renamed(bench, "Jane Loe", 2)
    for _ in range(3):  # as often as anybody looks, or presses «Resume»
        work(bench)

    assert len(krayin.sandbox.requests) == asked
    assert bench.states() == ["applied", "pending", "pending"]


def test_what_is_kept_of_a_write_goes_with_its_end(bench: Bench, stage: Stage) -> None:
    stage.lost = "POST /leads"
    bench.receive(payloads.contact_created(jane("Jane")))
    work(bench)
    work(bench)

    with bench.house.store.read() as tx:
        rows = list(tx.execute(deliveries.select()))
    assert [(row.state, row.attempted, row.attempted_at) for row in rows] == [("applied", None, None)]


@pytest.mark.parametrize("answer", [Told(302, {"location": "https://status.example.com/"}), Told(406)])
def test_a_change_behind_one_that_was_answered_before_krayin_is_brought(
    bench: Bench, krayin: KrayinStandIn, stage: Stage, answer: Told
) -> None:
    """Such a page may come after Krayin has written."""
    bench.receive(payloads.contact_created(jane("Jane")))
    work(bench)
    stage.app = gate = Gate()
    gate.app = krayin.app
    gate.set({1: told(answer, after=True)})
    renamed(bench, "Jane Roe", 1)
    work(bench)
    assert gate.asked[1] == "PUT /api/v1/contacts/persons/1"

    renamed(bench, "Jane Loe", 2)
    for _ in range(2):
        work(bench)

    assert names(krayin) == ["Jane Loe", "Jane Loe"]


@pytest.mark.parametrize("status", [401, 403, 408, 421, 503])
def test_what_refuses_everybody_for_a_while_loses_nobody(
    bench: Bench, krayin: KrayinStandIn, stage: Stage, status: int
) -> None:
    stage.app = gate = Gate()
    gate.app = krayin.app
    gate.set({number: told(Told(status, {}, b"<h1>Just a moment</h1>")) for number in range(1000)})
    bench.receive(payloads.contact_created(jane("Jane")))
    for _ in range(4):
        work(bench)

    stage.app = krayin.app
    work(bench)

    assert bench.states() == ["applied"]


@waiting_long
def test_where_every_write_was_answered_nothing_is_waited_for(
    bench: Bench, krayin: KrayinStandIn, stage: Stage
) -> None:
    """That no more requests are allowed just now is an answer, too."""
    bench.receive(payloads.contact_created(jane("Jane")))
    work(bench)
    stage.app = Throttled(krayin.app)
    renamed(bench, "Jane Roe", 1)
    work(bench)
    assert bench.states() == ["applied", "pending"]

    stage.app = krayin.app
    work(bench)

    assert bench.states() == ["applied", "applied"]


@pytest.mark.parametrize(("seconds", "noted"), [(0.1, 1), (2.0, 2)])
def test_a_write_is_noted_anew_where_the_disk_took_its_time_for_the_intent(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, seconds: float, noted: int
) -> None:
    """By when it was noted it is known for how long Krayin may go on with it."""
    now, began, noting, commit = 0.0, attempts.begin_write, [], HeldLane.committing

    @contextmanager
    def committing(held: HeldLane, **how: bool) -> Iterator[Connection]:
        nonlocal now
        with commit(held, **how) as tx:
            yield tx
        now += seconds

    def begin(*noted: Any) -> None:
        noting.append(now)
        began(*noted)

    monkeypatch.setattr("crmhost.ledger.time", SimpleNamespace(monotonic=lambda: now))
    monkeypatch.setattr(HeldLane, "committing", committing)
    monkeypatch.setattr(attempts, "begin_write", begin)
    bench.receive(payloads.contact_created(jane("Jane")))

    work(bench)

    assert len(noting) == noted
    assert bench.states() == ["applied"]


class Failing:
    """A Krayin that answers 500 to the next writes of a path: before it has written, or after."""

    def __init__(self, app: ASGIApp, path: str, *, written: list[bool]) -> None:
        self.app, self.path, self.written = app, path, written

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "PUT" or not scope["path"].endswith(self.path) or not self.written:
            await self.app(scope, receive, send)
            return
        if self.written.pop(0):
            await self.app(scope, receive, _unheard)
        answer = JSONResponse({"message": "Server Error"}, 500, {"X-RateLimit-Limit": "60"})
        await answer(scope, receive, send)


async def _unheard(_message: Message) -> None:
    """Keep an answer from whoever asked."""


def test_what_failed_otherwise_before_is_not_counted_towards_a_refusal(
    bench: Bench, krayin: KrayinStandIn, stage: Stage
) -> None:
    bench.receive(payloads.contact_created(jane("Jane")))
    work(bench)
    renamed(bench, "Jane Roe", 1)
    for _ in range(2):
        stage.lost = f"PUT {PERSON}"
        work(bench)
        krayin.sandbox.state.persons[1]["name"] = "Jane"
    stage.lost, stage.app = None, Failing(krayin.app, "/leads/1", written=[True])
    work(bench)
    assert bench.states() == ["applied", "pending"]

    renamed(bench, "Jane Loe", 2)
    work(bench)

    assert names(krayin) == ["Jane Loe", "Jane Loe"]


def test_what_was_given_up_with_its_last_write_carried_out_is_not_taken_for_the_sales_teams(
    bench: Bench, krayin: KrayinStandIn, stage: Stage
) -> None:
    bench.receive(payloads.contact_created(jane("Jane")))
    work(bench)
    stage.app = Failing(krayin.app, "/leads/1", written=[False, False, True])
    renamed(bench, "Jane Roe", 1)
    for _ in range(3):
        work(bench)
    assert (names(krayin), bench.states()) == (["Jane Roe", "Jane Roe"], ["applied", "dead"])

    renamed(bench, "Jane Loe", 2)
    work(bench)

    assert names(krayin) == ["Jane Loe", "Jane Loe"]
