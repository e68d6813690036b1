"""Many connections: what needs somebody comes first, a page at a time, and what is said above is of all."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Connection, event, text, update

from crmhost.admin import pages_of
from crmhost.admin.needs import BY_HAND, facts, needs, state_of
from crmhost.admin.standing import standings
from crmhost.demo import payloads
from crmhost.house import House
from crmhost.looked_at import LookedAt
from crmhost.metrics import exposition
from crmhost.overview import status
from crmhost.redis_client import redis_client
from crmhost.server import serving
from crmhost.signatures import SIGNED_WRONG
from crmhost.store import connections, gates, hours, lanes, outlines, page_tables, reconciliations, tables
from crmhost.store.connections import CRMConnection
from crmhost.store.hours import Moment

from ...many import more
from ..conftest import Bench, connected
from .conftest import Browser, add_user, browsing, told

MANY = 60
JANE = payloads.contact(5821, "Jane Doe", email="jane@example.com")


def fill(house: House, count: int) -> None:
    """Have so many connections."""
    connected(house, account_id=101)
    more(house, count)


@pytest.fixture
def many(house: House) -> House:
    fill(house, MANY)
    return house


@pytest.fixture
def looking(many: House) -> Iterator[Browser]:
    """Somebody who looks at many connections, on each kind of database."""
    add_user(many, "ana@example.com")
    with serving(pages_of(many)) as address, browsing(address) as browser:
        browser.sign_in("ana@example.com")
        yield browser


def listed(page: str) -> list[int]:
    """Return the connections of the overview, as they stand there."""
    return [int(found) for found in re.findall(r'id="connection-(\d+)"', page)]


def linked(page: str, words: str) -> str | None:
    """Return where a link leads: by the keyboard too, and without a script."""
    found = re.search(rf'<a [^>]*href="([^"]+)"[^>]*>{words}</a>', page)
    return found[1].replace("&amp;", "&") if found else None


def pause(house: House, *ids: int) -> None:
    with house.store.write() as tx:
        for one in ids:
            gates.refused(tx, one, "The CRM refuses the token.", "Make a new one.", time.time() + 60)


def test_all_are_shown_a_page_at_a_time_what_needs_somebody_first(many: House, looking: Browser) -> None:
    needy = [7, 30, *range(33, 55)]
    pause(many, *needy)
    path: str | None = "/"
    pages: list[list[int]] = []

    while path:
        page = looking.get(path)
        pages.append(listed(page))
        path = linked(page, "Those after")

    ordered = sorted(range(1, MANY + 1), key=lambda one: (one not in needy, one))
    assert pages == [ordered[:20], ordered[20:40], ordered[40:]]
    assert linked(page, "Those before") == "/?page=2"
    assert "41 to 60 of 60" in told(page)


def test_what_is_said_above_counts_those_of_all_pages(many: House, looking: Browser) -> None:
    pause(many, *range(5, 50))

    for path in ("/", "/?page=3", "/?q=nobody"):
        assert told(looking.get(path)).startswith("45 connections need you 60 connections")


def test_a_page_beyond_the_last_is_the_last(looking: Browser) -> None:
    assert listed(looking.get("/?page=99"))[-1] == MANY
    for odd in ("0", "-1", "x", "1e9", "9" * 40):
        assert listed(looking.get(f"/?page={odd}"))[0] == 1


def test_the_page_that_is_shown_is_the_one_that_comes_anew(looking: Browser) -> None:
    page = looking.get("/?page=2&q=fake")

    anew = re.search(r'id="live"[^>]* hx-get="([^"]+)"', page)
    assert anew is not None
    assert anew[1] == "/?q=fake&amp;page=2"


@pytest.mark.parametrize(
    ("typed", "found"),
    [("112", [12]), ("12", [12]), ("#60", [60]), ("FAKE", [*range(1, 21)]), ("nothing", [])],
)
def test_a_connection_is_found_by_number_account_or_name(
    looking: Browser, typed: str, found: list[int]
) -> None:
    page = looking.get("/?q=" + typed.replace("#", "%23"))

    assert listed(page) == found
    assert ("There is none" in told(page)) is (not found)


def test_few_are_shown_without_pages_and_without_a_search(lite_house: House, viewer: Browser) -> None:
    fill(lite_house, 20)

    page = viewer.get("/")

    assert listed(page) == [*range(1, 21)]
    assert 'role="search"' not in page
    assert 'aria-label="Pages"' not in page


def trouble(house: House) -> None:
    """Have a connection for each thing that can be said of one, and some of which two can be said."""
    fill(house, 16)
    pause(house, 2)
    for number in (10, 13):
        _fail(house, number)
    with house.store.write() as tx:
        for number in (3, 14, 15):
            gates.pause(tx, number, BY_HAND, "")
        gates.away(tx, 4, "No answer.", "", time.time(), 30.0)
        _change(tx, 5, webhook_secrets=house.vault.seal([]))
        _change(tx, 6, settings={"of_another_version": 1})
        _change(tx, 7, plugin="gone")
        _change(tx, 16, webhook_secrets=house.vault.seal([]), unsigned=True)
        hours.note(tx, [Moment(one, "bad_signature", time.time() - 5) for one in (8, 12, 14)])
        hours.note(tx, [Moment(12, hours.RECEIVED, time.time())])
        connections.set_chatwoot(tx, house.vault, 9, "https://chat.example.com", "t0ken")
        reconciliations.plan(tx, 9, "full", time.time())
        reconciliations.fail(tx, 9, "full", "Chatwoot refuses the token.", "", time.time())
        lanes.add_work(tx, [(11, 1), (15, 1)], time.time() - 300, 0.0)
        lanes.add_work(tx, [(1, 1)], time.time() - 30, 0.0)


def _fail(house: House, number: int) -> None:
    with house.store.read() as tx:
        bench = Bench(house, connections.get(tx, house.vault, number))
    bench.receive(payloads.contact_created(JANE))
    with house.store.write() as tx:
        here = tables.deliveries.c.connection_id == number
        tx.execute(update(tables.deliveries).where(here).values(state="dead", cause="No."))
        lanes.end(tx, (number, 5821), None)
    bench.close()


def _change(tx: Connection, number: int, **values: object) -> None:
    tx.execute(update(tables.connections).where(tables.connections.c.id == number).values(values))


SAID = {
    1: "working", 2: "paused", 3: "by_hand", 4: "away", 5: "no_secret", 6: "wrong_settings",
    7: "no_plugin", 8: "refused", 9: "not_compared", 10: "working", 11: "untaken", 12: "working",
    13: "working", 14: "by_hand", 15: "by_hand", 16: "working",
}  # fmt: skip
NEEDY = {2, 4, 6, 7, 8, 10, 11, 13}


def test_each_state_is_told_and_those_that_need_somebody_are_the_same_in_list_and_headline(
    house: House,
) -> None:
    trouble(house)

    with house.store.read() as tx:
        known = facts(tx, house)
        said = {one.id: state_of(house, one, known) for one in outlines.some(tx)}
        all_of_them = needs(tx, house, known)
        shown = standings(tx, house, [*said], known, {})

    assert said == SAID
    assert set(all_of_them.somebody) == NEEDY
    assert {one.id for one in shown if one.needs_somebody} == NEEDY
    assert all_of_them.waits
    assert all_of_them.count == 16


def test_without_redis_each_that_would_work_needs_somebody(house: House) -> None:
    fill(house, 5)
    with house.store.write() as tx:
        gates.pause(tx, 3, BY_HAND, "")

    without = replace(house, redis_url="redis://127.0.0.1:1")
    vars(without)["redis"] = redis_client("redis://127.0.0.1:1")
    with house.store.read() as tx:
        known = facts(tx, without)
        all_of_them = needs(tx, without, known)

    assert not known.redis
    assert set(all_of_them.somebody) == {1, 2, 4, 5}


def test_settings_are_looked_at_anew_where_they_changed_and_only_there(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(house, 5)
    looked: list[int] = []
    kept = LookedAt._is_wrong

    def noted(self: LookedAt, one: CRMConnection) -> bool:
        looked.append(one.id)
        return kept(self, one)

    monkeypatch.setattr(LookedAt, "_is_wrong", noted)

    def wrong() -> set[int]:
        looked.clear()
        with house.store.read() as tx:
            return set(house.looked_at.every(tx).wrong)

    assert (wrong(), sorted(looked)) == (set(), [1, 2, 3, 4, 5])
    assert (wrong(), looked) == (set(), [])
    with house.store.write() as tx:
        _change(tx, 2, settings={"of_another_version": 1})
    assert (wrong(), looked) == ({2}, [2])
    with house.store.write() as tx:
        _change(tx, 2, settings={})
        connections.remove(tx, 4)
    assert (wrong(), looked) == (set(), [2])


def test_as_many_statements_are_made_for_many_as_for_few(house: House) -> None:
    """Of the pages with all connections, and of what is asked of all of them at once."""
    add_user(house, "ana@example.com")
    counted: list[str] = []
    event.listen(house.store.engine, "before_cursor_execute", lambda *said: counted.append(said[2]))
    made: dict[str, list[int]] = {}
    with serving(pages_of(house)) as address, browsing(address) as browser:
        browser.sign_in("ana@example.com")
        asked: dict[str, Callable[[], object]] = {
            "/": lambda: browser.get("/"),
            "/deliveries": lambda: browser.get("/deliveries?state=applied"),
            "/contacts": lambda: browser.get("/contacts?q=4242"),
            "doctor": lambda: browser.get("/doctor"),
            "metrics": lambda: exposition(house),
            "status": lambda: status(house),
        }
        for count in (2, 25):
            with house.store.write() as tx:
                tx.execute(tables.connections.delete())
            fill(house, count)
            for name, ask in asked.items():
                ask()
                counted.clear()
                ask()
                made.setdefault(name, []).append(len(counted))

    assert {name: few for name, (few, many) in made.items() if many > few} == {}


def test_the_doctor_shows_no_more_than_anybody_reads(
    lite_house: House, viewer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmhost.admin.pages.doctor.MANY", 10)
    fill(lite_house, 20)
    pause(lite_house, 20)

    page = told(viewer.get("/doctor"))

    assert page.index("connection 20") < page.index("connection 1 ")
    assert re.search(r"\d\d more are listed by: crmhost doctor$", page)


def test_deliveries_of_one_of_many_are_found_by_what_tells_it(many: House, looking: Browser) -> None:
    with many.store.read() as tx:
        bench = Bench(many, connections.get(tx, many.vault, 12))
    bench.receive(payloads.contact_created(JANE))
    bench.close()

    page = looking.get("/deliveries")
    assert '<select id="connection"' not in page
    for typed in ("12", "112"):
        page = looking.get(f"/deliveries?connection={typed}")
        assert "Only those of Fake CRM · account 112 (12)" in told(page)
        assert re.findall(r'href="/deliveries/(\d+)"', page) == ["1"]
        assert 'name="connection" type="search" value="12"' in page
    assert "There is none" in told(looking.get("/deliveries?connection=13"))
    assert "There is none" in told(looking.get("/deliveries?connection=nothing"))
    page = looking.get("/deliveries?connection=fake&state=pending")
    assert "Which connection?" in told(page)
    assert linked(page, r"Fake CRM · account 112 \(12\)") == "/deliveries?connection=12&state=pending"
    assert "/deliveries/1" not in page


def test_the_index_of_refusals_holds_each_reason_there_is() -> None:
    assert set(re.findall(r"'(\w+)'", page_tables.REFUSED)) == SIGNED_WRONG


PLANS = {
    "deliveries_by_state": "SELECT id FROM deliveries WHERE state = 'dead' AND kind = 'contact_created' "
    "ORDER BY id DESC LIMIT 40",
    "deliveries_of_contact": "SELECT DISTINCT connection_id FROM deliveries WHERE contact_id = 7",
    "deliveries_of_conversation": "SELECT DISTINCT connection_id FROM deliveries WHERE conversation_id = 7",
    "links_by_remote_id": "SELECT record FROM links WHERE remote_id = '7' ORDER BY connection_id, kind",
    "refused_hours": f"SELECT connection_id FROM hours WHERE {page_tables.REFUSED} AND hour >= 7",
}


@pytest.mark.parametrize("index", PLANS)
def test_what_is_asked_of_all_connections_is_answered_by_an_index(lite_house: House, index: str) -> None:
    with lite_house.store.read() as tx:
        plan = [str(row[3]) for row in tx.execute(text(f"EXPLAIN QUERY PLAN {PLANS[index]}"))]

    assert re.search(rf"SEARCH \w+ USING (COVERING )?INDEX {index} ", plan[0]), plan
    assert not any("TEMP B-TREE" in step for step in plan)
