"""One round: trouble for a while, then calm, reconciliation, and the look whether all is as promised."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from .day import Day
from .hunting import Disturber, WorkersHunter, mend_token
from .plan import Plan
from .short import LEAST
from .stage import Stage, staged
from .tally import Tally
from .verdict import verdict

MISSED = ("missed_contacts", "missed_conversations", "missed_resolves")
STANDSTILL = 15.0
"""Seconds without any progress after which lanes with work are left alone, and count against us."""


async def played(plan: Plan, folder: Path) -> Tally:
    """Play a round in a folder of its own; return what was counted, and what is wrong."""
    began = time.monotonic()
    tally = Tally()
    async with staged(plan, folder, tally) as stage:
        await _troubled(stage)
        await _settled(stage)
        tally.wrong += verdict(stage)
        stage.count_faults()
    tally.seconds = time.monotonic() - began
    return tally


async def _troubled(stage: Stage) -> None:
    """Let the day be played, and everything be hit, until there were kills enough."""
    day = Day(stage)
    stage.begin_trouble()
    async with asyncio.TaskGroup() as group:
        for work in (day.play(), day.post()):
            group.create_task(work)
        if stage.plan.aim == "fencing":
            group.create_task(day.overtake())
        hunters = [WorkersHunter(stage, worker).hunt() for worker in stage.house.workers]
        tasks = [group.create_task(hunt) for hunt in (*hunters, Disturber(stage).disturb())]
        await _enough(stage)
        day.over = True
        for task in tasks:
            task.cancel()
    stage.end_trouble()
    day.close()


async def _enough(stage: Stage) -> None:
    """Wait until there were as many kills as planned, or the time is up, and by the dice there was one.

    What is aimed at has as long as the machine is slow.
    """
    seconds = stage.plan.seconds * (stage.times.factor / LEAST if stage.plan.aim else 1)
    until, kills = time.monotonic() + seconds, stage.tally.kills
    while kills.total() < stage.plan.kills and (time.monotonic() < until or not (kills or stage.plan.aim)):
        await asyncio.sleep(0.05)


async def _settled(stage: Stage) -> None:
    """Do what an operator does when the trouble is over, and wait until nothing is left to do."""
    if stage.crm.refuses:
        await mend_token(stage, new=True)
    for child in stage.house.children:
        await child.life()
    await stage.hooks.quiet()
    await _carried_out(stage)
    await _reconciled(stage)
    await _idle(stage)
    await _replayed(stage)
    await _idle(stage)
    await _reconciled_in_vain(stage)
    await _idle(stage)


async def _carried_out(stage: Stage) -> None:
    """Wait until Krayin is done with what it was asked for while its clients went away."""
    while stage.crm.proxy.under_way.total():
        await asyncio.sleep(0.05)


async def _reconciled(stage: Stage) -> None:
    for account in stage.accounts:
        found = await stage.house.command("reconcile", str(account.connection))
        for what in MISSED:
            stage.tally.done[f"found by reconciliation: {what}"] += found[what]


async def _reconciled_in_vain(stage: Stage) -> None:
    """Compare once more: what was found and worked must not be found again."""
    for account in stage.accounts:
        found = await stage.house.command("reconcile", str(account.connection))
        stage.tally.wrong += [
            (
                "again",
                f"a second reconciliation of connection {account.connection} found {found[what]} {what}",
            )
            for what in MISSED
            if found[what]
        ]


async def _replayed(stage: Stage) -> None:
    """Have tried again what the CRM refused too often."""
    for account in stage.accounts:
        done = await stage.house.command("replay", "--connection", str(account.connection))
        stage.tally.done["dead deliveries replayed"] += len(done["replayed"])


async def _idle(stage: Stage) -> None:
    """Wait until no lane has work, or nothing has gone on for long."""
    seen, since = None, time.monotonic()
    while stage.house.waiting() and time.monotonic() - since < STANDSTILL:
        states = stage.house.states()
        if states != seen:
            seen, since = states, time.monotonic()
        await asyncio.sleep(0.1)
