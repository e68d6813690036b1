"""The card in a frame of another site: an agent signs in there, sees the customer, and moves the lead.

Run by ``make test-browser``, with the pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Frame, Page, Route, expect

from crmhost.store import connections

from .looking import Looking, context_of
from .world import PASSWORD, World


@pytest.fixture
def looking(chromium: Browser, world: World, size: str) -> Iterator[Looking]:
    with context_of(chromium, size) as context:
        looking = Looking(context.new_page(), world.desk_url)
        yield looking


def card_in(page: Page) -> Frame:
    return next(one for one in page.frames if "/card/" in one.url)


def open_talk(page: Page, conversation: int, contact: int, name: str) -> None:
    page.evaluate(f"show(3, {conversation}, {{id: {contact}, name: '{name}'}})")


def sign_in(card: Frame) -> None:
    card.fill("#email", "sam@example.com")
    card.fill("#password", PASSWORD)
    card.click("button")


def test_an_agent_sees_and_moves_the_lead(looking: Looking, size: str, world: World) -> None:
    page = looking.page
    looking.go("/")
    card = card_in(page)
    expect(card.locator("main")).to_contain_text("Open a conversation")
    open_talk(page, 700, 5800, "Ana Souza")
    expect(card.get_by_role("heading", name="Sign in")).to_be_visible()
    looking.see("card-sign-in", card)

    sign_in(card)

    expect(card.get_by_role("link", name="Padaria Aurora")).to_be_visible()
    looking.see("card", card)
    assert page.context.cookies(world.address) == []
    stage = "Negotiation" if size == "desk" else "Prospect"
    card.get_by_label("Stage of the lead").select_option(label=stage)
    card.get_by_role("button", name="Change it").click()
    expect(card.get_by_role("status")).to_contain_text("It is done.")
    expect(card.locator("dd").first).to_have_text(stage)
    looking.see("card-moved", card)
    assert looking.errors == []

    open_talk(page, 710, 5810, "Maria Aparecida")
    expect(card.locator("main")).to_contain_text("Albuquerque Figueiredo & Filhos")
    looking.see("card-long", card)


@pytest.mark.parametrize("language", ["pt-BR", "es-MX"])
def test_the_card_speaks_the_browsers_language(chromium: Browser, world: World, language: str) -> None:
    with context_of(chromium, "phone", language=language) as context:
        looking = Looking(context.new_page(), world.desk_url)
        looking.go("/")
        open_talk(looking.page, 700, 5800, "Ana Souza")
        card = card_in(looking.page)
        sign_in(card)

        expect(card.get_by_role("link", name="Padaria Aurora")).to_be_visible()
        assert language.startswith(card.locator("html").get_attribute("lang") or "none")
        looking.check(card)
        looking.shoot(f"card-phone-{language}")


def test_a_card_never_stands_beside_another_conversation(looking: Looking) -> None:
    """While the next customer comes nothing of the one before can be pressed, nor does it come late."""
    page, held = looking.page, list[Route]()
    looking.go("/")
    card = card_in(page)
    open_talk(page, 700, 5800, "Ana Souza")
    sign_in(card)
    button = card.get_by_role("button", name="Change it")
    expect(button).to_be_visible()
    page.route("**/card/*/show", lambda route: held.append(route))  # noqa: PLW0108 - no builtin is taken

    card.get_by_role("button", name="Look again").click()
    expect(card.locator("main")).to_have_attribute("inert", "")
    open_talk(page, 702, 5802, "Priya Nair")
    expect(card.locator("main")).to_be_empty()
    wait_for(page, lambda: len(held) == 2)
    held[0].abort()
    page.wait_for_timeout(100)

    expect(card.locator("main")).to_be_empty()
    expect(card.locator("main")).to_have_attribute("inert", "")
    held[1].continue_()
    expect(card.locator("main")).to_contain_text("Globex Ltd")
    expect(card.locator("main")).not_to_have_attribute("inert", "")


def wait_for(page: Page, there: Callable[[], bool]) -> None:
    """Let the page go on until something is there."""
    for _ in range(100):
        if there():
            return
        page.wait_for_timeout(50)
    raise TimeoutError


def test_what_the_page_around_makes_up_shows_nobody(looking: Looking) -> None:
    page = looking.page
    looking.go("/")
    card = card_in(page)
    open_talk(page, 700, 5800, "Ana Souza")
    sign_in(card)
    expect(card.get_by_role("link", name="Padaria Aurora")).to_be_visible()

    open_talk(page, 700, 5803, "Ana Souza")

    expect(card.get_by_role("alert")).to_contain_text("Nothing was heard")
    expect(card.locator("main")).not_to_contain_text("João")
    looking.check(card)


def test_it_works_where_cookies_and_storage_are_blocked(looking: Looking) -> None:
    """Chromium's private window, in which these tests run, keeps nothing for a frame of another site."""
    page = looking.page
    looking.go("/")
    card = card_in(page)
    open_talk(page, 700, 5800, "Ana Souza")
    assert card.evaluate("(() => { try { return !window.sessionStorage } catch { return true } })()")
    sign_in(card)
    expect(card.get_by_role("link", name="Padaria Aurora")).to_be_visible()

    card.get_by_role("button", name="Look again").click()

    expect(card.get_by_role("link", name="Padaria Aurora")).to_be_visible()
    assert looking.errors == []


def test_under_one_domain_an_agent_signs_in_once(chromium: Browser, world: World) -> None:
    """Another origin of one site, as chat.example.com is to sync.example.com: the tab keeps the token."""
    beside = world.desk_url.replace("localhost", "127.0.0.1")
    _move_chatwoot(world, beside)
    with context_of(chromium, "desk") as context:
        looking = Looking(context.new_page(), beside)
        looking.go("/")
        open_talk(looking.page, 700, 5800, "Ana Souza")
        sign_in(card_in(looking.page))
        expect(card_in(looking.page).get_by_role("link", name="Padaria Aurora")).to_be_visible()

        looking.page.reload()
        open_talk(looking.page, 700, 5800, "Ana Souza")

        expect(card_in(looking.page).get_by_role("link", name="Padaria Aurora")).to_be_visible()
    _move_chatwoot(world, world.desk_url)


def _move_chatwoot(world: World, url: str) -> None:
    with world.house.store.write() as tx:
        connections.set_chatwoot(tx, world.house.vault, world.connection_id, url, None)


def test_nobody_elses_page_may_frame_it(chromium: Browser, world: World) -> None:
    with context_of(chromium, "desk") as context:
        page = context.new_page()
        page.goto(world.desk_url.replace("localhost", "127.0.0.1"))

        expect(page.locator("iframe")).to_be_visible()
        frame = page.frames[-1]

        assert "Customer" not in frame.content()
