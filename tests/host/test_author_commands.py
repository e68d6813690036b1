"""The commands for whoever writes a plugin."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from crmhost.plugins import discover

from .conftest import Types

ROOT = Path(__file__).parents[2]


def test_a_leak_is_told_and_fails(tmp_path: Path, types: Types) -> None:
    (tmp_path / "tape.json").write_text('{"phone": "+420 777 123 456"}')

    told, shown = (
        types("crmhost", "scan-cassettes", str(tmp_path), "--json"),
        types("crmhost", "scan-cassettes", "."),
    )

    assert (told.status, shown.status) == (1, 1)
    assert told.document == {
        "files": 1,
        "leaks": [
            {
                "file": str(tmp_path / "tape.json"),
                "place": "phone",
                "what": "phone number",
                "shown": "+420 777 123 456",
            }
        ],
    }
    assert shown.out.splitlines()[-1] == "1 file(s), 1 leak(s)."


def test_without_a_leak_all_is_well(tmp_path: Path, types: Types) -> None:
    (tmp_path / "tape.json").write_text('{"phone": "+44 7700 900123"}')

    assert types("crmhost", "scan-cassettes", str(tmp_path), "--json").document == {"files": 1, "leaks": []}


def test_a_contract_that_is_nowhere_is_a_sentence(tmp_path: Path, types: Types) -> None:
    (tmp_path / "tests").mkdir()

    ran = types("crmhost", "certify", "acme", "--json")

    assert ran.status == 1
    assert ran.document["error"]["message"] == "There is no contract of the plugin acme in tests."


def test_without_its_packages_a_command_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
    types: Types,
) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    monkeypatch.delitem(sys.modules, "crmhost.testing.scanning", raising=False)

    ran = types("crmhost", "scan-cassettes", ".", "--json")

    assert ran.document["error"]["fix"] == "pip install 'crmhost[testing]'"


@pytest.mark.slow
def test_tests_that_cannot_be_run_are_told(tmp_path: Path, types: Types) -> None:
    tests = tmp_path / "tests"
    tests.mkdir()
    (tests / "test_acme.py").write_text(
        "from crmhost.testing import CRMContract\nimport no_such_thing\n\n"
        "class TestAcme(CRMContract):\n    plugin = 'acme'\n"
    )

    ran = types("crmhost", "certify", "acme", "--json")

    assert ran.status == 1
    assert "no_such_thing" in ran.document["error"]["message"]


@pytest.mark.slow
@pytest.mark.parametrize(("plugin", "tier"), [("krayin", "platinum"), ("leadsquared", "gold")])
def test_our_plugins_are_awarded_what_their_readmes_say(plugin: str, tier: str, types: Types) -> None:
    ran = types("crmhost", "certify", plugin, "--tests", str(ROOT / "tests" / plugin), "--json")

    assert ran.status == 0, ran.out
    assert ran.document["tier"] == tier, ran.document["summary"]
    assert discover()[plugin].info.tier == tier, "what it says of itself"
    (folder,) = (ROOT / "plugins").glob(f"*{plugin}")
    assert f"**{tier}**" in (folder / "README.md").read_text()
