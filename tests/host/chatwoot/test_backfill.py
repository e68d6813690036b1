"""The past of an account is brought behind all that is live, a page at a time, and from where it was."""

import json
import time
from typing import Any

import pytest
from sqlalchemy import select
from starlette.responses import JSONResponse, Response

from crmhost import Costs, Link, SettingsError
from crmhost.backfill import Feeder, begin, estimate, feeding
from crmhost.backfill.stages import Stage
from crmhost.chatwoot.sandbox import ChatwootSandbox
from crmhost.house import House
from crmhost.settings import load_settings
from crmhost.store import backfills, deliveries, links, tables
from crmhost.store.backfills import Backfill, State
from crmhost.wiring import open_house, working

from ..conftest import Bench, Types, connected
from ..fake_crm import FakeCRM

DAY = 86_400.0
CONTACTS, TALKS = 20, 4


@pytest.fixture(autouse=True)
def no_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding, "PACE", 0.0)


@pytest.fixture
def past(sandbox: ChatwootSandbox) -> ChatwootSandbox:
    """An account in use for years: customers, and conversations of some, every other one resolved."""
    now = time.time()
    for number in range(CONTACTS):
        row = sandbox.contacts.create(name=f"Customer {number}", email=f"c{number}@example.com")
        row.created_at = now - (400 - number) * DAY
        row.last_activity_at = now - (300 - number) * DAY
    for number, contact in enumerate(list(sandbox.state.contacts.values())[:TALKS]):
        talk = sandbox.conversations.open(contact.id, "Hello")
        if number % 2:
            sandbox.conversations.resolve(talk.id)
        talk.created_at = talk.updated_at = talk.last_activity_at = now - (300 - number) * DAY
        contact.last_activity_at = talk.last_activity_at
    sandbox.state.events.clear()
    sandbox.asked.clear()
    return sandbox


class Past:
    """A backfill that is looked at by hand."""

    def __init__(self, desk: Bench, since: float | None = None) -> None:
        self.desk = desk
        self.feeder = Feeder(desk.house)
        self.id = begin(desk.house, desk.connection.id, since).id

    @property
    def now(self) -> Backfill:
        with self.desk.house.store.read() as tx:
            return backfills.get(tx, self.id)

    @property
    def in_line(self) -> int:
        with self.desk.house.store.read() as tx:
            return deliveries.background_pending(tx, self.desk.connection.id)

    def set(self, state: State) -> None:
        with self.desk.house.store.write() as tx:
            backfills.set_state(tx, self.id, state)

    def to_its_end(self) -> Backfill:
        """Look on until it has ended, while somebody works what was put in line."""
        for _ in range(100):
            self.feeder.look()
            with self.desk.house.store.write() as tx:
                tx.execute(tables.deliveries.update().values(state="applied"))
            if self.now.state == "done":
                return self.now
        raise AssertionError(self.now)

    def brought(self) -> list[str]:
        """Return the names of the customers that were put in line, each time that they were."""
        with self.desk.house.store.read() as tx:
            query = select(tables.deliveries.c.body).where(tables.deliveries.c.conversation_id.is_(None))
            return sorted(json.loads(body)["name"] for body in tx.scalars(query))


def work_all(desk: Bench) -> None:
    with desk.house.store.read() as tx:
        contacts = set(tx.scalars(select(tables.deliveries.c.contact_id)))
    for contact_id in sorted(contacts):
        desk.work(contact_id)


def names(crm: FakeCRM) -> list[str]:
    return sorted(name or "" for _, name in crm.customers)


EVERYBODY = sorted(f"Customer {number}" for number in range(CONTACTS))


def test_all_contacts_and_conversations_are_brought_once(
    desk: Bench, past: ChatwootSandbox, crm: FakeCRM
) -> None:
    one = Past(desk)
    for _ in range(5):
        one.feeder.look()
    work_all(desk)
    done = one.to_its_end()

    assert names(crm) == EVERYBODY
    assert sorted(text for _, text in crm.notes) == ["began"] * 2 + ["resolved"] * 2
    assert (done.counts["contacts_read"], done.counts["conversations_read"]) == (CONTACTS, TALKS)
    assert (done.counts["lined_up"], done.problem) == (CONTACTS + TALKS, None)
    assert past.asked.count("GET /contacts") == 4, "one to count, two pages, one to see that it is the end"


def test_what_tells_of_the_past_waits_behind_what_is_live(desk: Bench, past: ChatwootSandbox) -> None:
    Past(desk).feeder.look()

    with desk.house.store.read() as tx:
        rows = tx.execute(tables.deliveries.select()).all()
        lanes = tx.execute(tables.lanes.select()).all()

    assert {(row.event, row.background) for row in rows} == {("backfill", True)}
    assert {lane.background for lane in lanes} == {True}
    assert past.state.contacts.keys() >= {row.contact_id for row in rows}


def test_never_is_more_in_line_than_can_be_worked_soon(desk: Bench, past: ChatwootSandbox) -> None:
    for number in range(100):
        past.contacts.create(email=f"more{number}@example.com")
    one = Past(desk)

    for _ in range(50):
        one.feeder.look()

    assert feeding.AHEAD <= one.in_line < feeding.AHEAD + 15
    assert one.now.state == "running"


def test_a_killed_one_goes_on_at_its_page(
    desk: Bench, past: ChatwootSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is killed once all is stored, and not committed: the page is read once more, and kept once."""
    one = Past(desk)
    one.feeder.look()
    place = one.now.page

    def killed(*_: Any) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(backfills, "turn", killed)
        with pytest.raises(KeyboardInterrupt):
            one.feeder.look()
    assert (one.now.page, one.in_line) == (place, 15)
    past.asked.clear()

    with desk.house.store.write() as tx:
        backfills.put_off(tx, one.id, 0)
    one.to_its_end()

    assert one.brought() == EVERYBODY
    assert past.asked.count("GET /contacts") == 2, "the first page is not read again"


def test_a_page_that_two_processes_read_is_kept_once(
    desk: Bench, past: ChatwootSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Past(desk)
    ask = Stage.read

    def slowly(stage: Any, api: Any, number: int) -> Any:
        """Have another process read the page while this one waits for Chatwoot."""
        monkeypatch.setattr(Stage, "read", ask)
        with desk.house.store.write() as tx:
            backfills.put_off(tx, one.id, -feeding.LEASE)
        Feeder(desk.house).look()
        return ask(stage, api, number)

    monkeypatch.setattr(Stage, "read", slowly)
    one.feeder.look()

    assert (one.now.page, one.now.counts["contacts_read"], one.in_line) == (2, 15, 15)
    assert past.asked.count("GET /contacts") == 3


def test_of_two_processes_one_goes_on(desk: Bench, past: ChatwootSandbox) -> None:
    one = Past(desk)
    with desk.house.store.write() as tx:
        assert backfills.take(tx, one.id, feeding.LEASE)
    past.asked.clear()

    Feeder(desk.house).look()

    assert past.asked == []


def test_a_person_stops_it_and_lets_it_go_on(desk: Bench, past: ChatwootSandbox) -> None:
    one = Past(desk)
    one.feeder.look()
    one.set("paused")
    past.asked.clear()
    one.feeder.look()
    still = list(past.asked)

    again = begin(desk.house, 1, None)

    assert (still, again.id, again.state, again.page) == ([], one.id, "running", 2)
    one.to_its_end()
    assert one.brought() == EVERYBODY


def test_one_that_is_stopped_while_a_page_is_read_keeps_nothing_of_it(
    desk: Bench, past: ChatwootSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Past(desk)
    ask = Stage.read

    def meanwhile(stage: Any, api: Any, number: int) -> Any:
        one.set("cancelled")
        return ask(stage, api, number)

    monkeypatch.setattr(Stage, "read", meanwhile)
    one.feeder.look()

    assert (one.in_line, one.now.state, one.now.page) == (0, "cancelled", 1)
    assert past.asked


def test_what_the_crm_has_already_is_left(desk: Bench, past: ChatwootSandbox) -> None:
    Past(desk).to_its_end()
    records = [f"contact:{number}" for number in past.state.contacts]
    records += [f"conversation:{number}" for number in past.state.conversations]
    with desk.house.store.write() as tx:
        links.save(tx, 1, {(record, "customer"): Link("1") for record in records}, 0.0)
    past.contacts.update(next(iter(past.state.contacts)), name="Renamed")

    again = Past(desk).to_its_end()

    assert again.counts["lined_up"] == 1


def test_what_moved_over_a_border_of_pages_is_not_skipped(desk: Bench, past: ChatwootSandbox) -> None:
    one = Past(desk)
    one.feeder.look()
    one.feeder.look()
    for number in (0, 1):
        past.contacts.delete(next(iter(past.state.contacts)))
        del number

    one.to_its_end()

    assert one.brought() == EVERYBODY


def test_only_what_was_heard_of_since_is_brought(desk: Bench, past: ChatwootSandbox) -> None:
    now = time.time()
    silent = past.contacts.create(name="Imported", email="imported@example.com")
    silent.created_at = now - 30 * DAY
    since = now - 298.5 * DAY

    one = Past(desk, since)
    done = one.to_its_end()

    active = [number for number in range(CONTACTS) if 300 - number <= 298]
    assert one.brought() == sorted([*(f"Customer {number}" for number in active), "Imported"])
    assert done.counts["contacts_read"] == done.counts["contacts"] == len(active) + 1
    assert done.counts["conversations_read"] == len([number for number in active if number < TALKS]) == 2


def test_two_backfills_at_once_are_one(desk: Bench, past: ChatwootSandbox) -> None:
    Past(desk)

    with pytest.raises(SettingsError, match="another backfill"):
        begin(desk.house, 1, past.state.clock() - DAY)


def test_the_same_command_again_goes_on_with_it(desk: Bench, past: ChatwootSandbox) -> None:
    """«90d» is another date by now, and means the same."""
    one = Past(desk, past.state.clock() - 90 * DAY)
    earlier = {name: tables.backfills.c[name] - 3 * DAY for name in ("since", "began_at")}
    with desk.house.store.write() as tx:
        tx.execute(tables.backfills.update().values(earlier))

    again = begin(desk.house, 1, past.state.clock() - 90 * DAY)

    assert again.id == one.id
    with pytest.raises(SettingsError, match="another backfill"):
        begin(desk.house, 1, past.state.clock() - 60 * DAY)


def test_where_chatwoot_is_away_it_waits_and_says_so(desk: Bench, past: ChatwootSandbox) -> None:
    one = Past(desk)
    past.troubles.append(Response(status_code=502))
    one.feeder.look()
    away = one.now

    assert away.problem is not None
    assert "502" in away.problem
    assert away.due_at - time.time() == pytest.approx(feeding.RETRY, abs=5)
    with desk.house.store.write() as tx:
        backfills.put_off(tx, one.id, 0, "502")
    assert one.to_its_end().problem is None


def test_a_row_that_is_like_no_other_has_it_wait_and_say_so(desk: Bench, past: ChatwootSandbox) -> None:
    one = Past(desk, since=time.time() - 400 * DAY)
    past.troubles.append(JSONResponse({"payload": [{"id": 7, "last_activity_at": "Monday"}]}))
    one.feeder.look()
    odd = one.now

    assert odd.problem == "Something unforeseen was in the way (TypeError)."
    assert odd.due_at - time.time() == pytest.approx(feeding.RETRY, abs=5)
    assert "Monday" not in f"{odd.problem} {odd.fix}"


@pytest.mark.parametrize(
    ("days", "contacts", "conversations"),
    [(None, 20, 4), (282.5, 2, 0), (284.5, 4, 0), (298.5, 18, 2), (1, 0, 0)],
)
def test_how_much_there_is_and_how_long_it_takes_is_estimated(
    desk: Bench,
    past: ChatwootSandbox,
    crm: FakeCRM,
    days: float | None,
    contacts: int,
    conversations: int,
) -> None:
    crm.costs = Costs(contact=2, conversation=3, per_minute=60)

    found = estimate(desk.house, desk.connection, None if days is None else past.state.clock() - days * DAY)

    assert (found.contacts, found.conversations) == (contacts, conversations)
    assert found.calls == found.seconds == contacts * 2 + conversations * 3


def test_what_is_left_is_estimated_as_it_goes_on(desk: Bench, past: ChatwootSandbox, crm: FakeCRM) -> None:
    crm.costs = Costs(contact=2, conversation=1, per_minute=60)
    one = Past(desk)
    assert past.state.contacts
    first = one.now.seconds_left
    one.feeder.look()

    everything = 2 * CONTACTS + TALKS
    assert (first, one.now.seconds_left) == (everything, everything), "what is in line is not done"
    work_all(desk)
    one.feeder.look()
    assert one.now.seconds_left == 2 * (CONTACTS - 15) + TALKS


def test_a_plugin_that_says_nothing_of_costs_is_measured(desk: Bench, past: ChatwootSandbox) -> None:
    one = Past(desk)
    assert past.state.contacts
    first = one.now.seconds_left
    one.feeder.look()

    assert first is None
    assert one.now.seconds_left is not None


def test_without_a_token_there_is_no_past_to_be_read(house: House) -> None:
    connected(house)

    with pytest.raises(SettingsError, match="no token of Chatwoot's"):
        begin(house, 1, None)


@pytest.fixture
def made(
    types: Types,
    address: str,
    past: ChatwootSandbox,
    monkeypatch: pytest.MonkeyPatch,
    fake: FakeCRM,
    valkey_url: str,
) -> FakeCRM:
    """The CRM of a connection that was made by a command, in the house that commands open."""
    monkeypatch.setenv("CRMHOST_BASE_URL", "https://sync.example.com")
    monkeypatch.setenv("CRMHOST_REDIS_URL", valkey_url)
    reach = ["--chatwoot-url", address, "--chatwoot-token", past.make_token()]
    ran = types("crmhost", "connect", "fake", "--account", "3", "--set", "token=t", *reach)
    assert ran.status == 0
    return fake


def test_the_command_says_what_it_would_take(types: Types, made: FakeCRM) -> None:
    made.costs = Costs(2, 2, 60)

    told = types("crmhost", "backfill", "1", "--dry-run", "--json").document
    shown = types("crmhost", "backfill", "1", "--dry-run").out

    assert (told["contacts"], told["conversations"], told["calls"], told["seconds"]) == (20, 4, 48, 48)
    assert "48 calls to the CRM, and with 60 a minute about 1 min" in shown
    assert types("crmhost", "status", "--json").document["connections"][0]["backfill"] is None


@pytest.mark.slow
def test_the_command_shows_it_to_its_end(
    types: Types, made: FakeCRM, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmhost.cli.backfill.LOOK", 0.01)
    with open_house(load_settings(), made.plugins()) as house, working(house, 2):
        shown = types("crmhost", "backfill", "1").out

    assert names(made) == EVERYBODY
    assert "backfill done, 20/20 contacts, 4/4 conversations" in shown
    done = types("crmhost", "status", "--json").document["connections"][0]["backfill"]
    assert (done["state"], done["in_line"], done["lined_up"]) == ("done", 0, CONTACTS + TALKS)


def test_the_command_stops_it_and_leaves_it_to_workers(types: Types, made: FakeCRM) -> None:
    begun = types("crmhost", "backfill", "1", "--no-wait", "--json").document
    paused = types("crmhost", "backfill", "1", "--pause", "--json").document
    shown = types("crmhost", "status").out
    cancelled = types("crmhost", "backfill", "1", "--cancel", "--json").document
    too_late = types("crmhost", "backfill", "1", "--pause")

    assert [one["state"] for one in (begun, paused, cancelled)] == ["running", "paused", "cancelled"]
    assert "backfill paused, 0/20 contacts" in shown
    assert (too_late.status, "has no backfill" in too_late.err) == (1, True)
    assert made.customers == []
