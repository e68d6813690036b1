"""Parts of what ``make chaos`` runs, for ``make prove``: beside other tests they would take too long."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ..databases import SERVER

ROOT = Path(__file__).parents[2]
FOR_COVERAGE = ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")
"""Processes that are killed can't say what they ran; and measuring makes all of them slow."""


def chaos(*words: str) -> tuple[int, Any, str]:
    """Run it; return its exit status, its document, and what it said on the way."""
    environment = {name: value for name, value in os.environ.items() if name not in FOR_COVERAGE}
    command = [sys.executable, "-m", "tests.chaos", *words]
    ended = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=1500, check=False
    )
    assert "Traceback" not in ended.stderr, ended.stderr
    return ended.returncode, json.loads(ended.stdout or "null"), ended.stderr


def all_is_as_promised(*words: str) -> dict[str, int]:
    """Run it, see that nothing is wrong, and return the kills."""
    status, document, told = chaos(*words, "--json")
    assert (status, document["sentences"]) == (0, []), told
    kills: dict[str, int] = document["kills"]
    return kills


@pytest.mark.proof
def test_nothing_is_lost_and_nothing_is_double_under_kills_and_faults() -> None:
    assert all_is_as_promised("--kills", "8", "--seconds", "10")["all"] > 0


@pytest.mark.proof
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_so_it_is_for_minutes_on_either_database(database: str) -> None:
    if database == "postgresql" and SERVER not in os.environ:
        pytest.skip(f"{SERVER} names no server")
    kills = all_is_as_promised("--seed", "2", "--kills", "100", "--seconds", "120", "--database", database)

    assert kills["all"] > 10


@pytest.mark.proof
def test_without_any_of_its_protections_the_same_run_fails() -> None:
    status, _, told = chaos("--seed", "3", "--prove")

    assert status == 0, told
