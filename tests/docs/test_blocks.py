"""Every block on every page is tried as far as it can be, or says why not."""

import ast
import json
import re
import tomllib

import pytest

from .commands import SHELL, lines, ours, problem
from .pages import ALL_BLOCKS, ROOT, Block

TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
LANGUAGES = {"", "sh", "python", "json", "toml", "yaml", "nginx", "ini", "text", "html"}
REMARK = re.compile(r"not run: .{10}|run$|begin |end |step$|step: fails$|into: \S+$|shown$")
OTHERS = re.compile(
    r"(/opt/crmhost/bin/)?(make|cd|\.|python\d?|pip|uv|echo|cat|cp|mkdir|export|git|bash) |[A-Z_]+="
)
"""What may begin a line of a shell block that needs no remark: everybody has it, and it changes nothing."""


def named(blocks: list[Block]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("block", blocks, ids=lambda block: block.name)


def in_language(*languages: str) -> list[Block]:
    return [block for block in ALL_BLOCKS if block.language in languages]


def test_every_block_says_what_it_is() -> None:
    odd = [one.name for one in ALL_BLOCKS if not (one.language in LANGUAGES or one.language[0] == "{")]

    assert odd == []


def test_every_remark_before_a_block_is_understood() -> None:
    odd = [one.name for one in ALL_BLOCKS if one.mark and not REMARK.match(one.mark)]

    assert odd == []


def test_our_commands_can_be_typed_as_they_stand() -> None:
    wrong = {
        f"{block.name} {line}": told
        for block in in_language(*SHELL)
        for line in lines(block.text)
        for words in ours(line)
        if (told := problem(words))
    }

    assert wrong == {}


def test_what_is_to_be_made_can_be() -> None:
    named = {
        target: block.name
        for block in in_language(*SHELL)
        for line in lines(block.text)
        for target in re.findall(r"(?:^|\s)make ([a-z][a-z-]*)", line)
    }

    assert {target: place for target, place in named.items() if target not in TARGETS} == {}


def test_commands_of_others_say_why_they_are_not_run() -> None:
    theirs = {
        f"{block.name} {line}"
        for block in in_language("sh")
        for line in lines(block.text)
        if not (block.unrun or ours(line) or OTHERS.match(line))
    }

    assert theirs == set(), "put <!-- not run: why --> before the block"


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


@named(in_language("json", "toml"))
def test_json_and_toml_can_be_read(block: Block) -> None:
    assert (json.loads if block.language == "json" else tomllib.loads)(block.text)
