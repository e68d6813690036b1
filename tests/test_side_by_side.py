"""Several CRMs at one Chatwoot: what is for one never reaches another, and none waits for another."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from crmhost import Conversation, Expected, StandIn, overview, signatures
from crmhost.connect import connect
from crmhost.demo import payloads
from crmhost.house import House
from crmhost.plugins import discover
from crmhost.server import serving
from crmhost.wiring import open_house, receiving, working

from .host.conftest import settings_for

SECRET = "s3cret"
JANE = payloads.contact(5821, "Jane Doe", email="jane@example.com", phone_number="+447700900123")
TALK = payloads.conversation(731, JANE, 10, said="Do you offer discounts?")
DONE = payloads.conversation(731, JANE, 300, status="resolved", said="Thank you & goodbye!")
STORY = (payloads.contact_created(JANE), payloads.conversation_created(TALK), payloads.status_changed(DONE))
EXPECTED = Expected((Conversation.model_validate(DONE).contact,), (Conversation.model_validate(DONE),))
CRMS = ("krayin", "krayin", "leadsquared")


class Pace:
    """A CRM that counts its requests, and answers none of them while it is held."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.held = False
        self.asked = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        while self.held:
            await asyncio.sleep(0.02)
        await self.app(scope, receive, send)


@dataclass
class Joined:
    """One connection, its CRM, and where Chatwoot posts what is for it."""

    connection_id: int
    crm: StandIn
    pace: Pace
    webhook_url: str


@dataclass
class Chatwoot:
    """One account of Chatwoot, joined to three CRMs."""

    house: House
    joined: list[Joined]
    client: httpx.Client

    def post(self, to: Joined, payload: dict[str, Any]) -> None:
        body, stamp = json.dumps(payload).encode(), str(int(time.time()))
        headers = {
            signatures.TIMESTAMP: stamp,
            signatures.SIGNATURE: signatures.sign(SECRET, stamp, body),
            signatures.DELIVERY: str(uuid.uuid4()),
        }
        assert self.client.post(to.webhook_url, content=body, headers=headers).status_code == 200

    def wait_until(self, done: Callable[[], bool], seconds: float = 30) -> None:
        until = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < until, overview.newest_deliveries(self.house, 20)
            time.sleep(0.02)

    def is_idle(self) -> bool:
        return not overview.waiting_lanes(self.house)

    def states(self, of: Joined) -> list[str]:
        rows = overview.newest_deliveries(self.house, 1000)
        return [row["state"] for row in rows if row["connection"] == of.connection_id]


@pytest.fixture
def chatwoot(tmp_path: Path, valkey_url: str) -> Iterator[Chatwoot]:
    with ExitStack() as stack:
        house = stack.enter_context(open_house(settings_for(tmp_path, None, valkey_url), discover()))
        address = stack.enter_context(serving(stack.enter_context(receiving(house))))
        joined = [_joined(stack, house, name, address) for name in CRMS]
        stack.enter_context(working(house))
        yield Chatwoot(house, joined, stack.enter_context(httpx.Client()))


def _joined(stack: ExitStack, house: House, plugin: str, address: str) -> Joined:
    crm = house.plugins[plugin].stand_in()
    assert crm
    pace = Pace(crm.app)
    settings = crm.settings(stack.enter_context(serving(pace)))
    made = connect(house, plugin, 3, settings, webhook_secret=SECRET).connection
    pace.asked = 0
    return Joined(made.id, crm, pace, address + made.webhook_path)


def test_no_event_of_one_connection_reaches_another(chatwoot: Chatwoot) -> None:
    for number, one in enumerate(chatwoot.joined):
        for event in STORY:
            chatwoot.post(one, event)
        chatwoot.wait_until(chatwoot.is_idle)

        assert chatwoot.states(one) == ["applied"] * 3
        assert one.crm.differences(EXPECTED) == []
        assert [other.pace.asked for other in chatwoot.joined[number + 1 :]] == [0] * (2 - number)

    asked = [one.pace.asked for one in chatwoot.joined]
    for one in chatwoot.joined:
        chatwoot.post(one, payloads.contact_updated(JANE, 400, name="Jane"))
    chatwoot.wait_until(chatwoot.is_idle)
    assert [one.pace.asked for one in chatwoot.joined] == asked


def test_what_happens_at_once_is_done_in_each_crm_once(chatwoot: Chatwoot) -> None:
    for event in STORY:
        for one in chatwoot.joined:
            chatwoot.post(one, event)
    chatwoot.wait_until(chatwoot.is_idle)

    assert [one.crm.differences(EXPECTED) for one in chatwoot.joined] == [[], [], []]


def test_a_crm_that_keeps_us_waiting_does_not_delay_another(chatwoot: Chatwoot) -> None:
    """More customers wait for the slow one than there are threads; one event for the quick one comes last."""
    slow, quick = chatwoot.joined[0], chatwoot.joined[2]
    slow.pace.held = True
    people = [
        payloads.contact(number, f"No {number}", email=f"{number}@example.com") for number in range(1, 61)
    ]
    for person in people:
        chatwoot.post(slow, payloads.contact_created(person))
    chatwoot.wait_until(lambda: slow.pace.asked > 0)

    chatwoot.post(quick, STORY[0])
    chatwoot.wait_until(lambda: chatwoot.states(quick) == ["applied"], seconds=10)

    assert chatwoot.states(slow) == ["pending"] * len(people)
    slow.pace.held = False
