"""An open page: what it is held to, and how it looks on a phone, at a desk and in the dark."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from .world import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Frame, Page

HERE = Path(__file__).parent
SCREENS = Path(os.environ.get("CRMHOST_TEST_SCREENS", HERE.parents[1] / ".screens")).resolve()
DOCUMENTS = {
    "overview-desk",
    "connect-settings-desk",
    "connection-desk",
    "story-desk",
    "card-desk",
    "overview-phone",
    "overview-phone-dark",
    "story-phone",
    "card-phone",
}
SIZES = {"desk": {"width": 1280, "height": 860}, "phone": {"width": 360, "height": 740}}
LANGUAGES = ("pt_BR", "es")


class Looking:
    """A page that is open, and what went wrong in it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.errors: list[str] = []
        page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    @property
    def size(self) -> str:
        """Which of SIZES the window has now."""
        return next(name for name, one in SIZES.items() if one == self.page.viewport_size)

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def resize(self, size: str) -> None:
        self.page.set_viewport_size(SIZES[size])

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

    def check(self, frame: Frame | None = None) -> None:
        """Hold the page, or a frame in it, to what each promises: it fits, and everybody can read it."""
        self.page.wait_for_load_state()
        assert self.errors == []
        place = frame or self.page.main_frame
        self._fit(place)
        self._ask_axe(place, "{resultTypes: ['violations']}")

    def see(self, name: str, frame: Frame | None = None) -> None:
        """Check the page, and keep how it looks in the light and in the dark."""
        self.check(frame)
        self.shoot(f"{name}-{self.size}")
        self.page.emulate_media(color_scheme="dark")
        self._ask_axe(frame or self.page.main_frame, "{runOnly: ['color-contrast']}")
        self.shoot(f"{name}-{self.size}-dark")
        self.page.emulate_media(color_scheme="light")

    def see_at_each_size(self, name: str) -> None:
        """Look at it at a desk, then on a phone, and stay there."""
        for size in SIZES:
            self.resize(size)
            self.see(name)

    def hear(self, name: str) -> None:
        """See that the page fits a phone in the other languages too, and come back to the first."""
        if self.size != "phone":
            return
        for language in LANGUAGES:
            self._speak(language)
            assert self.page.locator("html").get_attribute("lang") == language.replace("_", "-")
            self._fit(self.page.main_frame)
            self.shoot(f"{name}-{self.size}-{language}")
        self._speak("en")

    def _speak(self, language: str) -> None:
        chosen = {"name": "crmhost_language", "value": language, "url": self.address}
        self.page.context.add_cookies([chosen])
        self.page.reload()

    def _fit(self, frame: Frame) -> None:
        found = frame.evaluate(_script("fit.js"), self.size == "phone")
        assert found == [], f"{frame.url} on a {self.size}: {found}"

    def _ask_axe(self, frame: Frame, options: str) -> None:
        # What the page may not do, a test may: the policy holds for its own scripts.
        if not frame.evaluate("'axe' in window"):
            frame.evaluate(_script("axe.min.js"))
        found = frame.evaluate(f"axe.run({options})")["violations"]
        assert [f"{one['id']}: {node['html']}" for one in found for node in one["nodes"]] == []

    def shoot(self, name: str) -> None:
        """Keep a screenshot of the whole page; where the documents are, of the window and what they show."""
        documents = SCREENS.name == "screens"
        if documents and name not in DOCUMENTS:
            return
        SCREENS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENS / f"{name}.png", full_page=not documents)


@cache
def _script(name: str) -> str:
    return (HERE / name).read_text()


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
