"""Chromium without a screen, and the worlds it looks at."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .looking import Looking, context_of
from .world import World, busy_world, empty_world

if TYPE_CHECKING:
    from playwright.sync_api import Browser

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


@pytest.fixture(scope="session")
def administrator(chromium: Browser, world: World) -> Iterator[Looking]:
    """Ana, who has been signed in for a while."""
    with context_of(chromium, "desk") as context:
        looking = Looking(context.new_page(), world.address)
        looking.sign_in()
        yield looking
