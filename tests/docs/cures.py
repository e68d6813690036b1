"""Every error that is made in the code: what it says and what it says to do, … for what is filled in."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from crmhost import CRMHostError, errors

from .pages import ROOT
from .sentences import GAP

CODE = (ROOT / "host", ROOT / "plugins")
HOLE = re.compile(r"%\(\w+\)[sd]")
Scope = dict[str, ast.expr]


@dataclass(frozen=True)
class Made:
    """An error where it is made: its class, its sentence, and what it says to do, if anything."""

    file: Path
    line: int
    kind: str
    message: str
    cure: str

    @property
    def place(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line}"


def made(*folders: Path) -> Iterator[Made]:
    """Yield every error that is made in these folders, sandboxes and what is no Python of ours left out."""
    for folder in folders:
        for file in sorted(folder.rglob("*.py")):
            if "sandbox" not in file.relative_to(folder).parts:
                yield from _made_in(file)


@cache
def kinds() -> frozenset[str]:
    """Return the names of all classes of errors that tell the host what to do."""
    bases = {CRMHostError.__name__} | _classes({CRMHostError.__name__})
    while (more := bases | _classes(bases)) != bases:
        bases = more
    return frozenset(bases)


def _classes(bases: set[str]) -> set[str]:
    return {
        node.name
        for tree in _trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base) in bases for base in node.bases)
    }


@cache
def _trees() -> dict[Path, ast.Module]:
    return {file: ast.parse(file.read_text()) for folder in CODE for file in folder.rglob("*.py")}


@cache
def _constants() -> Scope:
    """Return what has a name in capitals, in any module: no two have the same of those that errors say."""
    found: Scope = {}
    for tree in _trees().values():
        found |= {name: value for _, name, value in _assigned(tree.body) if name.isupper()}
    return found


def _assigned(body: Iterable[ast.stmt]) -> Iterator[tuple[int, str, ast.expr]]:
    """Yield what is given a name: in which line, the name, what it is."""
    for statement in body:
        for node in ast.walk(statement):
            targets = node.targets if isinstance(node, ast.Assign) else ()
            for target in targets:
                yield from _named(node.lineno, target, node.value)  # type: ignore[attr-defined]


def _named(line: int, target: ast.expr, value: ast.expr) -> Iterator[tuple[int, str, ast.expr]]:
    if isinstance(target, ast.Name):
        yield line, target.id, value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for name, part in zip(target.elts, value.elts, strict=False):
            yield from _named(line, name, part)


def _made_in(file: Path) -> Iterator[Made]:
    tree = _trees()[file]
    named = {name: value for _, name, value in _assigned(tree.body) if name.isupper()}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in kinds():
            yield _made(file, node, _constants() | named | _before(tree, node))


def _before(tree: ast.Module, call: ast.Call) -> Scope:
    """Return what was given a name last, before the call, in the functions around it."""
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.lineno <= call.lineno <= (node.end_lineno or 0)
    ]
    found = sorted(
        (one for node in around for one in _assigned(node.body) if one[0] <= call.lineno),
        key=lambda one: one[0],
    )
    return {name: value for _, name, value in found}


def _made(file: Path, call: ast.Call, scope: Scope) -> Made:
    kind = ast.unparse(call.func)
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    # An error's sentence is its last argument, but for Krayin's, which has what it said of fields after it.
    said = call.args[0 if kind == "Invalid" else -1]
    cure = _text(named["fix"], scope) if "fix" in named else _usual(kind)
    return Made(file, call.lineno, kind, _text(said, scope), cure)


def _usual(kind: str) -> str:
    """Return what a class of errors says to do where nothing else is said."""
    return str(inspect.signature(getattr(errors, kind, CRMHostError)).parameters["fix"].default)


def _text(node: ast.expr, scope: Scope) -> str:
    """Return what an expression says, as far as it stands in the code."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return _plain("".join(_text(part, scope) for part in node.values))
    if isinstance(node, ast.FormattedValue):
        of_code = isinstance(node.value, ast.Name) and node.value.id.isupper()
        return _text(node.value, scope) if of_code else GAP
    if isinstance(node, ast.BinOp):
        return _plain(_text(node.left, scope) + _text(node.right, scope))
    if isinstance(node, ast.IfExp):
        return " / ".join((_text(node.body, scope), _text(node.orelse, scope)))
    if isinstance(node, ast.Name) and node.id in scope:
        return _text(scope[node.id], {name: value for name, value in scope.items() if name != node.id})
    if isinstance(node, ast.Call) and ast.unparse(node.func) in {"_", "gettext"}:
        return HOLE.sub(GAP, _text(node.args[0], scope))
    return GAP


def _plain(text: str) -> str:
    return re.sub(f"{GAP}+", GAP, text)
