"""The one writer of a receiving process: whatever goes wrong around it, it goes on."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from crmhost.demo import payloads
from crmhost.house import House
from crmhost.intake import QUIET, SLIP, Intake
from crmhost.store import deliveries
from crmhost.store.deliveries import Arrival
from crmhost.store.lanes import Lane
from crmhost.webhooks import classify

from ..statements import statements
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


@pytest.fixture
def commits(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Of how many each commit was; it takes as long as many turns of the loop."""
    sizes: list[int] = []
    commit = intake._commit

    def noted(items: list[Any]) -> None:
        sizes.append(len(items))
        time.sleep(0.1)
        commit(items)

    monkeypatch.setattr(intake, "_commit", noted)
    return sizes


async def receive(intake: Intake, count: int, turns: int = 1) -> None:
    """Let so many arrive, with so many turns of the loop between two of them; wait for all."""
    waiting = []
    for number in range(1, count + 1):
        waiting.append(intake.stored(arrival(number)))
        for _ in range(turns):
            await asyncio.sleep(0)
    assert await asyncio.gather(*waiting) == [True] * count


def test_what_comes_within_some_turns_is_committed_at_once(
    intake: Intake, commits: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmhost.intake.GATHER", 60.0)
    asyncio.run(receive(intake, 12, turns=QUIET))

    assert commits == [12]


def test_nothing_waits_long_for_more(
    intake: Intake, commits: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmhost.intake.GATHER", 0.0)
    asyncio.run(receive(intake, 12))

    assert (commits[0], sum(commits)) == (1, 12)


def test_what_comes_during_a_commit_is_of_the_next_one(intake: Intake, commits: list[int]) -> None:
    asyncio.run(receive(intake, 12, turns=2 * QUIET))

    assert commits == [1, 11]


def test_no_commit_is_of_more_than_can_be_waited_for(
    intake: Intake, commits: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmhost.intake.BATCH", 5)
    asyncio.run(receive(intake, 12))

    assert commits == [5, 5, 2]


async def receive_while_stuck(intake: Intake, count: int) -> list[Any]:
    """Let so many arrive while another has the database; return what came of them once it is free."""
    with intake._store.write():
        waiting = [intake.stored(arrival(1))]
        await asyncio.sleep(0.1)  # that one is handed over
        waiting += [intake.stored(arrival(number)) for number in range(2, count + 2)]
        await asyncio.sleep(0.1)
        done = sum(one.done() for one in waiting)
    return [done, *await asyncio.gather(*waiting, return_exceptions=True)]


def test_what_finds_no_room_is_told_so_at_once(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where a database is stuck: what waits for it is in memory."""
    monkeypatch.setattr("crmhost.intake.ROOM", 3 * (SLIP + sys.getsizeof(arrival(1).body)))

    done, *came = asyncio.run(receive_while_stuck(intake, 5))

    assert (done, came[:4]) == (2, [True] * 4)
    assert [type(one) for one in came[4:]] == [TimeoutError] * 2
    assert asyncio.run(receive_while_stuck(intake, 2)) == [0, False, False, False], "there is room again"


def test_what_is_counted_does_not_wait_without_end(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crmhost.intake.COUNTS", 2)
    with intake._store.write():
        intake.put(arrival(1))
        time.sleep(0.1)
        counted = [intake.count(1, "event", "message_created") for _ in range(3)]
        assert isinstance(counted[2].exception(0), TimeoutError)
    assert [one.result(5) for one in counted[:2]] == [True, True]


def test_what_was_received_is_counted_last(intake: Intake, lite_house: House) -> None:
    """It is one row for all who receive for one: who has changed it keeps the others waiting."""
    with statements(lite_house.store.engine) as asked:
        intake.put(arrival(1)).result(10)
        intake.close()

    assert asked[-1][0].startswith("INSERT INTO hours")
    assert sum("hours" in text for text, _ in asked) == 1


def test_whoever_carries_bells_may_fail_in_any_way(intake: Intake) -> None:
    assert [intake.put(arrival(number)).result(10) for number in (1, 2, 3)] == [True, True, True]


def test_one_who_waits_no_more_keeps_nobody_from_being_told(intake: Intake) -> None:
    async def put_off() -> bool:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await intake.stored(arrival(1))
        return await intake.stored(arrival(2)) is True

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
