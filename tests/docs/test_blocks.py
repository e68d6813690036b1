"""Every block on every page is tried as far as it can be, or says why not."""

import ast
import json
import re
import tomllib
from collections.abc import Callable

import pytest
import yaml

from crmhost.settings import PREFIX, Settings

from .commands import lines, ours, problem
from .pages import ALL_BLOCKS, ROOT, TYPED, Block

TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
LANGUAGES = {"sh", "python", "json", "toml", "yaml", "nginx", "ini", "text", "html"}
REMARK = re.compile(r"not run: .{10}|run$|begin |end |step$|step: fails$|into: \S+$|shown$")
HOOKS = ROOT / "docs" / "hooks.md"
"""Its examples are run as the plugin that they are, by tests/house/test_hooks_page.py."""


def named(blocks: list[Block]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("block", blocks, ids=lambda block: block.name)


def in_language(*languages: str) -> list[Block]:
    return [block for block in ALL_BLOCKS if block.language in languages]


def test_every_block_says_what_it_is() -> None:
    odd = [one.name for one in ALL_BLOCKS if not (one.language in LANGUAGES or one.language.startswith("{"))]

    assert odd == []


def test_every_remark_before_a_block_is_understood() -> None:
    odd = [one.name for one in ALL_BLOCKS if one.mark and not REMARK.match(one.mark)]

    assert odd == []


def test_our_commands_can_be_typed_as_they_stand() -> None:
    wrong = {
        f"{block.name} {line}": told
        for block in in_language("sh")
        for line in lines(block.text)
        for words in ours(line)
        if (told := problem(words))
    }

    assert wrong == {}


def test_what_is_to_be_made_can_be() -> None:
    named = {
        target: block.name
        for block in in_language("sh")
        for line in lines(block.text)
        for target in re.findall(r"(?:^|\s)make ([a-z][a-z-]*)", line)
    }

    assert {target: place for target, place in named.items() if target not in TARGETS} == {}


def test_what_is_typed_is_ours_and_all_else_says_why_it_is_not() -> None:
    """A test types each block of commands without a remark: tests/docs/test_commands_run.py."""
    theirs = {
        f"{block.name} {line}"
        for block in TYPED
        for line in lines(block.text)
        if not (ours(line) or line.startswith("mkdir -p ~/"))
    }

    assert len(TYPED) > 40
    assert theirs == set(), "put <!-- not run: why --> before the block"


def test_what_is_neither_run_nor_read_says_why_not() -> None:
    """JSON, TOML and YAML are read, settings and Python below; what is but shown is «text»."""
    quiet = [
        block.name
        for block in in_language("nginx", "html", "python")
        if not (block.mark or is_read_aloud(block.text) or block.page == HOOKS)
    ]

    assert quiet == [], "put <!-- not run: why --> before the block"


@named([block for block in in_language("ini") if not block.unrun])
def test_settings_in_a_block_are_ours(block: Block) -> None:
    names = {line.partition("=")[0] for line in lines(block.text)}

    assert names
    assert names <= {PREFIX + name.upper() for name in Settings.model_fields}


def is_read_aloud(text: str) -> bool:
    """Whether the text stands in the code as it is: lines from the middle of a function, say."""
    return any(
        text in file.read_text() for part in ("host", "plugins") for file in ROOT.glob(f"{part}/**/*.py")
    )


@named([block for block in in_language("python") if not is_read_aloud(block.text)])
def test_python_compiles_and_runs_where_it_can(block: Block) -> None:
    tree = ast.parse(block.text)

    if block.mark == "run":
        exec(compile(tree, block.name, "exec"), {"__name__": "__docs__"})


@named(in_language("json", "toml", "yaml"))
def test_json_toml_and_yaml_can_be_read(block: Block) -> None:
    read: dict[str, Callable[[str], object]] = {
        "json": json.loads,
        "toml": tomllib.loads,
        "yaml": yaml.safe_load,
    }

    assert read[block.language](block.text)
