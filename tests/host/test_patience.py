"""How long a webhook waits for the database."""

from __future__ import annotations

import asyncio

import pytest

from crmhost.patience import LOOK, Patience, Waiting


def test_who_waits_too_long_is_told_and_who_does_not_is_not() -> None:
    async def wait() -> str:
        waiting, loop = Waiting(), asyncio.get_running_loop()
        soon, never = loop.create_future(), loop.create_future()
        loop.call_later(LOOK * 2, soon.set_result, "came")
        with pytest.raises(TimeoutError):
            await waiting.no_longer(LOOK / 2, never)
        return await waiting.no_longer(10, soon)

    assert asyncio.run(wait()) == "came"


def test_where_nobody_waits_nothing_is_looked_at_any_more() -> None:
    async def wait() -> asyncio.TimerHandle | None:
        waiting, done = Waiting(), asyncio.get_running_loop().create_future()
        done.set_result(None)
        await waiting.no_longer(1, done)
        await asyncio.sleep(LOOK * 1.5)
        return waiting._timer

    assert asyncio.run(wait()) is None


def test_what_one_wait_took_the_next_does_not_have() -> None:
    async def wait() -> float:
        patience = Patience(1.0)
        await patience.of(asyncio.sleep(0.05))
        return patience.left

    assert asyncio.run(wait()) < 0.96
