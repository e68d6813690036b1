"""No error of a plugin leaves a person without a word on what to do."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from crmhost import CRMHostError
from crmhost_krayin.clients.errors import Invalid
from crmhost_leadsquared_reference.clients.errors import LeadGone

PLUGINS = Path(__file__).parents[2] / "plugins"


def errors() -> Iterator[str]:
    """Yield the names of all classes of errors that tell the host what to do."""
    classes = [CRMHostError]
    while classes:
        one = classes.pop()
        yield one.__name__
        classes += one.__subclasses__()


@pytest.mark.parametrize(
    ("name", "one", "least"), [("krayin", Invalid, 40), ("_reference_leadsquared", LeadGone, 9)]
)
def test_every_error_of_a_plugin_says_what_to_do(name: str, one: type[CRMHostError], least: int) -> None:
    plugin, known = PLUGINS / name, set(errors())
    calls = [
        (path, call)
        for path in plugin.rglob("*.py")
        if "sandbox" not in path.relative_to(plugin).parts
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in known
    ]
    mute = [
        f"{path.relative_to(plugin)}:{call.lineno} {ast.unparse(call)}"
        for path, call in calls
        if "fix" not in {keyword.arg for keyword in call.keywords}
    ]

    assert len(calls) > least
    assert one.__name__ in known
    assert mute == []
