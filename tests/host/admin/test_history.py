"""The past and what was lost, on a page: compared, brought, paused, ended."""

import time

from crmhost.house import House
from crmhost.store import backfills, connections, reconciliations
from crmhost.store.backfills import Backfill, Place

from ..conftest import connected
from .conftest import Browser, told

PATH = "/connections/1/history"
COUNTS = {"contacts": 900, "contacts_read": 450, "conversations": 100, "conversations_read": 0}


def with_token(house: House) -> None:
    connected(house)
    with house.store.write() as tx:
        connections.set_chatwoot(tx, house.vault, 1, "https://chat.example.com", "t0ken")


def begun(house: House) -> Backfill:
    place = Place("contacts", 31, {**COUNTS, "lined_up": 12, "listed": 0}, 600.0)
    with house.store.write() as tx:
        return backfills.add(tx, 1, None, place)


def test_without_a_token_it_says_what_is_needed(lite_house: House, viewer: Browser) -> None:
    connected(lite_house)

    assert "An administrator's token of Chatwoot is needed" in told(viewer.get(PATH))


def test_what_was_found_is_told_and_comparing_can_be_had_at_once(lite_house: House, admin: Browser) -> None:
    with_token(lite_house)
    now = time.time()
    with lite_house.store.write() as tx:
        found = {"missed_contacts": 2, "missed_conversations": 0, "gone": 1}
        reconciliations.finish(tx, 1, "full", found, now + 7200)

    page = told(admin.get(PATH))
    assert "contacts that are gone in Chatwoot 1 contacts or changes of them 2" in page
    assert "Compared just now · next in 2 hours" in page

    admin.post("/connections/1/compare")
    with lite_house.store.read() as tx:
        due = {scope: known.due_at for (_id, scope), known in reconciliations.every(tx).items()}
    assert all(at is not None and at <= time.time() for at in due.values())
    assert due.keys() == {"recent", "full"}


def test_a_backfill_shows_how_far_it_is_is_paused_and_ended(lite_house: House, admin: Browser) -> None:
    with_token(lite_house)
    begun(lite_house)

    page = admin.get(PATH)
    assert 'value="45"' in page
    assert "450 of 900" in told(page)
    assert "10 minutes" in told(page)

    assert "Let it go on" in told(admin.post("/connections/1/backfill/wish", wish="pause"))
    assert "under way" in told(admin.post("/connections/1/backfill/wish", wish="resume"))
    assert "ended before its time" in told(admin.post("/connections/1/backfill/wish", wish="cancel"))
    assert "Bring what was there before" in told(admin.get(PATH))


def test_a_chatwoot_that_is_away_is_said_where_it_was_asked(lite_house: House, admin: Browser) -> None:
    with_token(lite_house)
    with lite_house.store.write() as tx:
        connections.set_chatwoot(tx, lite_house.vault, 1, "http://127.0.0.1:9", "t0ken")

    assert "Nothing answers at" in admin.post("/connections/1/backfill/ask", 422, days="30")
    assert "Nothing answers at" in admin.post("/connections/1/backfill", 422, days="")
