"""The sentences that the code can say, as they stand in it: what is filled in later is an ellipsis."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from .pages import ROOT

GAP = "…"


@cache
def spoken() -> frozenset[str]:
    """Return every text in host and plugins, sandboxes and documentation strings among them."""
    files = [*ROOT.glob("host/**/*.py"), *ROOT.glob("plugins/**/*.py")]
    return frozenset(text for file in files for text in _texts(file))


def is_said(sentence: str) -> bool:
    """Whether the code can say this, with … for what it fills in."""
    told = _plain(sentence)
    return any(told in _plain(text) for text in spoken())


def _plain(text: str) -> str:
    """Return the text with one ellipsis for each gap, however many there are side by side."""
    while GAP + GAP in text:
        text = text.replace(GAP + GAP, GAP)
    return text


def _texts(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else GAP
                for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
