"""Workers compare each connection with Chatwoot by the clock: one at a time, gently, and never in vain."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.responses import JSONResponse, Response

from crmhost import overview
from crmhost.chatwoot.sandbox import ChatwootSandbox
from crmhost.house import House
from crmhost.loop import Stopped
from crmhost.reconcile import clock
from crmhost.reconcile.clock import GRACE, LEASE, RETRY, Clock, Times
from crmhost.reconcile.run import Scope
from crmhost.store import reconciliations
from crmhost.store.clock import now
from crmhost.wiring import working

from ..conftest import Bench, Types, connected
from ..fake_crm import FakeCRM
from .conftest import JANE

HOUR = 3600.0


class Watch:
    """A worker's clock, looked at by hand; ``rests`` are the pauses that it made."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._clock = Clock(house)
        self.rests: list[float] = []
        self.stops = False

    def look(self, *due: Scope) -> None:
        """Look once, after these have become due."""
        self._clock.look(self._rest)
        with self._house.store.write() as tx:
            for scope in due:
                reconciliations.plan(tx, 1, scope, now(tx))
        if due:
            self._clock.look(self._rest)

    def _rest(self, seconds: float) -> None:
        if self.stops:
            raise Stopped
        self.rests.append(seconds)


@pytest.fixture
def watch(desk: Bench) -> Watch:
    return Watch(desk.house)


def told(desk: Bench) -> dict[str, Any]:
    """Return what the status says of it."""
    shown: dict[str, Any] = desk.connection_state()["reconcile"]
    return shown


def due_in(desk: Bench, scope: Scope) -> float:
    """Return in how many seconds it is done next."""
    with desk.house.store.read() as tx:
        due_at = reconciliations.every(tx)[1, scope].due_at
    assert due_at is not None
    return due_at - time.time()


def lost(sandbox: ChatwootSandbox, **values: Any) -> int:
    """Let a customer come whose webhook is lost, longer ago than a webhook takes."""
    row = sandbox.contacts.create(**{**JANE, **values})
    row.created_at -= GRACE + 1
    return row.id


def test_the_first_comparison_has_its_time_and_a_restart_does_not_move_it(desk: Bench, watch: Watch) -> None:
    watch.look()
    first = due_in(desk, "recent"), due_in(desk, "full")
    Watch(desk.house).look()

    assert first[0] == pytest.approx(HOUR, abs=10)
    assert 0 < first[1] <= 24 * HOUR
    assert due_in(desk, "recent") <= first[0]


def test_what_is_lost_is_found_worked_and_told(
    desk: Bench, watch: Watch, sandbox: ChatwootSandbox, crm: FakeCRM
) -> None:
    jane = lost(sandbox)

    watch.look("recent")
    desk.work(jane)

    assert crm.customers == [(1, "Jane Doe")]
    shown = told(desk)
    assert (shown["state"], shown["recent"]["found"]["missed_contacts"]) == ("by_itself", 1)
    assert due_in(desk, "recent") == pytest.approx(HOUR, abs=10)


def test_a_change_of_a_profile_is_found_at_night(desk: Bench, watch: Watch, sandbox: ChatwootSandbox) -> None:
    """It moves no date of the contact's, so only a look at all contacts finds it."""
    jane = lost(sandbox)
    watch.look("recent")
    for number in range(20):
        lost(sandbox, name=f"Customer {number}", email=f"c{number}@example.com", phone_number=None)
    sandbox.contacts.update(jane, name="Jane Roe")

    watch.look("full")

    assert told(desk)["full"]["found"]["missed_contacts"] == 21


def test_recent_contacts_are_looked_through_down_to_the_last_time(
    watch: Watch, sandbox: ChatwootSandbox
) -> None:
    for number in range(60):
        row = sandbox.contacts.create(email=f"c{number}@example.com")
        row.created_at -= 2 * HOUR
    sandbox.asked.clear()

    watch.look("recent")

    assert sandbox.asked.count("GET /contacts") == 2, "a page by activity, and one by creation"


def test_what_may_be_on_its_way_yet_is_no_loss(desk: Bench, watch: Watch, sandbox: ChatwootSandbox) -> None:
    row = sandbox.contacts.create(**JANE)
    talk = sandbox.conversations.open(row.id, "Hello")
    watch.look("recent")
    early = told(desk)["recent"]["found"]
    row.created_at -= GRACE + 1
    row.last_activity_at = None
    talk.updated_at -= GRACE + 1

    watch.look("recent")

    late = told(desk)["recent"]["found"]
    assert (early["missed_contacts"], early["missed_conversations"]) == (0, 0)
    assert (late["missed_contacts"], late["missed_conversations"]) == (1, 1)


def test_of_two_processes_one_does_it(desk: Bench, watch: Watch, sandbox: ChatwootSandbox) -> None:
    watch.look()
    with desk.house.store.write() as tx:
        reconciliations.plan(tx, 1, "recent", now(tx))
        assert reconciliations.take(tx, 1, "recent", LEASE)
    sandbox.asked.clear()

    watch.look()

    assert sandbox.asked == []
    assert due_in(desk, "recent") == pytest.approx(LEASE, abs=10), "who died is followed by another"


def test_chatwoot_is_left_time_between_requests(watch: Watch, sandbox: ChatwootSandbox) -> None:
    for number in range(40):
        lost(sandbox, email=f"c{number}@example.com", phone_number=None)
    sandbox.asked.clear()

    watch.look("full")

    assert len(watch.rests) == len(sandbox.asked) >= 4
    assert set(watch.rests) == {clock.STEP}


def test_where_chatwoot_is_away_it_is_said_and_tried_again(
    desk: Bench, watch: Watch, sandbox: ChatwootSandbox
) -> None:
    lost(sandbox)
    sandbox.troubles.append(Response(status_code=502))

    watch.look("recent")
    away = told(desk)

    assert (away["state"], "502" in away["reason"]) == ("failing", True)
    assert due_in(desk, "recent") == pytest.approx(RETRY, abs=10)
    watch.look("recent")
    assert (told(desk)["state"], told(desk)["recent"]["found"]["missed_contacts"]) == ("by_itself", 1)


def test_a_row_that_is_like_no_other_is_said_and_tried_again(
    desk: Bench, watch: Watch, sandbox: ChatwootSandbox
) -> None:
    watch.look()
    sandbox.troubles = [JSONResponse({"payload": [{"id": 7, "last_activity_at": "Monday"}]})]

    watch.look("recent")

    assert told(desk)["state"] == "failing"
    assert "TypeError" in told(desk)["reason"]
    assert due_in(desk, "recent") == pytest.approx(RETRY, abs=10)


def test_a_token_that_chatwoot_refuses_is_said_with_a_cure(
    desk: Bench, watch: Watch, sandbox: ChatwootSandbox
) -> None:
    sandbox.state.tokens.clear()

    watch.look("recent")

    assert told(desk)["state"] == "failing"
    assert "token" in told(desk)["fix"]
    assert due_in(desk, "recent") == pytest.approx(HOUR, abs=10), "asking sooner mends no token"


def test_a_process_that_ends_leaves_it_to_the_next(
    desk: Bench, watch: Watch, sandbox: ChatwootSandbox
) -> None:
    jane = lost(sandbox)
    watch.look()
    watch.stops = True
    with pytest.raises(Stopped):
        watch.look("full")

    Watch(desk.house).look()
    desk.work(jane)

    assert desk.states() == ["applied"]


def test_a_shorter_period_holds_at_once(desk: Bench, watch: Watch) -> None:
    watch.look()
    object.__setattr__(
        desk.house, "settings", desk.house.settings.model_copy(update={"reconcile_minutes": 5})
    )

    Watch(desk.house).look()

    assert due_in(desk, "recent") <= 300


def test_the_night_begins_at_the_hour_that_is_set() -> None:
    times = Times(minutes=60, hour=3)
    evening, night = datetime(2026, 11, 22, 20, tzinfo=UTC), datetime(2026, 11, 23, 3, tzinfo=UTC)

    assert times.next("full", evening.timestamp()) == night.timestamp()
    assert times.next("full", night.timestamp()) == night.timestamp() + 24 * HOUR


def test_without_a_token_the_status_says_what_cannot_be_found(house: House) -> None:
    connected(house)
    Watch(house).look()

    shown = overview.all_connections(house)[0]["reconcile"]

    assert (shown["state"], shown["recent"], shown["full"]) == ("impossible", None, None)
    assert shown["reason"] == "Without a token of Chatwoot's, what Chatwoot never delivered cannot be found."
    assert "crmhost set 1 --chatwoot-url" in shown["fix"]


def test_workers_do_it_by_themselves(
    desk: Bench, sandbox: ChatwootSandbox, crm: FakeCRM, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost(sandbox)
    monkeypatch.setattr(clock, "PERIOD", 0.01)
    monkeypatch.setattr(clock, "STEP", 0.0)
    with desk.house.store.write() as tx:
        reconciliations.plan(tx, 1, "recent", now(tx))

    with working(desk.house, 1):
        until = time.monotonic() + 20
        while not crm.customers and time.monotonic() < until:
            time.sleep(0.01)

    assert crm.customers == [(1, "Jane Doe")]


@pytest.mark.usefixtures("fake")
def test_the_status_shows_when_and_what_was_found(
    types: Types, sandbox: ChatwootSandbox, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRMHOST_BASE_URL", "https://sync.example.com")
    connect = ["connect", "fake", "--account", "3", "--set", "token=t"]
    types("crmhost", *connect, "--chatwoot-url", address, "--chatwoot-token", sandbox.make_token())
    types("crmhost", *connect)
    sandbox.contacts.create(**JANE)
    types("crmhost", "reconcile", "1")

    told = types("crmhost", "status", "--json").document["connections"]
    shown = types("crmhost", "status").out

    assert [row["reconcile"]["state"] for row in told] == ["by_itself", "impossible"]
    assert told[0]["reconcile"]["full"]["found"]["missed_contacts"] == 1
    assert [words for words in ("contact(s)", "lost", "everything", "cannot") if words not in shown] == []
