"""Chromium without a screen, and the worlds it looks at."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .world import PASSWORD, World, busy_world, empty_world

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Frame, Page

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SCREENS = Path(os.environ.get("CRMHOST_TEST_SCREENS", Path(__file__).parents[2] / ".screens")).resolve()
DOCUMENTS = {
    "overview-desk",
    "connect-settings-desk",
    "connection-desk",
    "story-desk",
    "card-desk",
}
SIZES = {"phone": {"width": 360, "height": 740}, "desk": {"width": 1280, "height": 860}}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright  # there for make test-browser only

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A crmhost that has been at work for a while."""
    with busy_world(tmp_path_factory.mktemp("busy")) as made:
        yield made


@pytest.fixture
def new_world(tmp_path: Path) -> Iterator[World]:
    """A crmhost that nobody has signed in to."""
    with empty_world(tmp_path) as made:
        yield made


@pytest.fixture(params=["desk", "phone"])
def size(request: pytest.FixtureRequest) -> str:
    """At a desk, and on a phone."""
    return str(request.param)


class Looking:
    """A page that is open, and what went wrong in it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.errors: list[str] = []
        page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def sign_in(self, email: str = "ana@example.com") -> None:
        self.go("/sign-in")
        self.page.fill("#email", email)
        self.page.fill("#password", PASSWORD)
        self.page.click("main button")
        self.page.wait_for_url(self.address + "/")

    def come_in_first(self, link: str) -> None:
        """Follow the link that the first start prints, and choose a password."""
        self.page.goto(link)
        self.page.fill("#email", "ana@example.com")
        self.page.fill("#password", PASSWORD)
        self.page.click("main button")

    def expect_refusals(self, *statuses: int) -> None:
        """Forget what Chromium itself says of these answers, each once; anything else is a mistake."""
        told = [f"Failed to load resource: the server responded with a status of {one}" for one in statuses]
        assert len(self.errors) == len(told), self.errors
        assert all(map(str.startswith, self.errors, told)), self.errors
        self.errors.clear()

    def shoot(self, name: str, *, whole: bool = False) -> None:
        """Keep a screenshot; where the documents are, only what they show."""
        if SCREENS.name == "screens" and name not in DOCUMENTS:
            return
        SCREENS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENS / f"{name}.png", full_page=whole)

    def check_words(self, frame: Frame) -> None:
        """Look at what is in a frame as at a page."""
        frame.evaluate((Path(__file__).parent / "axe.min.js").read_text())
        found = frame.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
        assert [f"{one['id']}: {node['html']}" for one in found for node in one["nodes"]] == []
        wide = frame.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{wide} pixels too wide"

    def check(self) -> None:
        """Hold the page to what each page promises."""
        assert self.errors == []
        wide = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{self.page.url} is {wide} pixels too wide"
        # What the page may not do, a test may: the policy holds for its own scripts.
        self.page.evaluate((Path(__file__).parent / "axe.min.js").read_text())
        found = self.page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
        assert [f"{one['id']}: {node['html']}" for one in found for node in one["nodes"]] == []


def context_of(
    chromium: Browser, size: str, scheme: str = "light", language: str = "en-GB"
) -> BrowserContext:
    return chromium.new_context(
        viewport=SIZES[size],
        color_scheme=scheme,
        locale=language,
        timezone_id="Europe/Prague",
        reduced_motion="reduce",
    )
