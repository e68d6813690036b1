"""Hunters: they kill, stop and disturb, each in its own way, until there have been kills enough."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from dataclasses import dataclass

from crmhost.store.lanes import Lane

from .board import DEADLY, STALLING, Step
from .nursery import Child
from .stage import Stage

AT_A_STEP = 6.0
"""Seconds for which a hunter lies in wait at one step: there may be no work of that kind just now."""
PATIENCE = 30.0
"""Seconds for which anything else is waited for."""
STEP = 600.0
"""Seconds by which a clock goes wrong."""
AT_RANDOM = "worker at random"
CLOCK = "clock of a process ten minutes off"
STALLED = "worker stopped until its lane was another's, {}"


@dataclass(frozen=True)
class Aim:
    """Where workers are hit: how often at a step, how often stopped, the rest of the time at random."""

    at_a_step: float = 0.7
    stalled: float = 0.15
    deadly: tuple[Step, ...] = DEADLY
    stalling: tuple[Step, ...] = STALLING
    briefly: bool = False
    """Whether it is stopped for a moment only, and keeps its lane."""


AIMS: dict[str | None, Aim] = {
    "intents": Aim(1.0, 0.0, deadly=(Step.WRITTEN, Step.WRITTEN_NOTE)),
    "fencing": Aim(0.1, 0.9, stalling=(Step.WORKED,)),
    "identities": Aim(0.1, 0.9, stalling=(Step.INTENDING,), briefly=True),
}
"""What a run is hit with that is to show what a protection is for: mostly that."""


class WorkersHunter:
    """Kills one worker, again and again, mostly at a step of its work; or stops it for too long.

    Hunters go by what is done, not by the clock: a slow machine is hit as often in its work as a quick one.
    """

    def __init__(self, stage: Stage, worker: Child) -> None:
        self._stage = stage
        self._worker = worker
        self._dice = stage.plan.dice(worker.name)
        self._aim = AIMS.get(stage.plan.aim, Aim())

    async def hunt(self) -> None:
        """Go on until this is cancelled."""
        while True:
            await self._worker.life()
            throw = self._dice.random()
            if throw < self._aim.at_a_step:
                await self._at_a_step()
            elif throw < 1.0 - self._aim.stalled:
                await self._at_random()
            else:
                await self._stalled()

    async def _at_a_step(self) -> None:
        """Wait at one of the steps where least has happened so far."""
        step = self._dice.choice(sorted(self._aim.deadly, key=self._count)[:3])
        self._worker.place.arm(step, signal.SIGKILL)
        await self._worker.death(AT_A_STEP)
        self._worker.place.disarm()
        if self._worker.place.reached == step:
            self._stage.killed(f"worker: {step.told}")

    def _count(self, step: Step) -> int:
        return self._stage.tally.kills[f"worker: {step.told}"]

    def _stalls(self, step: Step) -> int:
        return self._stage.tally.troubles[STALLED.format(step.told)]

    async def _at_random(self) -> None:
        """Let it do something, or nothing yet."""
        await self._stage.work_done(self._dice.randrange(30))
        await asyncio.sleep(self._dice.uniform(0, 0.1))
        if self._worker.send(signal.SIGKILL):
            self._stage.killed(AT_RANDOM)
            await self._worker.death(PATIENCE)

    async def _stalled(self) -> None:
        """Stop it before a write or a commit: for a moment, or until another has its lane."""
        # To be overtaken, it needs the other worker.
        async with nullcontext() if self._aim.briefly else self._stage.stopping:
            place, step = self._worker.place, min(self._aim.stalling, key=self._stalls)
            place.arm(step, signal.SIGSTOP)
            if await _soon(lambda: bool(place.reached)):
                await self._stopped(place.lane, step)
            self._worker.send(signal.SIGCONT)
            place.disarm()

    async def _stopped(self, lane: Lane, step: Step) -> None:
        """Leave it stopped; where its other threads were stopped in the midst of a commit, not for long."""
        if self._aim.briefly:
            await asyncio.sleep(self._stage.times.lease / 3)
        elif not await asyncio.to_thread(self._stage.house.is_blocked):
            self._stage.journal(f"STOPPED {self._worker.name}, {step.told}, lane {lane[0]}/{lane[1]}")
            self._stage.stopped = lane
            await self._overtaken(lane, step)
            self._stage.stopped = None

    async def _overtaken(self, lane: Lane, step: Step) -> None:
        """Wait until another worker has the lane, and is done with it: what may be written yet it awaits."""
        house, times = self._stage.house, self._stage.times
        fence = house.fence(lane)
        if await _soon(lambda: house.fence(lane) > fence):
            await _soon(lambda: not house.is_due(lane), times.lease + times.hold)
            self._stage.troubled(STALLED.format(step.told))


async def _soon(come_true: Callable[[], bool], patience: float = PATIENCE) -> bool:
    """Wait until something has come true; say whether it has."""
    until = time.monotonic() + patience
    while not come_true():
        if time.monotonic() > until:
            return False
        await asyncio.sleep(0.05)
    return True


class Disturber:
    """Disturbs everything else: one thing after another, by the dice."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._house = stage.house
        self._dice: random.Random = stage.plan.dice("disturber")

    async def disturb(self) -> None:
        """Go on until this is cancelled."""
        kinds: dict[Callable[[], Awaitable[None]], int] = {
            self._kill_receiver: 8,
            self._kill_valkey: 5,
            self._kill_all: 3,
            self._flush: 4,
            self._wrong_clock: 4,
            self._crm_away: 2,
            self._other_program: 2,
            self._token: 1,
        }
        aim = self._stage.plan.aim
        if aim == "sweep":
            kinds = {self._flush: 1, self._kill_valkey: 1}
        elif aim:  # all of this would only make it last longer
            return
        while True:
            await self._stage.work_done(self._dice.randrange(5, 40))
            await self._dice.choices(list(kinds), list(kinds.values()))[0]()

    async def _kill_receiver(self) -> None:
        if self._house.receiver.send(signal.SIGKILL):
            self._stage.killed("receiver at random")
            await self._house.receiver.death(PATIENCE)

    async def _kill_valkey(self) -> None:
        if self._house.kill_valkey():
            self._stage.killed("Valkey at random")

    async def _kill_all(self) -> None:
        hit = [self._house.kill_valkey(), *(child.send(signal.SIGKILL) for child in self._house.children)]
        if any(hit):
            self._stage.killed("all at once")

    async def _flush(self) -> None:
        if self._house.flush_valkey():
            self._stage.troubled("Redis flushed")

    async def _wrong_clock(self) -> None:
        """Set a process's clock off, and back after a while if it lives so long."""
        child = self._dice.choice(self._house.children)
        child.place.clock = self._dice.choice((STEP, -STEP))
        self._stage.troubled(CLOCK)
        await asyncio.sleep(self._dice.uniform(0.5, 3.0))
        child.place.clock = 0.0

    async def _crm_away(self) -> None:
        self._stage.troubled("Krayin away for a minute")
        self._stage.crm.proxy.away = True
        await asyncio.sleep(self._dice.uniform(0.3, 1.0) * self._stage.times.minute)
        self._stage.crm.proxy.away = False

    async def _other_program(self) -> None:
        if self._stage.crm.sandbox.profile.limits_requests:
            self._stage.troubled("a minute of Krayin's used up by another program")
            self._stage.crm.use_up_minute()

    async def _token(self) -> None:
        """Let the token be worth nothing until the connections stand still; then mend that."""
        self._stage.troubled("token expired")
        self._stage.crm.expire_token()
        await asyncio.sleep(self._stage.times.minute)
        await mend_token(self._stage, new=self._dice.random() < 0.5)


async def mend_token(stage: Stage, *, new: bool) -> None:
    """Do what a person does about a token that expired: set another, or have the same one let in again."""
    if new:
        stage.crm.make_token()
    else:
        stage.crm.give_back_token()
    for account in stage.accounts:
        connection = str(account.connection)
        if new:
            pair = f"api_token={stage.crm.token}"
            await stage.house.insist("set", connection, "--set", pair)
        else:
            await stage.house.insist("resume", connection)
    stage.crm.refuses = False
