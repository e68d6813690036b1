"""The Krayin plugin keeps the contract of all plugins."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from crmhost.testing import CRMContract
from crmhost_krayin.clients import memory
from crmhost_krayin.clients.pace import Pace

from ..cassettes.people import people_in
from ..live.server import MARK, here
from .open_krayin import OpenKrayin

passed: list[float] = []
"""The time that passed by the plugin's own clock, by which it tells a throttled Krayin from a refusal."""


class TestKrayin(CRMContract):
    plugin = "krayin"
    has_organizations = True

    def make_crm(self) -> OpenKrayin:
        return OpenKrayin()

    @contextmanager
    def real_crm(self) -> Iterator[Mapping[str, Any] | None]:
        if "KRAYIN_URL" not in os.environ:
            yield None
            return
        with here() as server, server.swept():
            yield {"api_url": server.url, "api_token": server.token, "chatwoot_name": MARK}

    def people_in(self, value: Any) -> Iterator[tuple[str, str]]:
        return people_in(value)

    def time_passes(self, seconds: float) -> None:
        passed.append(seconds)

    @pytest.fixture(autouse=True)
    def clock_that_moves(self, monkeypatch: pytest.MonkeyPatch) -> None:
        kept = memory.Memory
        monkeypatch.setattr(memory, "Memory", lambda: kept(pace=Pace(lambda: sum(passed))))
