"""Gold: one customer is one person, whatever goes wrong between the CRM and us."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from ..demo import payloads
from ..turns import Turns
from .crm import Person
from .gate import BROKEN, Late, Meeting, lost_after, lost_before, meanwhile, told
from .people import RENAMED, customer, talk
from .rules import promise, rule
from .trial import events_of
from .under_faults import UnderFaults

if TYPE_CHECKING:
    from ..demo.payloads import Payload
    from .trial import Trial
    from .under_faults import Trials

MEETING = 2.0
"""Seconds within which all workers must have asked their first question, or go on alone."""
CLAIMED = 0.3
"""The same, where all but one of them should ask nothing."""


class Once(UnderFaults):
    """Nothing is lost and nothing is made twice."""

    @rule("gold")
    def test_existing_person(self, trials: Trials) -> None:
        """A customer whom the CRM has already is linked, not made again."""
        trial, who = trials.begin(), trials.jane
        trial.crm.add_person(Person(who["name"], (who["email"].upper(),)))
        trial.created(who)
        trial.settle(who)
        trial.is_one_person(who, "The CRM had the customer already")

    @rule("gold")
    def test_duplicate_on_the_other_key(self, trials: Trials) -> None:
        """A customer whose phone is another person's there is taken, and the other person left alone."""
        trial, who = trials.begin(), trials.jane
        other = Person("Robin Sample", ("robin.sample@crmhost-test.example.com",), (who["phone_number"],))
        theirs = trial.crm.add_person(other)
        trial.created(who)
        trial.settle(who)
        when = "The customer's phone was another person's already"
        trial.ended_well(when)
        promise(len(trial.persons_of(who)) <= 1, f"{when}, and the customer is there more than once.")
        now = next((one for one in trial.crm.persons() if one.id == theirs), None)
        kept = now and now.name == other.name and now.has_email(other.emails[0])
        promise(kept, f"{when}, who is no longer who that was.")

    @pytest.mark.each_call
    @rule("gold")
    def test_lost_answers(self, trials: Trials) -> None:
        """Where no answer comes, all is there once in the end: the request was lost, or the answer was."""
        for lost in (lost_before, lost_after):
            for trial, which in trials.each_call(lost):
                trial.play(trials.jane)
                self.is_right(trial, trials.jane, f"No answer came to {which}")

    @pytest.mark.each_call
    @rule("gold")
    def test_server_errors(self, trials: Trials) -> None:
        """Where the CRM fails, all is there once in the end: before it had written, or after."""
        for fault in (told(BROKEN), told(BROKEN, after=True)):
            for trial, which in trials.each_call(fault):
                trial.play(trials.jane)
                self.is_right(trial, trials.jane, f"The CRM failed at {which}")

    @pytest.mark.each_call
    @rule("gold")
    def test_slow_answers(self, trials: Trials) -> None:
        """Where the CRM does what was asked after we stopped waiting, nothing is made twice."""
        late, who = Late(), trials.jane
        for trial, which in trials.each_call(late):
            for event in events_of(who):
                trial.bring(event)
                late.arrive()
                trial.settle(who)
            self.is_right(trial, who, f"The CRM did late what was asked at {which}")

    @pytest.mark.each_call
    @rule("gold")
    def test_lost_workers(self, trials: Trials) -> None:
        """Where a worker is killed, or its lock runs out, before the answer comes, nothing is made twice."""
        who = trials.jane
        for trial, which in trials.each_call(meanwhile(lambda: trials.running.bench.kill(who["id"]))):
            trial.play(who)
            self.is_right(trial, who, f"The worker was killed at {which}")
        for trial, which in trials.each_call(meanwhile(lambda: trials.running.overtake(who))):
            trial.play(who)
            self.is_right(trial, who, f"Another worker came by at {which}")

    @rule("gold")
    def test_two_workers(self, trials: Trials) -> None:
        """Work for several customers at once does not mix them up, and two workers do no work twice."""
        trial, people = trials.begin(), [customer(number) for number in range(30, 34)]
        for person in people:
            trial.bench.receive(payloads.contact_created(person))
            trial.bench.receive(payloads.conversation_created(talk(person)))
        trial.gate.set(dict.fromkeys(range(len(people)), Meeting(len(people), MEETING)))
        _at_once(trial, [person for person in people for _ in range(2)])
        for person in people:
            trial.settle(person)
        for person in people:
            trial.is_one_person(person, "Several workers were at work")
            found = trial.persons_of(person)[0]
            promise(found.name == person["name"], f"{person['name']} is called {found.name} in the CRM.")

    @rule("gold")
    def test_same_customer_twice(self, trials: Trials) -> None:
        """Two contacts of Chatwoot's who are one customer become one person, also if worked at once."""
        trial, first = trials.begin(), trials.jane
        second = {**first, "id": first["id"] + 1}
        for person in (first, second):
            trial.bench.receive(payloads.contact_created(person))
        trial.gate.set(dict.fromkeys(range(2), Meeting(2, CLAIMED)))
        _at_once(trial, [first, second])
        for person in (first, second):
            trial.settle(person)
        trial.is_one_person(first, "Two contacts are one customer")

    @rule("gold")
    def test_record_deleted(self, trials: Trials) -> None:
        """A customer whom somebody deleted in the CRM stops nothing: made again, or left so."""
        trial, who = trials.begin(), trials.jane
        trial.created(who)
        trial.settle(who)
        for found in trial.persons_of(who):
            trial.crm.delete(found.id)
        self._goes_on(trial, who, "The person was deleted in the CRM")

    @rule("gold", about="has_merge")
    def test_record_merged(self, trials: Trials) -> None:
        """A customer who was merged into another one is followed there, and not made again."""
        trial, who = trials.begin(), trials.jane
        trial.created(who)
        trial.settle(who)
        into = trial.crm.add_person(Person("Robin Sample", ("robin.sample@crmhost-test.example.com",)))
        for found in trial.persons_of(who):
            trial.crm.merge(found.id, into)
        self._goes_on(trial, who, "The person was merged into another in the CRM")
        promise(len(trial.persons_of(who)) == 1, "A person who was merged into another is there twice now.")

    def _goes_on(self, trial: Trial, who: Payload, when: str) -> None:
        """Bring a change and a conversation; see that both end well."""
        trial.updated({**who, "name": RENAMED}, name=who["name"])
        trial.settle(who)
        for event in events_of(who)[1:]:
            trial.bring(event)
            trial.settle(who)
        for row in trial.bench.deliveries():
            promise(row["state"] != "dead", f"{when}: {row['event']} ended dead: {row['reason']}")
        promise(len(trial.persons_of(who)) <= 1, f"{when}, and the customer is there more than once.")


def _at_once(trial: Trial, people: list[Payload]) -> None:
    """Work all lanes at once, each in a thread of its own, in two processes by turns."""
    workers = [trial.bench.sync, trial.bench.worker(Turns(trial.house.store, 8))]
    threads = [
        threading.Thread(target=workers[number % 2].work, args=(trial.bench.lane(person["id"]),))
        for number, person in enumerate(people)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
