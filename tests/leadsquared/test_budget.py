"""Calls are counted for the whole account, in LeadSquared's five seconds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from crmhost import Links, NotYet
from crmhost_leadsquared_reference.desk import desk_for

from .crm import Connection


@dataclass
class Counted:
    """A budget that says no after so many calls, and keeps what it was asked."""

    left: int
    open: int = 0
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @contextmanager
    def call(self, key: str, **limits: float) -> Iterator[None]:
        if not self.left:
            raise NotYet("Calls to the CRM must wait.", delay=4)
        self.left, self.open = self.left - 1, self.open + 1
        self.asked.append((key, limits))
        try:
            yield
        finally:
            self.open -= 1

    def told(self, *_said: object, **_more: object) -> None:
        raise AssertionError("LeadSquared does not say what is left")


def test_each_call_is_one_of_the_accounts(connection: Connection) -> None:
    connection.set_up(calls=20, calls_at_once=2)
    budget = Counted(2)
    desk = desk_for(replace(connection.context(Links()), budget=budget), "contact 5821")

    for _ in range(2):
        desk.leads.search("jane@example.com")
    connection.sandbox.requests.clear()
    with pytest.raises(NotYet):
        desk.leads.search("jane@example.com")

    assert budget.asked == [("leadsquared 22824", {"calls": 20, "seconds": 5.0, "at_once": 2})] * 2
    assert (budget.open, connection.sandbox.requests) == (0, [])


def test_pro_has_ten_calls_in_five_seconds_and_so_have_we(connection: Connection) -> None:
    assert type(connection.settings).model_fields["calls"].default == 10
