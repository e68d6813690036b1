"""One served Krayin for all tests of the plugin; each test puts a fresh sandbox on."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from crmhost_krayin.sandbox import KrayinSandbox

from .crm import FOUND, Desk, Stage, served


@pytest.fixture(scope="session")
def stage() -> Stage:
    return Stage()


@pytest.fixture(scope="session")
def url(stage: Stage) -> Iterator[str]:
    with served(stage) as address:
        yield address


@pytest.fixture(scope="session")
def pool() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=5, follow_redirects=False) as client:
        yield client


@pytest.fixture
def desk(stage: Stage, url: str, pool: httpx.Client) -> Desk:
    sandbox = KrayinSandbox(rate_limit=1_000_000)
    stage.app, stage.lost = sandbox, None
    return Desk(url, stage, sandbox, pool, {"api_url": url, "api_token": sandbox.make_token(), **FOUND})
