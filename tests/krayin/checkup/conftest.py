"""Desks before a Krayin that nothing is known of yet: a person has given its address and a token."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from crmhost.testing import Stage
from crmhost_krayin.sandbox import KrayinSandbox

from ..crm import PROFILES, Desk


class Fresh:
    """Makes desks, each before a sandbox of its own."""

    def __init__(self, stage: Stage, url: str, pool: httpx.Client) -> None:
        self.stage, self.url, self.pool = stage, url, pool

    def of(self, profile: str, **options: Any) -> Desk:
        """Put a Krayin of one of PROFILES on."""
        krayin, rest = PROFILES[profile]
        return self(krayin=krayin, rest=rest, **options)

    def __call__(self, **options: Any) -> Desk:
        """Put a Krayin with these options on; 2.1 where none says otherwise."""
        sandbox = KrayinSandbox(**options)
        self.stage.app, self.stage.lost = sandbox, None
        settings = {"api_url": self.url, "api_token": sandbox.make_token()}
        return Desk(self.url, self.stage, sandbox, self.pool, settings)


@pytest.fixture
def fresh(stage: Stage, url: str, pool: httpx.Client) -> Fresh:
    return Fresh(stage, url, pool)


@pytest.fixture
def desk(fresh: Fresh) -> Desk:
    """A desk before a Krayin 2.1: for what is alike in all."""
    return fresh()


@pytest.fixture(params=list(PROFILES))
def krayin(request: pytest.FixtureRequest, fresh: Fresh) -> Desk:
    """A desk before each Krayin in turn."""
    return fresh.of(request.param)
