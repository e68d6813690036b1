"""Platinum: what the sales team typed stays, and a conversation is one activity whatever goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .crm import Person
from .gate import BROKEN, lost_after, meanwhile, told
from .rules import promise, rule
from .under_faults import UnderFaults

if TYPE_CHECKING:
    from .under_faults import Trials

TYPED = "Dr Jane van der Doe"
"""What a salesperson calls the customer."""
NEWER = "+447700900951"


class Theirs(UnderFaults):
    """The CRM's people come first."""

    @pytest.mark.each_call
    @rule("platinum", needs="activities_findable")
    def test_activities_once(self, trials: Trials) -> None:
        """A conversation is noted once: an answer may be lost, the CRM fail, a worker be killed."""
        who = trials.jane
        killed = meanwhile(lambda: trials.running.bench.kill(who["id"]))
        for fault in (lost_after, told(BROKEN, after=True), killed):
            for trial, which in trials.each_call(fault, after_contact=True):
                trial.play(who)
                when = f"We do not know what came of {which}"
                trial.ended_well(when)
                trial.is_noted(who, when, exactly=True)

    @rule("platinum")
    def test_edits_kept(self, trials: Trials) -> None:
        """A name that a salesperson typed stays, and what else changes in Chatwoot arrives."""
        trial, who = trials.begin(), trials.jane
        trial.created(who)
        trial.settle(who)
        for found in trial.persons_of(who):
            trial.crm.rename(found.id, TYPED)
        trial.updated({**who, "phone_number": NEWER}, phone_number=who["phone_number"])
        trial.settle(who)
        now = trial.persons_of(who)
        names = [one.name for one in now]
        promise(names == [TYPED], f"A salesperson called the customer {TYPED}, and now it is {names}.")
        phones = [phone for one in now for phone in one.phones]
        arrived = any(one.has_phone(NEWER) for one in now)
        promise(arrived, f"The phone is {NEWER} in Chatwoot since, and in the CRM {phones}: was it written?")

    @rule("platinum")
    def test_existing_name_kept(self, trials: Trials) -> None:
        """Whoever was in the CRM before keeps the name that they have there."""
        trial, who = trials.begin(), trials.jane
        trial.crm.add_person(Person(TYPED, (who["email"],)))
        trial.created(who)
        trial.settle(who)
        names = [found.name for found in trial.persons_of(who)]
        promise(names == [TYPED], f"The CRM had the customer as {TYPED}, and now it is {names}.")
