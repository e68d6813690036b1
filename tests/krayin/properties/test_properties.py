"""Random days in a company's life, on each Krayin."""

from __future__ import annotations

import os
from contextlib import closing

import pytest
from hypothesis import given, settings

from ..calls.measuring import PROFILES
from .steps import STEPS, Step
from .world import World

QUICK = 15
NAMED = os.environ.get("CRMHOST_TEST_EXAMPLES")
THOROUGH = int(NAMED or 100)
"""How many days, on each Krayin: the same ones each time, and other ones where their number is named."""

EACH_KRAYIN = pytest.mark.parametrize("profile", PROFILES)


@pytest.mark.many
@EACH_KRAYIN
@settings(max_examples=QUICK, derandomize=True, print_blob=True)
@given(steps=STEPS)
def test_nothing_is_lost_nothing_is_double_and_all_agree(profile: str, steps: list[Step]) -> None:
    _live(profile, steps)


@pytest.mark.slow
@EACH_KRAYIN
@settings(max_examples=THOROUGH, derandomize=not NAMED, print_blob=True)
@given(steps=STEPS)
def test_so_it_is_after_many_more_days(profile: str, steps: list[Step]) -> None:
    _live(profile, steps)


def _live(profile: str, steps: list[Step]) -> None:
    with closing(World(*PROFILES[profile])) as world:
        for step in steps:
            world.play(step)
        assert list(world.problems()) == []

        world.change_everything()
        assert list(world.problems()) == []
