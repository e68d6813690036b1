"""A connection whose plugin is gone waits, saying so, and goes on by itself when the plugin is back."""

from collections.abc import Callable

import pytest

from crmhost import notices
from crmhost.demo import payloads
from crmhost.house import House
from crmhost.plugins import Broken, Plugins
from crmhost.store import connections, gates
from crmhost.wiring import open_house, working

from .conftest import Bench, connected
from .fake_crm import FakeCRM
from .test_away import attempts, let_it_be_time, receive

Begin = Callable[[Plugins], Bench]


@pytest.fixture
def before(lite_house: House) -> Bench:
    """A connection that was made while its plugin was there."""
    return Bench(lite_house, connected(lite_house))


@pytest.fixture
def begin(before: Bench, request: pytest.FixtureRequest) -> Begin:
    """Have another process begin, with these plugins."""

    def begun(plugins: Plugins) -> Bench:
        opened = open_house(before.house.settings, plugins)
        bench = Bench(opened.__enter__(), before.connection)
        request.addfinalizer(lambda: opened.__exit__(None, None, None))
        request.addfinalizer(bench.close)
        request.addfinalizer(before.close)
        return bench

    return begun


def test_its_deliveries_wait_and_none_of_them_fails(begin: Begin) -> None:
    without = begin(Plugins({}))
    receive(without, 1, 2, 3)

    for contact_id in (1, 2, 3):
        without.work(contact_id)

    assert without.states() == ["pending"] * 3
    assert attempts(without) == [0, 0, 0]
    assert without.turns.next() is None, "nobody takes a lane of it before its time"


def test_it_is_paused_and_says_so_and_what_to_do(begin: Begin, before: Bench) -> None:
    without = begin(Plugins({}))
    receive(without, 1)
    without.work(1)

    state = without.connection_state()
    assert state["state"] == "paused"
    assert state["reason"] == "Its plugin is missing. No plugin named 'fake' is installed (found: none)."
    assert state["fix"] == (
        "Install it beside crmhost: pip install crmhost-fake. "
        "Then start crmhost again: the connection goes on by itself."
    )
    seen_by_others = before.connection_state()
    assert [seen_by_others[name] for name in ("state", "reason", "fix")] == [
        state[name] for name in ("state", "reason", "fix")
    ]
    with without.house.store.read() as tx:
        (told,) = notices.matters(tx).values()
    assert told.text.startswith("Connection 1 waits: Its plugin is missing.")


def test_one_that_was_left_out_says_why(begin: Begin) -> None:
    broken = Broken("fake", "crmhost-fake", "it needs acme_sdk, which is not installed", "pip install it")
    without = begin(Plugins({}, [broken]))
    receive(without, 1)

    without.work(1)

    reason = without.connection_state()["reason"]
    assert reason.endswith("The plugin fake is left out: it needs acme_sdk, which is not installed.")


def test_it_goes_on_when_the_plugin_is_back(begin: Begin, crm: FakeCRM) -> None:
    without = begin(Plugins({}))
    receive(without, 1, 2)
    without.work(1)

    again = begin(crm.plugins())
    with working(again.house):
        assert again.connection_state()["state"] == "working"
    with again.house.store.read() as tx:
        assert notices.matters(tx) == {}


def test_so_it_does_where_another_process_has_it(begin: Begin, before: Bench) -> None:
    """What it tries first need not ask the CRM anything."""
    without = begin(Plugins({}))
    receive(without, 1)
    without.work(1)
    let_it_be_time(without)
    stranger = payloads.contact(3, "snowy-sun-611")
    before.receive(payloads.conversation_created(payloads.conversation(731, stranger, 10)))

    before.work(3)

    assert before.connection_state()["state"] == "working"
    before.work(1)
    assert before.states() == ["applied", "ignored"]


def test_what_a_person_paused_stays_so(begin: Begin, crm: FakeCRM) -> None:
    without = begin(Plugins({}))
    with without.house.store.write() as tx:
        gates.pause(tx, 1, "Paused by hand.", "")
    receive(without, 1)
    without.work(1)

    with working(begin(crm.plugins()).house):
        pass

    assert why_paused(without) == "Paused by hand."


def why_paused(bench: Bench) -> str | None:
    with bench.house.store.read() as tx:
        return connections.get(tx, bench.house.vault, bench.connection.id).paused_reason
