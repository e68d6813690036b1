"""The overview and a connection's page: in words, and what needs somebody first."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from crmhost import CredentialsError, Rejected, health
from crmhost.admin.shown import spoken
from crmhost.budget import DeliveryBudget
from crmhost.cli import rows
from crmhost.demo import payloads
from crmhost.house import House
from crmhost.overview import status
from crmhost.redis_client import redis_client
from crmhost.store import connections, gates, hours, reconciliations
from crmhost.store.hours import Moment

from ..conftest import Bench, connected
from ..fake_crm import FakeCRM
from .conftest import Browser, told

JANE = payloads.contact(5821, "Jane Doe", email="jane@example.com")


def receive(bench: Bench, *payloads_: payloads.Payload) -> None:
    for payload in payloads_:
        bench.receive(payload)
        bench.work()


def test_an_empty_house_says_what_to_do(admin: Browser, viewer: Browser) -> None:
    assert "Connect a CRM" in told(admin.get("/"))
    assert "Connect a CRM" not in told(viewer.get("/"))


def test_all_well_is_said_in_words(lite_bench: Bench, viewer: Browser) -> None:
    receive(lite_bench, payloads.contact_created(JANE))

    page = told(viewer.get("/"))

    assert page.startswith("Everything is in step")
    assert "Working" in page
    assert "just now" in page
    assert "1 worked" in page


def test_webhooks_that_are_refused_are_not_called_in_step(lite_bench: Bench, viewer: Browser) -> None:
    receive(lite_bench, payloads.contact_created(JANE))
    with lite_bench.house.store.write() as tx:
        hours.note(tx, [Moment(1, "bad_signature", time.time() + 1)])

    front, page = told(viewer.get("/")), told(viewer.get("/connections/1"))
    (state,) = status(lite_bench.house)["connections"]

    assert front.startswith("1 connection needs you")
    assert "Webhooks are refused, 1 so far" in front
    assert "Webhooks are refused" in page
    assert "crmhost secret 1" in page
    assert state["state"] == "working"
    assert state["problem"]["reason"].startswith("Webhooks are refused, 1 so far")


def test_without_redis_nothing_is_called_in_step(
    lite_bench: Bench, viewer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(lite_bench, payloads.contact_created(JANE))
    monkeypatch.setitem(vars(lite_bench.house), "redis", redis_client("redis://127.0.0.1:1"))

    front = told(viewer.get("/"))

    assert front.startswith("Redis does not answer Nothing is worked without Redis.")
    assert "Redis does not answer" in told(viewer.get("/connections/1"))
    assert status(lite_bench.house)["redis"]["state"] == "away"


def test_without_redis_a_paused_connection_says_so_above(
    lite_bench: Bench, viewer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    with lite_bench.house.store.write() as tx:
        gates.pause(tx, 1, "Paused by hand.", "")
    monkeypatch.setitem(vars(lite_bench.house), "redis", redis_client("redis://127.0.0.1:1"))

    assert "Nothing is worked without Redis." in told(viewer.get("/"))


def test_work_that_nobody_takes_is_told_in_the_readers_language(
    lite_bench: Bench, viewer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    lite_bench.receive(payloads.contact_created(JANE))
    assert told(viewer.get("/")).startswith("Everything is in step")

    monkeypatch.setattr("crmhost.idle.PATIENCE", -1.0)  # as if it were two minutes later

    front, page = told(viewer.get("/")), told(viewer.get("/connections/1"))
    assert front.startswith("1 connection needs you")
    for said in (front, page):
        assert re.search(
            r"Work has been due since \d{4}-\d\d-\d\d \d\d:\d\d UTC, and no worker takes it\.", said
        )
        assert "Is crmhost worker, or crmhost serve, running?" in said
    viewer.client.headers["Accept-Language"] = "es"
    assert "Hay trabajo pendiente desde 2" in told(viewer.get("/"))
    assert "¿Está en marcha crmhost worker" in told(viewer.get("/connections/1"))


def test_webhooks_that_were_refused_before_are_history(lite_bench: Bench, viewer: Browser) -> None:
    with lite_bench.house.store.write() as tx:
        hours.note(tx, [Moment(1, "bad_signature", time.time() - 60)])
    receive(lite_bench, payloads.contact_created(JANE))

    assert told(viewer.get("/")).startswith("Everything is in step")


def test_a_connection_that_the_crm_refuses_says_why_and_what_to_do(
    lite_bench: Bench, crm: FakeCRM, viewer: Browser
) -> None:
    crm.troubles = [CredentialsError("The CRM refuses the token.", fix="Make a new one.")]
    receive(lite_bench, payloads.contact_created(JANE))

    page = told(viewer.get("/connections/1"))

    assert "Paused The CRM refuses the token." in page
    assert "Make a new one. It is tried again by itself, each minute." in page
    assert re.search(r"The next try is at \d\d:\d\d:\d\d UTC\.", page)
    assert told(viewer.get("/")).startswith("1 connection needs you")


def test_a_connection_shows_how_it_is_set_and_no_secret(lite_house: House, viewer: Browser) -> None:
    connected(lite_house)

    page = told(viewer.get("/connections/1"))

    assert "How it is set pipeline 7" in page
    assert "t0ken" not in page
    lite_house.plugins.found.clear()
    assert "How it is set" not in told(viewer.get("/connections/1"))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (True, "yes"),
        (False, "no"),
        ("one_per_person", "one per person"),
        ((1, 2), "1, 2"),
        (None, ""),
        ("", ""),
    ],
)
def test_a_setting_is_said_in_words(value: object, said: str) -> None:
    assert spoken(value) == said


@contextmanager
def used_up(house: House, calls: int) -> Iterator[None]:
    """Have all calls of this minute used while the block lasts."""
    budget = DeliveryBudget(house.redis, whose=1)
    try:
        for _ in range(calls):
            with budget.call("overview", calls=calls):
                pass
        yield
    finally:
        house.redis.flushdb()


def test_what_waits_for_the_crms_limit_is_said_with_its_end(
    lite_bench: Bench, lite_house: House, viewer: Browser
) -> None:
    with used_up(lite_house, calls=4):
        assert "Working" in told(viewer.get("/connections/1")), "nothing waits for it"
        lite_bench.receive(payloads.contact_created(JANE))

        page = told(viewer.get("/connections/1"))

        assert re.search(r"Waiting for the CRM's limit until \d\d:\d\d:\d\d UTC", page)
        assert "The 4 calls that the CRM allows for now are used up." in page
        assert "4 of 4" in page
        assert "Everything is in step" in told(viewer.get("/")), "it needs nobody"
        (state,) = status(lite_house)["connections"]
        assert state["state"] == "waiting_for_limit"
        assert re.fullmatch(r"waiting for the CRM's limit until \d\d:\d\d:\d\d \(UTC\)", rows.state(state))
        assert state["reason"] == "The 4 calls that the CRM allows for now are used up."
        assert next(health.of_connections(lite_house, ask=False)).state == "ok"
    assert "Working" in told(viewer.get("/connections/1"))


def test_a_crm_that_is_away_says_when_it_is_tried_next(lite_bench: Bench, viewer: Browser) -> None:
    with lite_bench.house.store.write() as tx:
        gates.away(tx, 1, "No answer.", "", time.time(), 30.0)

    page = told(viewer.get("/connections/1"))

    assert "The CRM is away No answer." in page
    assert re.search(r"what waits is kept\. The next try is at \d\d:\d\d:\d\d UTC\.", page)


def test_failures_are_grouped_by_cause_and_tried_again_together(
    lite_bench: Bench, crm: FakeCRM, admin: Browser
) -> None:
    for number in (1, 2, 3):
        crm.troubles = [
            Rejected(f"Contact {number} has the e-mail of person {number * 7}.", fix="Merge them.")
        ]
        person = payloads.contact(number, f"N{number}", email=f"n{number}@example.com")
        lite_bench.receive(payloads.contact_created(person))
        lite_bench.work(number)

    page = told(admin.get("/connections/1"))
    assert page.count("has the e-mail of person") == 1
    assert "3 deliveries Contact 3 has the e-mail of person 21. Merge them." in page

    cause = "Contact … has the e-mail of person …."
    assert "3 deliveries are tried again." in admin.post("/connections/1/replay", cause=cause)
    for number in (1, 2, 3):
        lite_bench.work(number)
    assert lite_bench.states() == ["applied"] * 3
    assert "What failed" not in told(admin.get("/connections/1"))


def test_a_connection_is_paused_and_goes_on(lite_bench: Bench, admin: Browser) -> None:
    assert "Somebody paused it" in admin.post("/connections/1/pause")
    receive(lite_bench, payloads.contact_created(JANE))
    assert lite_bench.states() == ["pending"]

    assert "What Chatwoot sends is brought to the CRM" in told(admin.post("/connections/1/resume"))
    lite_bench.work()
    assert lite_bench.states() == ["applied"]


def test_a_connection_without_its_secret_takes_it_on_its_page(lite_house: House, admin: Browser) -> None:
    made = connected(lite_house, webhook_secret=None)

    page = admin.get("/connections/1")
    assert "Waiting for its secret" in page
    assert made.address in page

    assert "Working" in told(admin.post("/connections/1/secret", secret="s3cret"))
    assert "s3cret" not in admin.get("/connections/1")
    assert "no secret of Chatwoot&#39;s" in admin.post("/connections/1/secret", 400, secret="two words")


def test_charts_show_what_became_of_deliveries_and_say_it(lite_bench: Bench, viewer: Browser) -> None:
    receive(lite_bench, payloads.contact_created(JANE), payloads.contact_created({**JANE, "name": "J"}))

    for span in ("day", "week", "month", "nonsense"):
        page = viewer.get(f"/connections/1?span={span}")
        assert 'aria-label="2 deliveries were worked in this time."' in page
        assert 'aria-label="2 deliveries arrived in this time."' in page
        assert "2 applied" in page
        assert 'class="received"' in page


def test_what_arrived_is_drawn_before_anything_became_of_it(lite_bench: Bench, viewer: Browser) -> None:
    lite_bench.receive(payloads.contact_created(JANE))

    page = viewer.get("/connections/1")

    assert 'aria-label="1 deliveries arrived in this time."' not in page, "one is one"
    assert 'aria-label="1 delivery arrived in this time."' in page
    assert page.count("Nothing happened in this time.") == 3


def test_what_is_not_there_is_said(viewer: Browser) -> None:
    assert "There is no connection 9" in viewer.get("/connections/9", 404)
    assert "There is no such page" in viewer.get("/nowhere", 404)


def test_a_mistake_of_ours_is_one_sentence(viewer: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crmhost.admin.pages.home.headline", lambda *_, **__: 1 / 0)

    page = viewer.get("/", 500)

    assert "That is our mistake" in page
    assert "ZeroDivisionError" not in page


def test_two_connections_of_one_crm_are_told_apart_wherever_one_is_named(
    lite_bench: Bench, crm: FakeCRM, admin: Browser
) -> None:
    connected(lite_bench.house, 4)
    crm.troubles = [Rejected("The name is forbidden.")]
    receive(lite_bench, payloads.contact_created(JANE))
    name = "Fake CRM (account 3)"

    front, listed = told(admin.get("/")), admin.get("/deliveries")

    assert "account 3 · connection 1" in front
    assert f"1 delivery · {name}" in front
    assert f'<option value="1">{name}</option>' in listed
    assert f"{JANE['name']} {name}" in told(listed)
    for path in ("/contacts", "/deliveries/1", "/connections/1/contacts/5821", "/connections/1/settings",
                 "/connections/1/history", "/connections/1/remove"):  # fmt: skip
        assert name in told(admin.get(path)), path
    assert f"<title>{name} · crmhost</title>" in admin.get("/connections/1")
    assert "Chatwoot account 3 · connection 1" in told(admin.get("/connections/1"))


def test_losses_that_cannot_be_looked_for_are_told_wherever_somebody_looks(
    lite_house: House, admin: Browser
) -> None:
    connected(lite_house)
    with lite_house.store.write() as tx:
        connections.set_chatwoot(tx, lite_house.vault, 1, "https://chat.example.com", "t0ken")
        reconciliations.finish(tx, 1, "full", {}, time.time())
        refused = "Chatwoot refuses crmhost's token at GET /profile."
        reconciliations.fail(tx, 1, "full", refused, "Give another.", time.time() + 60)
    said = f"What Chatwoot never delivered is not found: {refused}"

    assert told(admin.get("/")).startswith("Something waits for you")
    page = told(admin.get("/connections/1"))
    assert f"Working, not compared {said} Give another." in page
    assert "nothing was lost failed since" in page
    assert f"to be looked at {said} Give another." in told(admin.get("/doctor"))
    admin.client.headers["Accept-Language"] = "es"
    assert "no se encuentra: Chatwoot rechaza" in told(admin.get("/doctor"))
    with lite_house.store.write() as tx:
        reconciliations.finish(tx, 1, "full", {}, time.time())
    admin.client.headers["Accept-Language"] = "en"
    assert told(admin.get("/")).startswith("Everything is in step")
