"""A customer asks something and is answered; a fault befalls one call of it after the other."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from .people import COMPANY, customer
from .rules import in_a_sentence
from .trial import Trial, events_of

if TYPE_CHECKING:
    from ..demo.payloads import Payload
    from ..house import House
    from ..plugins import Plugin
    from .capabilities import Capabilities
    from .gate import Fault, Gate

    Base = Capabilities
else:
    Base = object


class Trials:
    """Makes trials of one plugin, one at a time: with the next one the last is over."""

    def __init__(self, contract: Capabilities, plugin: Plugin, house: House, gate: Gate, url: str) -> None:
        self._contract = contract
        self._parts = (contract, plugin, house, gate, url)
        self._last: Trial | None = None

    def begin(self) -> Trial:
        """Make a trial."""
        self.close()
        with in_a_sentence("setup"):
            self._last = Trial(*self._parts)
        return self._last

    @property
    def running(self) -> Trial:
        """The trial that goes on."""
        return self._last or self.begin()

    def close(self) -> None:
        """End the last trial."""
        if self._last:
            self._last.close()
            self._last = None

    @cached_property
    def jane(self) -> Payload:
        """The customer, with all that the CRM has a place for."""
        company = {"company_name": COMPANY} if self._contract.has_organizations else {}
        return customer(20, **company)

    @cached_property
    def story(self) -> list[list[str]]:
        """The calls that each event of the customer's story takes where nothing goes wrong."""
        trial, calls = self.begin(), []
        for event in events_of(self.jane):
            trial.gate.set()
            trial.bring(event)
            trial.settle(self.jane)
            calls.append(trial.gate.asked)
        return calls

    def each_call(self, fault: Fault, *, after_contact: bool = False) -> Iterator[tuple[Trial, str]]:
        """Yield a fresh trial for each call of the story, whose fault is set; and which call that is.

        ``after_contact`` leaves out those that bring the customer into the CRM.
        """
        calls = [call for event in self.story for call in event]
        first = len(self.story[0]) if after_contact else 0
        for number, call in list(enumerate(calls))[first:]:
            trial = self.begin()
            trial.gate.set({number: fault})
            yield trial, f"call {number + 1} ({call})"


class UnderFaults(Base):
    """What the tests under faults see to, each in its way."""

    def is_right(self, trial: Trial, who: Payload, when: str) -> None:
        """See that the customer is there once, and the conversation at least."""
        trial.is_one_person(who, when)
        trial.is_noted(who, when, exactly=False)
