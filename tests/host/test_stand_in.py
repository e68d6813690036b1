"""A plugin's stand-in, served for somebody to try things on."""

import shlex
from pathlib import Path

import pytest

from ..processes import running
from .conftest import Types
from .fake_crm import FakeCRM


@pytest.mark.parametrize("plugin", ["krayin", "leadsquared"])
def test_a_stand_in_says_how_to_connect_to_it_and_can_be_connected_to(
    types: Types, tmp_path: Path, plugin: str
) -> None:
    with running(tmp_path, ["crmhost", "stand-in", plugin], r"(crmhost connect .+)") as command:
        made = types(*shlex.split(command), "--json")

    assert made.status == 0, made.out
    assert [line["name"] for line in made.document["report"]][-1] == "Calls"


@pytest.mark.parametrize(
    ("plugin", "sentence"),
    [("salesforce", "No plugin named 'salesforce'"), ("fake", "The plugin fake brings no stand-in")],
)
def test_what_has_no_stand_in_is_one_sentence(
    types: Types, monkeypatch: pytest.MonkeyPatch, crm: FakeCRM, plugin: str, sentence: str
) -> None:
    monkeypatch.setattr("crmhost.plugins.discover", crm.plugins)

    ran = types("crmhost", "stand-in", plugin)

    assert (ran.status, ran.err.startswith(f"Error: {sentence}")) == (1, True)
