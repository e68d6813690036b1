"""The demo that is kept opens on pages with a story in them, and ends in order."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from .host.admin.conftest import PASSWORD, Browser, browsing, told
from .processes import PATIENCE, running

OURS = "/connections/1"


@pytest.fixture(params=["krayin", "leadsquared"])
def somebody(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Browser]:
    """Whoever followed the link that the demo prints, and chose a password."""
    words = ["crmhost", "demo", "--keep", "--plugin", request.param]
    with running(tmp_path, words, r"pages: (\S+)", TMPDIR=str(tmp_path)) as link:
        url = urlsplit(link)
        with browsing(f"{url.scheme}://{url.netloc}") as browser:
            browser.get(url.path)
            browser.post(url.path, email="ana@example.com", password=PASSWORD)
            yield browser
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_demo_that_is_kept_opens_on_a_story(somebody: Browser) -> None:
    overview = told(somebody.get("/"))
    assert "1 connection needs you" in overview
    assert "account 3" in overview
    assert "account 4" in overview
    assert "What failed 1 delivery" in overview

    story = told(somebody.get(f"{OURS}/contacts/5830"))
    assert re.search(r"conversation 731 Conversation resolved applied .* was made", story)

    mended, waiting = (told(somebody.get(f"{OURS}/contacts/{number}")) for number in (5850, 5851))
    assert "New contact applied" in mended
    assert "New contact failed" in waiting
    (failed,) = re.findall(r'href="/deliveries/(\d+)"', somebody.get("/deliveries?state=dead"))
    somebody.post(f"/deliveries/{failed}/replay")
    _sees(somebody, f"{OURS}/contacts/5851", "New contact applied")

    _sees(somebody, "/connections/2/history", "Contacts read 6 of 6|All was brought")
    _sees(somebody, "/connections/2/contacts/5821", "applied")
    _leads_to_pages_for_people(somebody, f"{OURS}/contacts/5830", "/connections/2/contacts/5821")


def _leads_to_pages_for_people(browser: Browser, *paths: str) -> None:
    """Follow each link that leads out: the stand-ins have no pages of their own, and say so."""
    links = [link for path in paths for link in re.findall(r'href="(http://127[^"]+)"', browser.get(path))]
    assert any("/app/accounts/4/contacts/5821" in link for link in links)
    for link in links:
        said = httpx.get(link, headers={"Accept": "text/html"}).text
        assert "A stand-in for " in said, link
        assert "aria-current=true" in said, link


def _sees(browser: Browser, path: str, sentence: str) -> None:
    """Look at a page until it says something; after the CRM's 60 calls that takes another minute."""
    deadline = time.monotonic() + PATIENCE
    while not re.search(sentence, page := told(browser.get(path))):
        assert time.monotonic() < deadline, page
        time.sleep(0.2)
