"""Reading the commands in shell blocks, and asking the command line itself whether they are so."""

import re
import shlex
from collections.abc import Iterator

import click

from crmhost.cli import crmhost
from crmhost_krayin.cli import main as crmhost_krayin

GROUPS: dict[str, click.Group] = {"crmhost": crmhost, "crmhost-krayin": crmhost_krayin}
SET = re.compile(r"[A-Z_]+=")
RUNNERS = {"docker", "kubectl", "sudo"}
"""What runs a command somewhere else: ours is what stands last there."""
OURS = "/opt/crmhost/bin/"
"""Where the pages install it."""


def lines(text: str) -> Iterator[str]:
    """Yield the lines of a shell block, long ones that end in a backslash joined, without comments."""
    for line in text.replace("\\\n", " ").splitlines():
        told = re.sub(r"(^|\s)# .*$", "", line).strip()
        if told:
            yield told


def ours(line: str) -> list[list[str]]:
    """Return our commands in a line, each as its words: in a pipe there may be several."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|;&<>")
    lexer.whitespace_split = True
    found: list[list[str]] = [[]]
    for word in lexer:
        if set(word) <= set("|;&<>"):
            found.append(["(a file)"] if word[0] in "<>" else [])
        else:
            found[-1].append(word)
    return [command for words in found if (command := _command(words))]


def _command(words: list[str]) -> list[str]:
    """Return what is ours of one command: behind variables that are set for it, or inside a container."""
    start = next((place for place, word in enumerate(words) if not SET.match(word)), len(words))
    words = [word.removeprefix(OURS) for word in words[start:]]
    if words and words[0] in RUNNERS:
        start = max((place for place, word in enumerate(words) if word in GROUPS), default=len(words))
        words = words[start:]
    return words if words and words[0] in GROUPS else []


def problem(words: list[str]) -> str | None:
    """Return what is wrong with a command, in click's words; None where it can be typed so."""
    command: click.Command = GROUPS[words[0]]
    context = click.Context(command, info_name=words[0])
    rest = words[1:]
    try:
        while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
            name, inner, rest = command.resolve_command(context, rest)
            assert name is not None
            assert inner is not None
            command, context = inner, click.Context(inner, info_name=name, parent=context)
        if not isinstance(command, click.Group):
            command.parse_args(context, rest)
    except click.exceptions.Exit:
        return None
    except click.UsageError as error:
        return error.format_message()
    return None
