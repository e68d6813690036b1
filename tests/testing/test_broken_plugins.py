"""Each rule is lost by a plugin that is bad in one place, and no other rule with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from crmhost.testing import CRMContract
from crmhost.testing.rules import rules_of

from .broken_plugins import BROKEN, QUIET

ROOT = Path(__file__).parents[2]
MODULE = """
from tests.testing.broken_plugins import {among}, contract_of

for contract in (contract_of(rule, {among}) for rule in {among}):
    globals()[contract.__name__] = contract
"""


def tried(folder: Path, among: str, *words: str) -> list[dict[str, Any]]:
    """Try the contracts of these bad plugins, recording anew; return what became of each rule of each."""
    (folder / "test_broken.py").write_text(MODULE.format(among=among))
    told = folder / "told.json"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib"]
    command += [
        "--record-mode=rewrite",
        f"--contract-json={told}",
        "--rootdir",
        str(folder),
        *words,
        str(folder),
    ]
    # Run by a worker of pytest's, the run within must not take itself for that worker.
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    ran = subprocess.run(command, cwd=ROOT, env=clean, capture_output=True, text=True, check=False)
    assert told.exists(), ran.stdout + ran.stderr
    tables: list[dict[str, Any]] = json.loads(told.read_text())
    return tables


def test_there_is_a_bad_plugin_for_each_rule() -> None:
    assert sorted(BROKEN) == sorted(rule.id for rule in rules_of(CRMContract))


def lost(tables: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Return which rules each plugin lost."""
    return {
        table["plugin"]: [rule["id"] for rule in table["rules"] if rule["state"] == "broken"]
        for table in tables
    }


@pytest.mark.slow
def test_what_is_written_wrongly_without_an_error_loses_its_rule_too(tmp_path: Path) -> None:
    tables = tried(tmp_path, "QUIET")

    assert lost(tables) == {f"tiny-without-{rule}": [rule] for rule in QUIET}


@pytest.mark.proof
def test_a_bad_plugin_loses_its_rule_and_no_other(tmp_path: Path) -> None:
    tables = tried(tmp_path, "BROKEN", "-n", "auto", "--dist", "loadscope")

    assert lost(tables) == {f"tiny-without-{rule}": [rule] for rule in BROKEN}
