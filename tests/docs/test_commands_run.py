"""The commands of the pages, typed as they stand, do what they say: each block ends well."""

from __future__ import annotations

from pathlib import Path

import pytest

from .command_world import command_world
from .pages import TYPED, Block

pytestmark = pytest.mark.slow
MAKE = "crmhost-krayin attributes 1 --create 'person.plan:select(Basic;Gold), lead.budget:price'"
NEEDS = {"attributes=person.plan": MAKE}
"""What is typed before a block with these words, as its page says: what is set must be there."""


@pytest.mark.parametrize("block", TYPED, ids=lambda block: block.name)
def test_a_block_of_commands_ends_well(block: Block, tmp_path: Path, valkey_url: str) -> None:
    with command_world(tmp_path, valkey_url) as world:
        before = [typed for words, typed in NEEDS.items() if words in block.text]
        ran = world.types("\n".join([*before, block.text]))

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr
