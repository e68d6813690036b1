"""A house on SQLite that is connected to the stand-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import crmhost_krayin
from crmhost import plugins
from crmhost.chatwoot import Access
from crmhost.connect import connect
from crmhost.testing import Stage
from crmhost.wiring import open_house
from crmhost_krayin.stand_in import KrayinStandIn

from ...host.conftest import Bench, settings_for

Opens = Callable[..., Bench]


@pytest.fixture
def krayin(stage: Stage) -> KrayinStandIn:
    made = KrayinStandIn()
    stage.app, stage.lost = made.app, None
    return made


@pytest.fixture
def opens(tmp_path: Path, valkey_url: str, url: str, krayin: KrayinStandIn) -> Iterator[Opens]:
    """Connect with these settings beside those that must be."""
    installed = plugins.Plugins({"krayin": plugins.load("krayin", crmhost_krayin)})
    settings = settings_for(
        tmp_path, None, valkey_url, unknown_hold_seconds=0, base_url="https://sync.example.com"
    )
    with open_house(settings, installed) as house:
        opened: list[Bench] = []

        def make(chatwoot: Access | None = None, **more: Any) -> Bench:
            given = {**krayin.settings(url), **more}
            made = connect(house, "krayin", 3, given, webhook_secret="s", chatwoot=chatwoot).connection
            opened.append(Bench(house, made))
            return opened[-1]

        yield make
        for bench in opened:
            bench.intake.close()


@pytest.fixture
def bench(opens: Opens) -> Bench:
    return opens()
