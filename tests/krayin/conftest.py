"""One served Krayin for all tests of the plugin; each test puts a fresh sandbox on."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from crmhost.testing import Stage
from crmhost_krayin.sandbox import KrayinSandbox

from .crm import FOUND, PROFILES, Desk, facts, served


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


@pytest.fixture(params=list(PROFILES))
def desk(request: pytest.FixtureRequest, stage: Stage, url: str, pool: httpx.Client) -> Desk:
    """A connection to each Krayin in turn; a test that is heavy, or about one of them, names it."""
    krayin, rest = PROFILES[request.param]
    sandbox = KrayinSandbox(krayin=krayin, rest=rest, rate_limit=1_000_000)
    stage.app, stage.lost = sandbox, None
    settings = {"api_url": url, "api_token": sandbox.make_token(), **FOUND, "facts": facts(krayin, rest)}
    return Desk(url, stage, sandbox, pool, settings)
