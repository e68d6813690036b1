"""A day, by the dice: what customers, agents and the sales team do, and what must come of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Literal

from crmhost.store.lanes import Lane

from ..krayin.properties import steps
from ..krayin.properties.chatting import Chatting
from .moments import editing
from .stage import Account, Stage

FIRST = 101
MOST = 50
"""How many customers there are in a day."""
BUSY = 36
"""Lanes with work from which on everybody waits: a backlog would hide what happens at once."""
PAUSE = 0.05
COMMITS = 0.5
"""Seconds in which a worker that goes on commits what it had worked."""
ADDRESSES = ("email", "phone")
EDITS = (steps.Typed, steps.Listed, steps.TypedLead, steps.Worked, steps.Sold, steps.Tagged)


@dataclass
class Someone:
    """A customer: what Chatwoot is told, and under which numbers."""

    chatting: Chatting
    accounts: list[Account]
    contacts: dict[int, int] = field(default_factory=dict)
    """The contact's id, by account."""
    talks: dict[tuple[int, int], list[str]] = field(default_factory=dict)
    """What was said, by account and conversation."""
    typed_in: bool = False
    """Whether the sales team knew them first: by the addresses they had then."""

    @property
    def k(self) -> int:
        """The number that everything of theirs bears."""
        return self.chatting.k

    @property
    def name(self) -> str | None:
        """What Chatwoot calls them."""
        return self.chatting.now["name"]

    def values(self) -> dict[str, Any]:
        """Return the contact as Chatwoot keeps it."""
        now = self.chatting.now
        return {
            "name": now["name"],
            "email": now["email"],
            "phone_number": now["phone"],
            "additional_attributes": {
                "company_name": now.get("company"),
                "job_title": now.get("job_title"),
            },
        }


class Day:
    """Plays until it is over; ``office.expected`` and the customers' talks say what must be there then."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.dice = stage.plan.dice("day")
        self.people: dict[int, Someone] = {}
        self.over = False
        self._left_alone: set[int] = set()
        """Customers to whom nothing happens any more."""
        self._done = stage.tally.done

    async def play(self) -> None:
        """Do one thing after another until the day is over."""
        while not self.over:
            await asyncio.sleep(PAUSE)
            if self.stage.house.waiting() < BUSY:
                await self._something()

    async def overtake(self) -> None:
        """Let a customer be called otherwise while their worker is stopped, and once more when it goes on.

        What it commits then is of the name before: the last one would be taken for less than the sales
        team's. Nothing may come later that mends it.
        """
        while not self.over:
            await asyncio.sleep(PAUSE)
            someone = self._whose(self.stage.stopped)
            if someone is None or someone.k in self._left_alone:
                continue
            self._left_alone.add(someone.k)
            self._rename(someone)
            while self.stage.stopped and not self.over:
                await asyncio.sleep(PAUSE)
            await asyncio.sleep(COMMITS)
            self._rename(someone)

    def _whose(self, lane: Lane | None) -> Someone | None:
        lanes = {
            (account.connection, someone.contacts.get(account.id)): someone
            for someone in self.people.values()
            for account in someone.accounts
        }
        return lanes.get(lane) if lane else None

    def _rename(self, someone: Someone) -> None:
        names = [name for name in steps.TOLD["name"] if name and name.format(k=someone.k) != someone.name]
        self._say_of(someone, steps.Told(someone.k, "name", names[0]))

    async def post(self) -> None:
        """Have Chatwoot send what happened, now and then, until the day is over; and then the rest."""
        postman = self.stage.plan.dice("postman")
        while not self.over:
            await asyncio.sleep(postman.uniform(0.02, 0.2))
            await self._send_all()
        await self._send_all()

    async def _send_all(self) -> None:
        chatwoots = (account.chatwoot for account in self.stage.accounts)
        await asyncio.gather(*(asyncio.to_thread(one.deliver) for one in chatwoots if one.state.events))

    async def _something(self) -> None:
        others = [one for k, one in self.people.items() if k not in self._left_alone]
        if len(self.people) < MOST and self.dice.random() < 0.25:
            await self._arrive(FIRST + len(self.people))
        elif others:
            someone = self.dice.choice(others)
            await self.dice.choice((self._tell, self._talk, self._talk, self._edit, self._forge))(someone)

    # In Chatwoot

    async def _arrive(self, k: int) -> None:
        """Let a customer appear: one whom the sales team knows, a visitor of the widget, or a plain one."""
        accounts = (
            self.stage.accounts
            if self.dice.random() < self.stage.plan.shared
            else [self.dice.choice(self.stage.accounts)]
        )
        someone = Someone(Chatting(k), accounts)
        if self.dice.random() < (0.5 if len(accounts) > 1 else 0.2):
            someone.typed_in = True
            stage = self.dice.choice((None, 2, 6))
            async with self.stage.crm.gate.alone():
                office = self.stage.crm.office
                await asyncio.to_thread(office.type_in, steps.TypedIn(k, stage), someone.chatting.contact())
            self._done["customers typed in by the sales team"] += 1
        self.stage.crm.office.expect(k, someone.chatting.contact())
        self.people[k] = someone
        self._done["customers"] += 1
        for account in accounts:
            people = account.chatwoot.contacts
            if self.dice.random() < 0.5:
                row = people.create()
                people.update(row.id, **someone.values())
            else:
                row = people.create(**someone.values())
            someone.contacts[account.id] = row.id
        await self._talk(someone)

    async def _tell(self, someone: Someone) -> None:
        """Let a customer change in Chatwoot, in each where they are."""
        fixed = someone.typed_in or not self._known_everywhere(someone)
        field_ = self.dice.choice([one for one in steps.TOLD if not (fixed and one in ADDRESSES)])
        value = self.dice.choice([one for one in steps.TOLD[field_] if one or field_ in ADDRESSES])
        self._say_of(someone, steps.Told(someone.k, field_, value))

    def _say_of(self, someone: Someone, told: steps.Told) -> None:
        someone.chatting.change(told)
        self.stage.crm.office.expect(someone.k, someone.chatting.contact())
        for account in someone.accounts:
            account.chatwoot.contacts.update(someone.contacts[account.id], **someone.values())
        self._done["changes of customers"] += 1

    def _known_everywhere(self, someone: Someone) -> bool:
        """Whether each Chatwoot's contact is linked: before that only addresses say that they are one."""
        lanes = [(account.connection, someone.contacts[account.id]) for account in someone.accounts]
        return len(lanes) == 1 or all(map(self.stage.house.knows, lanes))

    async def _talk(self, someone: Someone) -> None:
        """Let a conversation begin, go on, or end."""
        account = self.dice.choice(someone.accounts)
        chatwoot = account.chatwoot
        mine = [number for of, number in someone.talks if of == account.id]
        if not mine or self.dice.random() < 0.3:
            number = chatwoot.conversations.open(someone.contacts[account.id]).id
            someone.talks[account.id, number] = []
            self._say(someone, account, number)
            self._done["conversations"] += 1
            return
        number = self.dice.choice(mine)
        if self.dice.random() < 0.5:
            self._say(someone, account, number)
        if self.dice.random() < 0.6:
            chatwoot.conversations.resolve(number)
            self._done["conversations resolved"] += 1

    def _say(self, someone: Someone, account: Account, number: int) -> None:
        said = someone.talks[account.id, number]
        said.append(f"word{account.id}x{number}x{len(said)}.")
        account.chatwoot.conversations.say(number, said[-1])

    async def _forge(self, someone: Someone) -> None:
        account = self.dice.choice(someone.accounts)
        webhook = next(iter(account.chatwoot.state.webhooks.values()))
        self.stage.hooks.forge(webhook, someone.contacts[account.id])

    # In Krayin

    async def _edit(self, someone: Someone) -> None:
        """Let the sales team edit a customer whom crmhost has found or made, and nobody writes just now."""
        lanes = [(account.connection, someone.contacts[account.id]) for account in someone.accounts]
        office, proxy = self.stage.crm.office, self.stage.crm.proxy
        with editing(self.stage.house.attempts, lanes) as free:
            if not free or any(proxy.under_way[lane] for lane in lanes):
                self._done["edits by the sales team put off"] += 1
                return
            async with self.stage.crm.gate.alone():
                if all(map(self.stage.house.knows, lanes)) and office.has_lead(someone.k):
                    await asyncio.to_thread(office.edit, self._edit_of(someone.k))
                    self._done["edits by the sales team"] += 1

    def _edit_of(self, k: int) -> steps.Edit:
        throw = self.dice
        match throw.choice(EDITS):
            case steps.Typed:
                field_ = throw.choice(list(steps.TYPED))
                return steps.Typed(k, field_, throw.choice(steps.TYPED[field_]))
            case steps.TypedLead:
                field_ = throw.choice(list(steps.TYPED_IN_LEAD))
                return steps.TypedLead(k, field_, throw.choice(steps.TYPED_IN_LEAD[field_]))
            case steps.Listed:
                return steps.Listed(k, throw.choice(steps.LISTS), throw.choice((None, 0, 1, 2)))
            case steps.Worked:
                return steps.Worked(k)
            case steps.Sold:
                return steps.Sold(k, throw.choice(("product", "remark")))
            case _:
                entities: tuple[Literal["persons", "leads"], ...] = ("persons", "leads")
                return steps.Tagged(k, throw.choice(entities), throw.choice(steps.TAGS))

    # In the end

    def close(self) -> None:
        """Say what must have come of the conversations: all that was said, of each that is resolved now."""
        by_id = {account.id: account.chatwoot for account in self.stage.accounts}
        for someone in self.people.values():
            notes = self.stage.crm.office.expected[someone.k].notes
            for (account, number), said in someone.talks.items():
                status = by_id[account].state.conversations[number].status
                notes[f"{account}/{number}"] = said if status == "resolved" else []
