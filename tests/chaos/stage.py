"""Everything that plays along in a round: a Krayin, two Chatwoots, a house, and proxies between them."""

from __future__ import annotations

import asyncio
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from crmhost.chatwoot.sandbox import Chaos, ChatwootSandbox
from crmhost.server import serving
from crmhost.store.lanes import Lane

from . import faults
from .board import Step
from .crm import CRM, opened_crm
from .faults import Dice, Fault
from .hooks import Hooks
from .house import House, free_port, housed, kept
from .journal import Journal
from .moments import WRITES, is_note
from .nursery import Child
from .plan import Plan
from .proxy import Asking, FaultProxy
from .short import Times, measured
from .tally import Tally
from .wire import Message

ACCOUNTS = (3, 4)
"""Chatwoot's: two of them share one Krayin, and some of their customers."""
AT_ONCE = 32
RATE = 0.08
"""The part of Chatwoot's answers, and of its webhooks, that something befalls."""


@dataclass
class Account:
    """One Chatwoot, and the connection that joins it to Krayin."""

    id: int
    chatwoot: ChatwootSandbox
    proxy: FaultProxy
    connection: int = 0


@dataclass
class Stage:
    """What plays along."""

    plan: Plan
    times: Times
    tally: Tally
    crm: CRM
    accounts: list[Account]
    hooks: Hooks
    house: House
    journal: Journal
    stopping: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Whoever stops a worker holds it: the other has to take over."""
    stopped: Lane | None = None
    """The lane of the worker that is stopped."""

    @property
    def proxies(self) -> Mapping[str, list[FaultProxy]]:
        """Everything on the wire, by what it stands before."""
        apis = [account.proxy for account in self.accounts]
        return {"Krayin": [self.crm.proxy], "Chatwoot": apis, "webhook": [self.hooks.proxy]}

    def killed(self, what: str) -> None:
        """Count and note a kill."""
        self.tally.kills[what] += 1
        self.journal(f"KILLED {what}")

    def troubled(self, what: str) -> None:
        """Count and note any other trouble."""
        self.tally.troubles[what] += 1
        self.journal(f"TROUBLE {what}")

    async def work_done(self, requests: int, patience: float = 5.0) -> None:
        """Wait until so many requests have been made to Krayin; not for ever, since it may be away."""
        counts, until = self.crm.proxy.counts, time.monotonic() + patience
        wanted = counts.total() + requests
        while counts.total() < wanted and time.monotonic() < until:
            await asyncio.sleep(0.02)

    def begin_trouble(self) -> None:
        """Let things happen on the wire."""
        for proxies in self.proxies.values():
            for proxy in proxies:
                proxy.dice.rolls = True

    def end_trouble(self) -> None:
        """Let no more happen on the wire, set the clocks right, and let go on what was stopped."""
        for proxies in self.proxies.values():
            for proxy in proxies:
                proxy.calm()
        for child in self.house.children:
            child.place.clock = 0.0
            child.place.disarm()
            child.send(signal.SIGCONT)

    def count_faults(self) -> None:
        """Add what happened on the wire to the tally."""
        for name, proxies in self.proxies.items():
            counts = sum((proxy.counts for proxy in proxies), Counter[Fault]())
            self.tally.done[f"requests to {name}" if name != "webhook" else "webhooks sent"] += counts.total()
            del counts[Fault.NONE]
            self.tally.faults.update({f"{name}: {fault.value}": count for fault, count in counts.items()})


@asynccontextmanager
async def staged(plan: Plan, folder: Path, tally: Tally) -> AsyncIterator[Stage]:
    """Set all up, connect both Chatwoots, start the workers; end all of it afterwards."""
    async with AsyncExitStack() as stack:
        times = measured()
        crm = await opened_crm(plan, times, stack)
        accounts = [await _account(plan, number, times, stack) for number in ACCOUNTS]
        port = free_port()
        dice = Dice(plan.dice("webhooks"), faults.WEBHOOKS, RATE)
        hooks = Hooks(FaultProxy(f"http://127.0.0.1:{port}", dice, times), plan.dice("replays"), tally)
        await stack.enter_async_context(hooks.proxy)
        house = await stack.enter_async_context(housed(plan, folder, times, tally, port, hooks.proxy.address))
        journal = Journal(folder / "journal.txt")
        stack.callback(journal.close)
        crm.proxy.journal = house.nursery.journal = journal
        journal(f"the machine is so busy that all takes {times.factor:.1f} times as long")
        stage = Stage(plan, times, tally, crm, accounts, hooks, house, journal)
        crm.proxy.answered = _killing({child.place.number: child for child in house.workers})
        for account in accounts:
            await _connect(stage, account)
        for worker in house.workers:
            await stack.enter_async_context(kept(house.nursery, worker))
        yield stage


async def _account(plan: Plan, number: int, times: Times, stack: AsyncExitStack) -> Account:
    chaos = Chaos(plan.seed + number, shuffle=True, double=0.1, drop=0.05)
    chatwoot = ChatwootSandbox(number, chaos=chaos, threads=4)
    stack.callback(chatwoot.close)
    address = stack.enter_context(serving(chatwoot.app))
    proxy = FaultProxy(address, Dice(plan.dice(f"chatwoot {number}"), faults.CHATWOOT, RATE), times)
    await stack.enter_async_context(proxy)
    return Account(number, chatwoot, proxy)


async def _connect(stage: Stage, account: Account) -> None:
    settings = {"api_url": stage.crm.proxy.address, "api_token": stage.crm.token}
    # A killed worker's calls keep their places until their time is over; there are many killed ones.
    settings["calls_at_once"] = str(AT_ONCE)
    if not stage.plan.references:
        settings["reference_attribute"] = ""
    pairs = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    token = account.chatwoot.make_token()
    chatwoot = ("--chatwoot-url", account.proxy.address, "--chatwoot-token", token)
    made = await stage.house.command("connect", "krayin", "--account", str(account.id), *pairs, *chatwoot)
    account.connection = int(made["connection"])


def _killing(workers: Mapping[int, Child]) -> Callable[[Asking, Message, Message], bool]:
    """Return what kills a worker whose write the CRM has carried out, where that is armed."""

    def answered(asking: Asking, request: Message, answer: Message) -> bool:
        child = workers.get(asking.place)
        if child is None or request.method not in WRITES or answer.status >= 300:
            return False
        step = Step.WRITTEN_NOTE if is_note(request.path) else Step.WRITTEN
        return child.place.trips(step, asking.lane) and child.send(signal.SIGKILL)

    return answered
