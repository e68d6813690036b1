"""A browser without a screen, signed in to the pages of a house."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher

from crmhost.admin import pages_of, passwords
from crmhost.admin.passwords import hashed
from crmhost.chatwoot.sandbox import ChatwootSandbox
from crmhost.house import House
from crmhost.server import serving
from crmhost.store import connections, users
from crmhost.store.connections import CRMConnection

from ..conftest import connected

PASSWORD = "three plain words"
SAME = {"Sec-Fetch-Site": "same-origin"}


@dataclass
class Browser:
    """Opens pages and sends forms, with the token that the pages give it."""

    client: httpx.Client
    closing: ExitStack
    token: str = ""

    def another(self) -> Browser:
        """Return somebody else's browser, who is not signed in."""
        client = httpx.Client(base_url=self.client.base_url, follow_redirects=True)
        return Browser(self.closing.enter_context(client), self.closing)

    def get(self, path: str, status: int = 200, **headers: str) -> str:
        return self._seen(self.client.get(path, headers=headers), status)

    def post(self, path: str, status: int = 200, **filled_in: Any) -> str:
        form = {"form_token": self.token, **filled_in}
        return self._seen(self.client.post(path, data=form, headers=SAME), status)

    def sign_in(self, email: str, password: str = PASSWORD, status: int = 200) -> str:
        return self.post("/sign-in", status, email=email, password=password, next="/")

    def _seen(self, answer: httpx.Response, status: int) -> str:
        assert answer.status_code == status, answer.text
        if token := re.search(r'name="form_token" value="(\w+)"', answer.text):
            self.token = token[1]
        return answer.text


def add_user(house: House, email: str, role: str = users.ADMINISTRATOR) -> None:
    with house.store.write() as tx:
        users.put(tx, email, role, hashed(PASSWORD), time.time())


@contextmanager
def browsing(address: str) -> Iterator[Browser]:
    """Yield a browser, and close it and all it brought along."""
    with ExitStack() as closing:
        client = httpx.Client(base_url=address, follow_redirects=True)
        yield Browser(closing.enter_context(client), closing)


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have passwords hashed in no time: what that costs a guesser is argon2's own business."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", quick)
    monkeypatch.setattr(passwords, "_nobodys", lambda: quick.hash("nobody's"))


@pytest.fixture
def stranger(lite_house: House) -> Iterator[Browser]:
    """Somebody who is not signed in."""
    with serving(pages_of(lite_house)) as address, browsing(address) as browser:
        yield browser


@pytest.fixture
def admin(lite_house: House, stranger: Browser) -> Browser:
    """An administrator."""
    add_user(lite_house, "ana@example.com")
    browser = stranger.another()
    browser.sign_in("ana@example.com")
    return browser


@pytest.fixture
def viewer(lite_house: House, stranger: Browser) -> Browser:
    """Somebody who may only look."""
    add_user(lite_house, "tomas@example.com", users.VIEWER)
    browser = stranger.another()
    browser.sign_in("tomas@example.com")
    return browser


def told(page: str) -> str:
    """Return a page's words, as a person reads them."""
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split()).replace("&#39;", "'").replace("&#34;", '"')


@pytest.fixture
def chatwoot() -> Iterator[ChatwootSandbox]:
    """A Chatwoot to be asked."""
    sandbox = ChatwootSandbox()
    yield sandbox
    sandbox.close()


@pytest.fixture
def joined(lite_house: House, chatwoot: ChatwootSandbox) -> Iterator[CRMConnection]:
    """A connection that may ask it."""
    made = connected(lite_house)
    with serving(chatwoot.app) as url:
        with lite_house.store.write() as tx:
            connections.set_chatwoot(tx, lite_house.vault, made.id, url, chatwoot.make_token())
            joined = connections.get(tx, lite_house.vault, made.id)
        yield joined
