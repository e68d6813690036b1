"""The sentences that the code says to people, in English where they arise: found in it, not picked by hand.

The host and its plugins know no language. What they say is read on pages in the reader's own, so each
sentence must be known to the catalogues, with holes where something is put in; ``make words`` keeps them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
UNHEARD = {
    "cli", "testing", "demo", "sandbox", "migrations", "scaffold", "commands",
    "host/copying.py", "host/doctor.py", "host/embedded.py", "host/env_file.py", "host/forgetting.py",
    "host/link_import.py", "host/rotation.py", "host/rabbitmq.py", "host/server.py", "host/settings.py",
    "host/store/engine.py", "host/store/schema.py", "host/visit.py", "host/wiring.py",
    "plugins/krayin/forgetting.py", "plugins/krayin/previewing.py",
    "plugins/krayin/mappers/new_attributes.py",  # on a terminal
    "host/metrics.py", "host/probes.py",  # to machines
    "host/messenger.py", "host/reconcile/clock.py", "host/reconcile/gone.py", "host/tracing.py",  # in the log
    "host/__init__.py", "host/pytest_plugin.py", "host/store/many.py", "host/store/pulse.py",
    "host/store/clock.py",
    "plugins/krayin/differences.py", "stand_in.py",  # to authors
    "host/admin/headers.py", "host/admin/drawing.py", "host/admin/words.py", "logo.py", "sayings.py",
    # no words
    "plugins/krayin/mappers/conversation.py", "plugins/krayin/mappers/message.py",
    "plugins/_reference_leadsquared/mappers/note.py",  # in the CRM
}  # fmt: skip
"""Rooms and modules whose words no page shows, nor a message to operators."""
SHOWN = {
    "ReportLine": (0, 1, 3),
    "Finding": (0, 2, 3),
    "Misfit": (0, 1),
    "CardAction": (1,),
    "Choice": (1,),
    "pause": (2, 3),
    "Wish": (1,),
    "Idle": (2,),
    "_line": (1,),
    "at": (0,),
}
"""Where the words are in what is shown as it is."""
RAISED = re.compile(
    r"(?!Attribute).*Error|TryAgain|Rejected|Superseded|Unfit|Failed|Missing|NotYet|Invalid|Overlaps"
)
NUMBERS = re.compile(r"(.*_)?id|count|status|len")
"""What is a number, by its name."""
SENTENCE = re.compile(r"[A-Z%«].* .*[.?:)]( ?%\(\w+\)[sd])?", re.DOTALL)
CLAUSE = re.compile(
    r"\b(a|already|an|and|are|as|at|be|by|for|from|has|have|in|is|it|its|no|none|not|of|on|or|that|the|this|to"
    r"|was|were|which|who|with)\b"
)
"""What tells a clause, which begins small and has no full stop, from a name or a piece of code."""
LETTERS = 7
"""Fewer tell no sentence with holes from another."""
UNSAID = re.compile(
    r"(crmhost|pip|return) .*|.*\\.*|local \w+ = .*|<id from .*|none of its options"
    r"|(crmhost asks what|Made and removed at once by crmhost).*|Chatwoot reference"
    r"|not applied yet|no answer",
    re.DOTALL,
)
"""What only looks like it: what is typed, patterns, scripts, what is written into the CRM or the log."""
MARKED = {"_", "N_", "gettext", "ngettext", "Field", "compile"}
"""Calls whose words are found elsewhere: of the pages themselves by Babel, of settings by their models; or
are none, but a pattern's."""


def heard(room: Path) -> dict[str, str]:
    """Return the sentences that a room's modules say, and in which module each is said first."""
    found: dict[str, str] = {}
    for file in sorted(room.rglob("*.py")):
        if UNHEARD.isdisjoint((*file.relative_to(room).parts, file.relative_to(ROOT).as_posix())):
            for sentence in sentences(file.read_text()):
                found.setdefault(sentence, file.relative_to(ROOT).as_posix())
    return found


def sentences(code: str) -> Iterator[str]:
    """Yield what a module says, each with holes such as ``%(id)d`` where something is put in."""
    tree = ast.parse(code)
    looking = _Looking(dict(_constants(tree)))
    looking.visit(tree)
    filled_in_later = re.search(r"\.format\((\w+=|\*\*)|\.replace\(\"{}\"", code)
    said = [*looking.shown, *filter(_is_said, looking.said)]
    told = (_holed(text) if filled_in_later else text for text in said)
    yield from (text for text in told if _tells(text) and not UNSAID.fullmatch(text))


def _is_said(text: str) -> bool:
    """Whether a text is a sentence or a clause for people."""
    own = re.sub(r"%\(\w+\)[sd]", "", text)
    clause = " " in own.strip() and CLAUSE.search(own) and not re.search(r"\{(?!\w*\})", text)
    return bool(SENTENCE.fullmatch(text) or clause)


def _holed(text: str) -> str:
    """Return a text that ``format`` fills in with the holes of one that is filled in at once."""
    return re.sub(r"\{(\w*)\}", lambda hole: f"%({hole[1] or 'count'}){_kind(hole[1] or 'count')}", text)


def _tells(text: str) -> bool:
    return len(_letters(text)) >= (LETTERS if "%(" in text else 3)


class _Looking(ast.NodeVisitor):
    """Goes through a module: ``shown`` are texts that stand where people read, ``said`` all others."""

    def __init__(self, constants: Mapping[str, str]) -> None:
        self._constants = constants
        self.shown: list[str] = []
        self.said: list[str] = []
        self._before: dict[str, list[ast.expr]] = {}

    def visit_Expr(self, node: ast.Expr) -> None:
        """Leave docstrings out."""
        if not isinstance(node.value, ast.Constant):
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """Take what is shown and what is raised; leave out what is logged."""
        name = _called(node.func)
        if name in MARKED or (isinstance(node.func, ast.Attribute) and _called(node.func.value) == "log"):
            return
        places = (0,) if RAISED.fullmatch(name) else SHOWN.get(name, ())
        shown = [node.args[place] for place in places if place < len(node.args)]
        shown += [word.value for word in node.keywords if word.arg in {"fix", "note", "ignored"}]
        self.shown += [text for one in shown for text in self._texts(one)]
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Keep what is given a name first, and said afterwards."""
        before, self._before = self._before, {}
        for one in ast.walk(node):
            for target in one.targets if isinstance(one, ast.Assign) else ():
                if isinstance(target, ast.Name):
                    self._before.setdefault(target.id, []).append(one.value)  # type: ignore[attr-defined]
        self.generic_visit(node)
        self._before = before

    def _texts(self, node: ast.AST, depth: int = 0) -> Iterator[str]:
        """Yield the texts that an expression may be."""
        each: list[ast.expr] = []
        if isinstance(node, ast.IfExp):
            each = [node.body, node.orelse]
        elif isinstance(node, ast.BoolOp):
            each = node.values
        elif isinstance(node, ast.Name) and depth < 3:
            each = self._before.get(node.id, [])
        yield self._text(node)
        for one in each:
            yield from self._texts(one, depth + 1)

    def visit_Raise(self, node: ast.Raise) -> None:
        """Take a reason, whatever it is called."""
        if isinstance(node.exc, ast.Call) and node.exc.args and _called(node.exc.func) != "AttributeError":
            self.shown += [text for text in self._texts(node.exc.args[0]) if " " in text]
        self.generic_visit(node)

    def visit_Module(self, node: ast.Module) -> None:
        """Take the words of a module's tables, wherever they are put in."""
        tables = [getattr(one, "value", None) for one in node.body]
        values = [value for one in tables if isinstance(one, ast.Dict) for value in one.values]
        cells = [cell for value in values for cell in getattr(value, "elts", [value])]
        self.shown += [text for text in map(self._text, cells) if " " in text]
        self.generic_visit(node)

    def visit_Yield(self, node: ast.Yield) -> None:
        """Take a reason that comes with what it is about."""
        if isinstance(node.value, ast.Tuple):
            self.shown += [text for text in map(self._text, node.value.elts[1:]) if " " in text]
        self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Take a text as a whole, and look into what is put in."""
        self.said.append(self._text(node))
        for one in node.values:
            if isinstance(one, ast.FormattedValue):
                self.visit(one.value)

    def visit_Constant(self, node: ast.Constant) -> None:
        """Take a text."""
        self.said.append(self._text(node))

    def _text(self, node: ast.AST | None) -> str:
        """Return a text with its holes, without blanks around it; "" where the code has none there.

        What a module gives a name once and for all is no hole.
        """
        if isinstance(node, ast.Constant):
            return node.value.strip() if isinstance(node.value, str) else ""
        named, made = _Names(), ""
        for one in node.values if isinstance(node, ast.JoinedStr) else ():
            put_in = one.value if isinstance(one, ast.FormattedValue) else one
            if fixed := self._fixed(put_in):
                made += fixed.replace("%", "%%")
            else:
                made += named.hole(put_in)
        return made.strip()

    def _fixed(self, node: ast.AST) -> str | None:
        """Return a text that is always the same."""
        if isinstance(node, ast.Constant):
            return str(node.value)
        return self._constants.get(node.id) if isinstance(node, ast.Name) else None


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield the texts to which a module gives names."""
    for one in tree.body:
        if isinstance(one, ast.Assign) and isinstance(one.value, ast.Constant):
            for target in one.targets:
                if isinstance(target, ast.Name) and isinstance(one.value.value, str):
                    yield target.id, one.value.value


def _called(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _letters(text: str) -> str:
    return "".join(re.findall("[A-Za-z]", re.sub(r"%\(\w+\)[sd]", "", text)))


class _Names:
    """Names holes after what is put in; another thing of the same name gets a number."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def hole(self, node: ast.AST) -> str:
        """Return the hole for what an expression gives."""
        wished, key = _name(node), ast.unparse(node)
        taken = [name for known, name in self._known.items() if known != key]
        name = next(one for one in (wished, *(f"{wished}{n}" for n in range(2, 10))) if one not in taken)
        self._known[key] = name
        return f"%({name}){_kind(wished)}"


def _kind(name: str) -> str:
    return "d" if NUMBERS.fullmatch(name) else "s"


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id.strip("_").lower()
    if isinstance(node, ast.Attribute):
        return "kind" if node.attr == "__name__" else node.attr.strip("_")
    if isinstance(node, ast.Call) and node.args and _called(node.func) in {"get", "join"}:
        return _name(node.args[0]) if _called(node.func) == "get" else "those"
    if isinstance(node, ast.Call):
        return _name(node.func)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value if node.value.isidentifier() else "what"
    if isinstance(node, ast.Subscript):
        return _name(node.slice) if isinstance(node.slice, ast.Constant) else _name(node.value)
    return "what"
