"""The one writer of a receiving process: whatever goes wrong around it, it goes on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress

import pytest

from crmhost.demo import payloads
from crmhost.house import House
from crmhost.intake import Intake
from crmhost.store import deliveries
from crmhost.store.deliveries import Arrival
from crmhost.store.lanes import Lane
from crmhost.webhooks import classify

from .conftest import connected


def no_bell(_lanes: Iterable[Lane]) -> None:
    raise OSError("Name or service not known")


@pytest.fixture
def intake(lite_house: House) -> Iterator[Intake]:
    connected(lite_house)
    made = Intake(lite_house.store, no_bell, settle=0.0, bells=16)
    yield made
    made.close()


def arrival(number: int) -> Arrival:
    event = classify(payloads.contact_created(payloads.contact(number, "Jane", email="jane@example.com")))
    return Arrival(1, f"uid-{number}", f"digest-{number}", event, time.time(), '{"name": "Jane"}')


def test_what_a_loop_left_behind_is_stored_before_the_end(lite_house: House) -> None:
    connected(lite_house)
    made = Intake(lite_house.store, no_bell, settle=0.0, bells=16)

    async def go_at_once() -> None:
        made.stored(arrival(1))

    asyncio.run(go_at_once())
    made.close()

    with lite_house.store.read() as tx:
        assert deliveries.counts(tx)["pending"] == 1


@pytest.mark.parametrize(("patience", "commits"), [(60.0, {12}), (0.0, {1, 2})])
def test_what_comes_turn_by_turn_is_committed_at_once_unless_it_takes_long(
    lite_house: House, monkeypatch: pytest.MonkeyPatch, patience: float, commits: set[int]
) -> None:
    connected(lite_house)
    handed: list[int] = []
    monkeypatch.setattr("crmhost.intake.GATHER", patience)
    made = Intake(lite_house.store, no_bell, settle=0.0, bells=16)
    hand_over = made._hand_over

    def noted(loop: asyncio.AbstractEventLoop) -> None:
        handed.append(len(made._gathered[loop]))
        hand_over(loop)

    monkeypatch.setattr(made, "_hand_over", noted)

    async def receive() -> None:
        waiting = []
        for number in range(1, 13):
            waiting.append(made.stored(arrival(number)))
            await asyncio.sleep(0)
        assert await asyncio.gather(*waiting) == [True] * 12

    asyncio.run(receive())
    made.close()

    assert set(handed) <= commits
    assert sum(handed) == 12


def test_whoever_carries_bells_may_fail_in_any_way(intake: Intake) -> None:
    assert [intake.put(arrival(number)).result(10) for number in (1, 2, 3)] == [True, True, True]


def test_one_who_waits_no_more_keeps_nobody_from_being_told(intake: Intake) -> None:
    async def put_off() -> bool:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await intake.stored(arrival(1))
        return await intake.stored(arrival(2))

    assert asyncio.run(put_off())


def test_a_loop_that_has_ended_keeps_nobody_from_being_told(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = intake._write

    def slowly(items: list[object]) -> object:
        time.sleep(0.2)
        return write(items)  # type: ignore[arg-type]

    monkeypatch.setattr(intake, "_write", slowly)

    async def go_away() -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(0.05):
                await asyncio.shield(intake.stored(arrival(1)))

    asyncio.run(go_away())
    assert intake.put(arrival(2)).result(10)
