"""A house with a connection to the desk's Krayin, and commands run there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import crmhost_krayin
from crmhost import plugins
from crmhost.connect import change, connect
from crmhost.settings import load_settings
from crmhost.wiring import open_house
from crmhost_krayin.cli import main

from ...host.fake_crm import FakeCRM
from ..crm import Desk

Run = Callable[..., Result]
ONCE = pytest.mark.parametrize("desk", ["2.1"], indirect=True)
"""For what does not depend on Krayin's version."""


@pytest.fixture
def run(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command where connection 1 is to the desk's Krayin."""
    monkeypatch.setenv("CRMHOST_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr("crmhost.logs.configure", lambda *_: None)
    installed = {"krayin": plugins.load("krayin", crmhost_krayin), "fake": FakeCRM().plugin()}
    monkeypatch.setattr("crmhost.wiring.discover", lambda: plugins.Plugins(installed))
    given = {name: desk.settings[name] for name in ("api_url", "api_token")}
    with open_house(load_settings()) as house:
        connect(house, "krayin", 3, given)
    return lambda *words: CliRunner().invoke(main, words)


def document(result: Result) -> Any:
    return json.loads(result.output)


def customized(**settings: Any) -> None:
    """Change the connection's settings as a person would."""
    with open_house(load_settings()) as house:
        change(house, 1, settings)


def own(desk: Desk, code: str) -> Any:
    """Return the attribute of this code that somebody added."""
    (row,) = (row for row in desk.state.attributes.values() if row["code"] == code)
    return row
