"""How the calls to Krayin are counted with those of all others who are the same Krayin user."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
import structlog

from crmhost import Context, Http, Links, NotYet, TryAgain
from crmhost_krayin import KrayinSettings, handle_contact
from crmhost_krayin.clients.budget import Allowance
from crmhost_krayin.desk import bench_for, desk_for
from crmhost_krayin.settings import Facts

from .crm import JANE, Desk, contact
from .recordings import NEWER, recorded
from .test_transport import Script, transport


class Counted:
    """A budget that says no after so many calls, and keeps what it was told."""

    def __init__(self, calls: int = 1000) -> None:
        self.left = calls
        self.open = 0
        self.asked: list[tuple[str, int, int]] = []
        self.heard: list[tuple[str, int, int]] = []

    @contextmanager
    def call(self, key: str, *, calls: int, seconds: float = 60.0, at_once: int = 0) -> Iterator[None]:
        if not self.left:
            raise NotYet("Calls to the CRM must wait.", delay=17)
        self.left, self.open = self.left - 1, self.open + 1
        assert seconds == 60.0
        self.asked.append((key, calls, at_once))
        try:
            yield
        finally:
            self.open -= 1

    def told(self, key: str, *, limit: int, remaining: int) -> None:
        self.heard.append((key, limit, remaining))


def allowance(budget: Counted) -> Allowance:
    return Allowance(budget, "krayin", per_minute=60, at_once=4)


def test_where_no_call_is_left_nothing_is_sent() -> None:
    script = Script(recorded(154))

    with pytest.raises(NotYet) as not_yet:
        transport(script, allowance=allowance(Counted(0))).write("POST", "/leads", {})

    assert (not_yet.value.delay, not_yet.value.unsure) == (17, False)
    assert script.asked == []


def test_a_call_is_given_back_however_it_ends() -> None:
    budget = Counted()

    with pytest.raises(TryAgain):
        transport(Script(TryAgain("Nothing answers.")), allowance=allowance(budget)).get("/leads")

    assert (len(budget.asked), budget.open) == (1, 0)


def test_what_krayin_says_is_left_is_told_to_all() -> None:
    budget = Counted()
    sender = transport(Script(recorded(25), recorded("a-001", NEWER)), allowance=allowance(budget))

    sender.ask("GET", "/get")
    sender.ask("GET", "/get")

    assert budget.heard == [("krayin", 60, 0)]


def test_a_write_that_failed_stays_open_where_no_call_is_left_to_ask_why() -> None:
    with pytest.raises(TryAgain) as failed:
        transport(Script(recorded(16)), allowance=allowance(Counted(1))).write("POST", "/leads", {})

    assert (failed.value.unsure, failed.value.delay) == (True, 17)


def test_the_second_call_of_a_delivery_waits_and_the_first_is_kept(desk: Desk) -> None:
    links = desk.store.open()
    context = replace(desk.context(links), budget=Counted(1))

    with pytest.raises(NotYet):
        handle_contact(context, contact(**JANE), None)
    desk.store.commit(links)

    assert not desk.store.intents
    assert not desk.state.persons


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"user_id": 7}, ("user 7", 60)),
        ({"user_id": 7, "limit": 240}, ("user 7", 240)),
        ({"user_id": 7, "krayin": "2.2"}, ("user 7", 120)),
        ({"user_id": 7, "krayin": "2.2", "limit": 90}, ("user 7", 90)),
    ],
)
def test_all_tokens_of_one_user_share_what_krayin_allows_or_what_is_polite(
    pool: httpx.Client, facts: dict[str, Any], said: tuple[str, int]
) -> None:
    budget = Counted()
    context = _context(pool, budget, facts=Facts(**facts), calls_per_minute=120, calls_at_once=2)

    with pytest.raises(TryAgain):
        desk_for(context, "contact 5821").leads.get(7)

    who, per_minute = said
    assert budget.asked[0] == (f"krayin http://127.0.0.1:9 {who}", per_minute, 2)


def test_a_user_who_is_not_known_yet_is_told_by_the_token_which_is_not_shown(pool: httpx.Client) -> None:
    budget = Counted()
    one = _context(pool, budget, api_token="1|one")
    other = _context(pool, budget, api_token="2|other")

    for context in (one, one, other):
        with pytest.raises(TryAgain):
            bench_for(context).lookups.whoami()

    keys = [key for key, _, _ in budget.asked]
    assert keys[0] == keys[1] != keys[2]
    assert "one" not in keys[0]


def _context(pool: httpx.Client, budget: Counted, **settings: Any) -> Context[KrayinSettings]:
    """Return a context of a Krayin that is not there."""
    given = KrayinSettings(**{"api_url": "http://127.0.0.1:9", "api_token": "1|one", **settings})
    return Context(1, 3, given, Links(), Http(pool), structlog.get_logger(), budget=budget)
