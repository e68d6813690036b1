"""The round's Krayin: a sandbox behind a gate and a proxy, its sales team, and crmhost's own user in it."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass

from crmhost.server import serving
from crmhost.testing import asking
from crmhost_krayin.sandbox import KrayinSandbox
from crmhost_krayin.sandbox.failures import Throttled

from ..krayin.properties.office import Office
from ..krayin.properties.salesteam import SalesTeam
from . import faults
from .faults import Dice
from .gate import Gate
from .plan import Plan
from .proxy import FaultProxy
from .short import Times, replace

LIMIT = 100
"""Calls that Krayin 2.1 allows a user in what is a minute here."""
LATENCY = 0.05
"""Seconds that each request takes; between a check and the write that relies on it others go on."""
RATE = 0.12
"""The part of all requests that something befalls."""


@dataclass
class CRM:
    """Krayin, and who works in it."""

    sandbox: KrayinSandbox
    gate: Gate
    office: Office
    proxy: FaultProxy
    user_id: int
    token: str
    times: Times
    refuses: bool = False
    """Whether connections are left with a token that is worth nothing."""

    def expire_token(self) -> None:
        """Let crmhost's token be worth nothing, as a login of the same user does."""
        self.refuses = True
        self.sandbox.state.forget_tokens(self.user_id)

    def give_back_token(self) -> None:
        """Let the same token be good again."""
        self.sandbox.state.tokens[self.token] = self.user_id

    def make_token(self) -> str:
        """Make another token for crmhost's user."""
        self.token = self.sandbox.make_token(self.user_id)
        return self.token

    def use_up_minute(self) -> None:
        """Count as many calls of the same user as another program would make until no more are allowed."""
        throttle = self.sandbox.throttle
        with suppress(Throttled):
            while self.sandbox.profile.limits_requests:
                throttle.hit(f"user {self.user_id}", LIMIT, self.times.minute)


async def opened_crm(plan: Plan, times: Times, stack: AsyncExitStack) -> CRM:
    """Open an empty Krayin for business; it is closed with the stack."""
    replace("crmhost_krayin.sandbox.kernel._MINUTE", times.minute)
    version, package = plan.krayin
    sandbox = KrayinSandbox(krayin=version, rest=package, rate_limit=LIMIT, latency=LATENCY)
    sales = SalesTeam(stack.enter_context(asking(sandbox)), sandbox, sandbox.make_token())
    await asyncio.to_thread(sales.move_in)
    users = sandbox.state.users
    user = sandbox.state.insert(users, {**users[1], "name": "CRM Host", "email": "crmhost@example.com"})
    gate = Gate(sandbox)
    proxy = FaultProxy(stack.enter_context(serving(gate)), Dice(plan.dice("crm"), faults.CRM, RATE), times)
    await stack.enter_async_context(proxy)
    office = Office(sales, passing=True)
    return CRM(sandbox, gate, office, proxy, int(user["id"]), sandbox.make_token(int(user["id"])), times)
