"""Parts of what ``make chaos`` runs: seconds in ``make test``, minutes in ``make test-all``."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import click
import pytest

from crmhost.watch import Watch

from ..conftest import named_server
from ..databases import SERVER
from . import moments
from .board import DEADLY, STALLING
from .command import OFTEN, seldom
from .faults import Dice, Fault
from .hunting import STALLED
from .plan import Plan
from .proxy import FaultProxy
from .run import Run
from .short import Times
from .switches import CAUSES, SWITCHES
from .tally import KINDS, Tally

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


def test_nothing_is_lost_and_nothing_is_double_under_kills_and_faults() -> None:
    """However little of the machine is to be had: waits are longer then, and trouble lasts until a kill."""
    assert all_is_as_promised("--kills", "8", "--seconds", "6")["all"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.proof)])
def test_so_it_is_for_minutes_on_either_database(database: str) -> None:
    if database == "postgresql":
        named_server(SERVER)
    kills = all_is_as_promised("--seed", "2", "--kills", "100", "--seconds", "120", "--database", database)

    assert kills["all"] > 10


@pytest.mark.proof
def test_without_any_of_its_protections_the_same_run_fails() -> None:
    status, _, told = chaos("--seed", "7", "--prove")

    assert status == 0, told


WELL, DOUBLE, LOST = Tally(), Tally(wrong=[("double", "two")]), Tally(wrong=[("lost", "none")])


@pytest.mark.parametrize(
    ("rounds", "proved"),
    [
        ([WELL, DOUBLE], True),
        ([WELL, WELL, LOST, DOUBLE], True),
        ([WELL, LOST, LOST, LOST], False),
        ([WELL, WELL, WELL, WELL], False),
        ([DOUBLE, DOUBLE], False),
    ],
)
def test_a_round_proves_something_if_it_fails_as_it_must_and_only_without_the_protection(
    monkeypatch: pytest.MonkeyPatch, rounds: list[Tally], proved: bool
) -> None:
    played: list[str | None] = []

    def round_(_run: Run, plan: Plan) -> Tally:
        played.append(plan.without)
        return rounds[len(played) - 1]

    monkeypatch.setattr(Run, "_round", round_)
    plan = Plan(1, 0, "sqlite", 15, 40.0, aim="intents")

    assert Run(lambda _line: None, None)._proves(plan, "intents") is proved
    assert played == [None, *["intents"] * (len(played) - 1)]


def test_what_comes_of_it_is_said_for_each_protection() -> None:
    assert CAUSES.keys() == SWITCHES.keys()
    assert frozenset.union(*CAUSES.values()) <= KINDS.keys()


def test_a_run_that_goes_on_adds_up_what_was_played_before(tmp_path: Path) -> None:
    """What a round's table says is kept with it, and read again as it was."""
    tally = Tally(Counter(a=2), Counter(b=1), Counter(), Counter(c=3), [("lost", "customer 7: gone")], 4.0)
    plan = Plan(1, 0, "sqlite", 50, 60.0)
    folder = tmp_path / "sqlite-1-0"
    folder.mkdir()
    (folder / "tally.json").write_text(json.dumps(tally.document()))

    total = Run(print, tmp_path).played([plan])

    assert total == tally


def test_a_run_does_not_go_on_from_a_round_that_was_not_played(tmp_path: Path) -> None:
    with pytest.raises(click.ClickException, match="Round 0 has left no"):
        Run(print, tmp_path).played([Plan(1, 0, "sqlite", 50, 60.0)])


def test_a_whole_run_hits_each_step_often() -> None:
    hit = Tally(
        Counter({f"worker: {step.told}": OFTEN for step in DEADLY[1:]}),
        Counter({STALLED.format(step.told): 1 for step in STALLING[1:]}),
    )

    assert seldom(hit, 120) == [
        ("seldom", "lane taken: 0 times"),
        ("seldom", "about to make a customer: no worker was stopped there until its lane was another's"),
    ]


def test_a_whole_run_has_as_many_kills_as_are_asked_for() -> None:
    hit = Tally(Counter({f"worker: {step.told}": OFTEN for step in DEADLY}))

    assert seldom(hit, 500)[0] == ("seldom", "140 kills instead of 500: give it more --seconds")


def test_an_answer_may_come_when_the_lane_is_another_workers() -> None:
    times = Times(0.1)
    proxy = FaultProxy("http://127.0.0.1:1", Dice(Random(1), {}, 0.0), times)
    began = time.monotonic()

    asyncio.run(proxy._back(Fault.OUTLIVED, None))

    assert time.monotonic() - began > times.lease


def test_the_thread_that_a_plugin_has_for_itself_is_known_by_its_lane() -> None:
    """What is hit, and what the sales team keeps off, is told by the lane that a request is sent for."""
    moments.at(moments.At((1, 5821)))

    assert Watch("fake").run(lambda: moments.here().lane, "a hook") == (1, 5821)
