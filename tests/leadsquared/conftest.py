"""A connection to a LeadSquared in this process, fresh for each test."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from crmhost.testing import Stage, asking

from .crm import Connection


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def client(stage: Stage) -> Iterator[httpx.Client]:
    with asking(stage) as made:
        yield made


@pytest.fixture
def connection(client: httpx.Client, stage: Stage) -> Connection:
    return Connection(client, stage)
