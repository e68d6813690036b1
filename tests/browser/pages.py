"""Each page as people see it: on a phone and at a desk, in the light and in the dark, and by the keyboard.

Run by ``make test-browser``; screenshots are kept in .screens, by ``make screens`` where the documents are.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from crmhost.chatwoot import Access
from crmhost.chatwoot.sandbox.life import Life
from crmhost.connect import connect
from crmhost.store import gates, reconciliations

from ..many import more
from .looking import Looking, context_of
from .world import PASSWORD, World

PATHS = {
    "overview": "/",
    "connection": "/connections/1",
    "connection-month": "/connections/1?span=month",
    "deliveries": "/deliveries",
    "failed": "/deliveries?state=dead",
    "delivery": "/deliveries/3",
    "delivery-shown": "/deliveries/3?reveal=1",
    "contacts": "/contacts",
    "found": "/contacts?q=ana",
    "nobody": "/contacts?q=nobody",
    "story": "/connections/1/contacts/5800",
    "story-long": "/connections/1/contacts/5810",
    "conversation": "/connections/1/conversations/700",
    "settings": "/connections/1/settings",
    "history": "/connections/1/history",
    "removing": "/connections/1/remove",
    "connecting": "/connect/krayin",
    "plugins": "/plugins",
    "doctor": "/doctor",
    "users": "/people",
    "account": "/account",
}


FOR_ADMINISTRATORS = {"/people", "/connections/1/settings", "/connections/1/remove", "/connect/krayin"}


@pytest.fixture
def looking(chromium: Browser, world: World, size: str) -> Iterator[Looking]:
    with context_of(chromium, size) as context:
        opened = Looking(context.new_page(), world.address)
        opened.sign_in()
        yield opened


@pytest.mark.parametrize("name", PATHS)
def test_every_page_is_whole(administrator: Looking, name: str) -> None:
    """At a desk and on a phone, in the light and in the dark, and on the phone in each language."""
    administrator.go(PATHS[name])
    administrator.see_at_each_size(name)
    administrator.hear(name)
    details = administrator.page.locator("main details:not([open])")
    if details.count():
        details.evaluate_all("all => all.forEach(one => one.open = true)")
        administrator.see_at_each_size(f"{name}-open")


def test_the_language_is_chosen_at_the_foot(looking: Looking) -> None:
    looking.go("/deliveries")

    looking.page.get_by_role("button", name="Español").click()

    expect(looking.page.get_by_role("heading", level=1)).to_have_text("Entregas")


def test_the_first_one_comes_in_by_the_keyboard_alone(chromium: Browser, new_world: World, size: str) -> None:
    with context_of(chromium, size) as context:
        looking = Looking(context.new_page(), new_world.address)
        page = looking.page
        page.goto(new_world.link())
        looking.see("welcome")

        expect(page.locator("#email")).to_be_focused()
        page.keyboard.type("ana@example.com")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")

        expect(page.get_by_role("heading", level=1)).to_have_text("Nothing is connected yet")
        looking.see("empty")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="To the content")).to_be_focused()
        for name in ("deliveries", "contacts"):
            looking.go(f"/{name}")
            looking.see(f"{name}-empty")


def test_many_connections_are_gone_through_by_the_keyboard(
    chromium: Browser, new_world: World, size: str
) -> None:
    _have_many(new_world, 60)
    with context_of(chromium, size) as context:
        looking = Looking(context.new_page(), new_world.address)
        page = looking.page
        looking.come_in_first(new_world.link())
        expect(page.get_by_role("heading", level=1)).to_have_text("3 connections need you")
        looking.see("many")

        page.get_by_role("link", name="Those after").focus()
        page.keyboard.press("Enter")

        expect(page).to_have_url(re.compile(r"/\?page=2$"))
        expect(page.get_by_text("21 to 40 of 60")).to_be_visible()
        looking.check()
        page.get_by_role("link", name="Those after").focus()
        _comes_anew(page)
        expect(page.get_by_role("link", name="Those after")).to_be_focused()
        expect(page.get_by_text("21 to 40 of 60")).to_be_visible()
        page.get_by_label("Connection").fill("131")
        _comes_anew(page)
        expect(page.get_by_label("Connection")).to_have_value("131")
        page.keyboard.press("Enter")
        expect(page.get_by_text("1 to 1 of 1")).to_be_visible()
        looking.see("many-found")
        page.get_by_label("Connection").fill("nothing")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="There is none")).to_be_visible()
        looking.check()
        looking.go("/deliveries?connection=krayin")
        expect(page.get_by_role("heading", name="Which connection?")).to_be_visible()
        looking.see("which")
        page.locator("main ul a").first.click()
        expect(page.get_by_text("Only those of")).to_be_visible()
        looking.see("deliveries-of-one")


ANEW = """htmx.ajax("GET", document.querySelector("#live").getAttribute("hx-get"),
{source: "#live", target: "#live", select: "#live", swap: "outerHTML"})"""


def _comes_anew(page: Page) -> None:
    """Have the part that comes anew every ten seconds come now."""
    with page.expect_response(lambda answer: "page=2" in answer.url):
        page.evaluate(ANEW)


def _have_many(world: World, count: int) -> None:
    """Have so many connections, of which three need somebody."""
    given = world.krayin.settings(world.krayin_url)
    connect(world.house, "krayin", 101, given, webhook_secret="s3cret")
    more(world.house, count)
    with world.house.store.write() as tx:
        for number in (7, 31, 55):
            gates.refused(tx, number, "Krayin refuses the token.", "Make a new one.", time.time() + 60)


def test_signing_in_and_going_wrong_is_whole(chromium: Browser, world: World, size: str) -> None:
    with context_of(chromium, size) as context:
        looking = Looking(context.new_page(), world.address)
        looking.go("/deliveries?state=dead")
        looking.see("sign-in")
        looking.page.fill("#email", "ana@example.com")
        looking.page.fill("#password", "not the password")
        looking.page.click("main button")
        expect(looking.page.get_by_role("alert")).to_contain_text("do not fit together")
        looking.expect_refusals(422)
        looking.check()

        looking.page.fill("#password", PASSWORD)
        looking.page.click("main button")

        expect(looking.page).to_have_url(re.compile(r"/deliveries\?state=dead$"))
        looking.go("/nowhere")
        looking.expect_refusals(404)
        looking.see("nowhere")


def test_a_failure_is_tried_again_where_it_is_seen(chromium: Browser, world: World) -> None:
    with context_of(chromium, "desk") as context:
        looking = Looking(context.new_page(), world.address)
        looking.sign_in()
        looking.go("/connections/1")

        looking.page.get_by_role("button", name="Try all of these again").last.click()

        expect(looking.page.get_by_role("status")).to_contain_text("1 delivery is tried again.")
        looking.check()


def test_news_comes_by_itself(chromium: Browser, world: World) -> None:
    with context_of(chromium, "desk") as context:
        looking = Looking(context.new_page(), world.address)
        looking.sign_in()
        page = looking.page
        for part in ("h1", "#live dd"):
            page.evaluate(f"document.querySelector('{part}').textContent = 'old'")

        page.evaluate(ANEW)

        for part in ("h1", "#live dd"):
            expect(page.locator(part).first).not_to_have_text("old")
        looking.check()


@pytest.mark.parametrize("path", ["/", "/connections/1"])
def test_who_goes_by_the_keyboard_stays_where_they_were(chromium: Browser, world: World, path: str) -> None:
    with context_of(chromium, "desk") as context:
        looking = Looking(context.new_page(), world.address)
        looking.sign_in()
        looking.go(path)

        assert_the_focus_stays(looking)


def assert_the_focus_stays(looking: Looking) -> None:
    """See that what is reached by the keyboard is reached still once news have come."""
    page = looking.page
    reached = page.locator("#live :is(a, button, select, summary, input:not([type=hidden]))")
    assert reached.count()
    for number in range(reached.count()):
        reached.nth(number).focus()
        page.evaluate("document.activeElement.dataset.old = 'old'")
        page.evaluate(
            "htmx.ajax('GET', location.pathname, {target: '#live', select: '#live', swap: 'outerHTML'})"
        )
        expect(page.locator("[data-old]")).to_have_count(0)
        expect(reached.nth(number)).to_be_focused()


def test_a_viewer_is_offered_nothing_that_changes_something(chromium: Browser, world: World) -> None:
    with context_of(chromium, "desk") as context:
        looking = Looking(context.new_page(), world.address)
        looking.sign_in("tomas@example.com")
        for path in PATHS.values():
            if path in FOR_ADMINISTRATORS:
                continue
            looking.go(path)
            looking.check()
            buttons = looking.page.locator("main button").all_inner_texts()
            assert set(buttons) <= {"Find", "Show", "Change it"}, path
        looking.go("/contacts?q=ana")
        expect(looking.page.locator("main")).not_to_contain_text("ana.souza@example.com")


def test_a_backfill_is_begun_paused_and_goes_on(chromium: Browser, new_world: World, size: str) -> None:
    """The past of an account, brought in the browser: how much it is, how far it is, waiting, going on."""
    chatwoot, house = new_world.chatwoot, new_world.house
    Life(chatwoot, seed=3).settle(60)
    token = chatwoot.make_token()
    given = dict(new_world.krayin.settings(new_world.krayin_url)) | {"calls_per_minute": 2000}
    connect(house, "krayin", 3, given, chatwoot=Access(new_world.chatwoot_url, token))
    with context_of(chromium, size) as context:
        looking = Looking(context.new_page(), new_world.address)
        page = looking.page
        looking.come_in_first(new_world.link())
        looking.go("/connections/1/history")
        page.get_by_label("How far back").select_option(label="everything")
        page.get_by_role("button", name="See how much that is").click()
        expect(page.locator("main")).to_contain_text("60 contacts")
        looking.see("backfill-asked")
        looking.hear("backfill-asked")

        page.get_by_role("button", name="Bring it").click()
        expect(page.get_by_role("progressbar")).to_be_visible()
        page.get_by_role("button", name="Pause").click()
        expect(page.locator("main")).to_contain_text("paused")
        looking.see("backfill-paused")
        assert_the_focus_stays(looking)
        page.get_by_role("button", name="Let it go on").click()

        expect(page.locator("main")).to_contain_text("under way")
        looking.see("backfill")
        expect(page.locator("main")).to_contain_text("All was brought", timeout=240_000)
        looking.see("backfill-done")
        with house.store.write() as tx:
            found, soon = {"missed_contacts": 2, "looked_again": 1}, time.time() + 3600
            reconciliations.finish(tx, 1, "recent", found, soon)
            reconciliations.finish(tx, 1, "full", {}, soon)
            reconciliations.fail(tx, 1, "full", "Chatwoot is away: it did not answer.", "", soon)
        page.reload()
        looking.see("history-compared")
        assert len(new_world.krayin.tables()["persons"]) == 60
