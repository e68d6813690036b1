"""A Krayin, a Chatwoot and a sales team: steps are carried out there, and what must come of them is kept."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from typing import Any

from crmhost import Contact
from crmhost.testing import asking
from crmhost_krayin import KrayinSettings
from crmhost_krayin.sandbox import KrayinSandbox

from ..connection import ACCOUNT, Chatwoot, Connection
from .chatting import Chatting
from .checks import problems
from .faults import Faulty
from .office import Office
from .salesteam import URL, SalesTeam
from .steps import (
    CUSTOMERS,
    LAST_TOLD,
    Listed,
    Loss,
    Sold,
    Step,
    Tagged,
    Talk,
    Told,
    ToldOld,
    Typed,
    TypedIn,
    TypedLead,
    Worked,
)


@cache
def _prepared(krayin: str, rest: str) -> tuple[KrayinSandbox, dict[str, Any], KrayinSettings]:
    """Return a Krayin with the sales team's own fields, which setup has looked at."""
    sandbox = KrayinSandbox(krayin=krayin, rest=rest, rate_limit=1_000_000)
    given = {"api_url": URL, "api_token": sandbox.make_token()}
    with asking(sandbox) as pool:
        SalesTeam(pool, sandbox, given["api_token"]).move_in()
        return sandbox, given, Connection(pool, given).settings


class World:
    """One run of it; to be closed."""

    def __init__(self, krayin: str, rest: str) -> None:
        prepared, given, settings = _prepared(krayin, rest)
        sandbox = copy.deepcopy(prepared)
        self.faulty = Faulty(sandbox)
        self.close_later = ExitStack()
        self.chatwoot = Chatwoot()
        ours = self.close_later.enter_context(asking(self.faulty))
        self.plugin = Connection(ours, given, chatwoot=self.chatwoot, ready=settings)
        theirs = self.close_later.enter_context(asking(sandbox))
        self.office = Office(SalesTeam(theirs, sandbox, given["api_token"]))
        self.customers = {k: Chatting(k) for k in CUSTOMERS}

    def close(self) -> None:
        self.close_later.close()

    def play(self, step: Step) -> None:
        """Carry out one step, if it is possible."""
        known = self.office.expected
        match step:
            case Told(k):
                self.customers[k].change(step)
                self._tell(k, self.customers[k].contact())
            case ToldOld(k, back) if len(self.customers[k].history) > back:
                self._tell(k, self.customers[k].history[-1 - back])
            case Talk():
                self._talk(step)
            case TypedIn(k) if k not in known:
                contact = self.customers[k].contact()
                self.office.type_in(step, contact)
                self._tell(k, contact)
            case Loss():
                self.faulty.arm(step.after, dies=step.dies)
            case Typed(k) | Listed(k) | TypedLead(k) | Worked(k) | Sold(k) | Tagged(k) if k in known:
                self.office.edit(step)

    def change_everything(self) -> None:
        """Let all that Chatwoot knows of each customer change, so that all is written once more."""
        for k in self.office.expected:
            for field, value in LAST_TOLD.items():
                self.customers[k].change(Told(k, field, value))
            self._tell(k, self.customers[k].contact())

    def problems(self) -> Iterator[str]:
        """Yield what is not as promised, in sentences."""
        yield from map(str, problems(self.office))
        yield from self._called_again()

    def _called_again(self) -> Iterator[str]:
        """What was delivered last costs nothing when it is delivered again."""
        for k in self.office.expected:
            self.plugin.contact(self.customers[k].history[-1])
            if self.plugin.calls:
                yield f"customer {k}: the same again took {self.plugin.calls}"

    def _tell(self, k: int, contact: Contact) -> None:
        self._expect(k, contact)
        self.plugin.contact(contact)

    def _expect(self, k: int, contact: Contact) -> None:
        self.customers[k].history.append(contact)
        self.office.expect(k, contact)

    def _talk(self, step: Talk) -> None:
        number = 10 * step.k + step.talk
        chatting = self.customers[step.k]
        talk = chatting.talks.setdefault(number, [])
        for _ in range({"message": 1, "resolved": 2}.get(step.what, 0)):
            talk.append(f"word{number}x{len(talk)}")
        if step.what in ("message", "reopened"):
            return
        conversation = chatting.conversation(number, resolved=step.what == "resolved")
        self.chatwoot.messages_of[number] = chatting.messages(number)
        if step.k not in self.office.expected:
            self._expect(step.k, conversation.contact)
        notes = self.office.expected[step.k].notes
        name = f"{ACCOUNT}/{number}"
        if step.what == "resolved":
            notes[name] = list(talk)
        notes.setdefault(name, [])
        deliver = self.plugin.resolved if step.what == "resolved" else self.plugin.created
        for _ in range(1 + step.again):
            deliver(conversation)
