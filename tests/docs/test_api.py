"""Whatever a plugin's author can call says what it does: in which units, of what shape, and how it fails."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from types import ModuleType

import pytest

import crmhost
import crmhost.testing

from .pages import ROOT

FRONT = {"crmhost": crmhost, "crmhost.testing": crmhost.testing}
MEASURED = re.compile(
    r"(_at|^at|seconds|delay|wait|timeout|patience|since|until|_minute|bytes|size|duration)$"
)
"""How the name ends of what is counted in something."""
UNITS = re.compile(r"second|minute|byte|UTC")
SHAPELESS = re.compile(r"\bAny\b|\bdict\b|\bMapping\b")


def named(module: ModuleType) -> Iterator[tuple[str, ast.ClassDef | ast.FunctionDef]]:
    """Yield the public classes and functions of a module, each as it is written."""
    for name in module.__all__:
        thing = getattr(module, name)
        if inspect.isclass(thing) or inspect.isfunction(thing):
            (node,) = ast.parse(textwrap.dedent(inspect.getsource(thing))).body
            assert isinstance(node, ast.ClassDef | ast.FunctionDef)
            yield f"{module.__name__}.{name}", node


def functions(module: ModuleType) -> Iterator[tuple[str, ast.FunctionDef, str]]:
    """Yield all that can be called: where, what it is, what is said of it, of a constructor by its class."""
    for where, node in named(module):
        if isinstance(node, ast.FunctionDef):
            yield where, node, ast.get_docstring(node) or ""
            continue
        for part in node.body:
            if isinstance(part, ast.FunctionDef) and (
                part.name == "__init__" or not part.name.startswith("_")
            ):
                said = ast.get_docstring(node if part.name == "__init__" else part) or ""
                yield f"{where}.{part.name}", part, said


def attributes(module: ModuleType) -> Iterator[tuple[str, ast.AnnAssign, str]]:
    """Yield all attributes of public classes with what is said of each, and of its class."""
    for where, node in named(module):
        for part, after in zip(node.body, [*node.body[1:], None], strict=True):
            if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
                own = after.value if isinstance(after, ast.Expr) else None
                said = str(own.value) if isinstance(own, ast.Constant) else ""
                yield f"{where}.{part.target.id}", part, f"{ast.get_docstring(node)} {said}".strip()


def undocumented(module: ModuleType) -> Iterator[str]:
    """Yield each public method and property that has no docstring, of its own or inherited."""
    for name in module.__all__:
        thing = getattr(module, name)
        for attribute, value in vars(thing).items() if inspect.isclass(thing) else ():
            is_called = inspect.isfunction(value) or isinstance(value, property | classmethod | staticmethod)
            if is_called and not attribute.startswith("_") and not inspect.getdoc(getattr(thing, attribute)):
                yield f"{name}.{attribute}"


@pytest.mark.parametrize("name", FRONT)
def test_every_public_method_says_what_it_does(name: str) -> None:
    assert list(undocumented(FRONT[name])) == []


@pytest.mark.parametrize("name", FRONT)
def test_what_is_counted_says_in_what(name: str) -> None:
    arguments = [
        (f"{where}({one.arg})", one.arg, said)
        for where, node, said in functions(FRONT[name])
        for one in (*node.args.args, *node.args.kwonlyargs)
    ]
    fields = [(where, where.rpartition(".")[2], said) for where, _, said in attributes(FRONT[name])]

    odd = [
        where for where, one, said in (*arguments, *fields) if MEASURED.search(one) and not UNITS.search(said)
    ]

    assert odd == []


@pytest.mark.parametrize("name", FRONT)
def test_what_may_hold_anything_says_what_it_holds(name: str) -> None:
    """By a word on itself, or in its class's."""
    odd = [
        where
        for where, node, said in attributes(FRONT[name])
        if SHAPELESS.search(ast.unparse(node.annotation))
        and not re.search(rf"``{where.rpartition('.')[2]}``|\n|``\{{|JSON|[Bb]y ", said)
    ]

    assert odd == []


@pytest.mark.parametrize("name", FRONT)
def test_what_raises_says_so(name: str) -> None:
    silent = [
        f"{where}: {error}"
        for where, node, said in functions(FRONT[name])
        for error in raised(node)
        if error not in said
    ]

    assert silent == []


def raised(node: ast.AST) -> set[str]:
    """Return the errors that a function raises itself, by the names of their classes."""
    found = (one.exc for one in ast.walk(node) if isinstance(one, ast.Raise) and one.exc)
    names = {ast.unparse(one.func if isinstance(one, ast.Call) else one).rpartition(".")[2] for one in found}
    return {name for name in names if name[:1].isupper()}


def test_the_reference_is_built_of_all_that_is_public() -> None:
    page = (ROOT / "docs" / "reference" / "api.md").read_text()

    assert set(re.findall(r"automodule:: (\S+)", page)) == set(FRONT)
