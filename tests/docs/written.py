"""The parts of pages that are written from the code: `make reference` writes them, a test compares."""

import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from crmhost import errors, hookspecs
from crmhost.fitness import HOOKS
from crmhost.metrics import Figures
from crmhost.plugins import Plugins
from crmhost.settings import PREFIX, Settings
from crmhost.webhooks import EVENTS
from crmhost.wiring import open_house

from ..krayin.calls.rows import ROWS
from .commands import GROUPS
from .cures import made
from .pages import PAGES, ROOT
from .sentences import GAP

PART = re.compile(
    r"(?P<begin><!-- begin (?P<name>[\w-]+): written by make reference -->\n)"
    r".*?(?P<end><!-- end (?P=name) -->)",
    re.DOTALL,
)
BAR = r"\|"
PACKAGES = ("host", "plugins/krayin", "plugins/_reference_leadsquared")
ON_A_PAGE = "[Troubleshooting](../troubleshooting.md) says it"
SAYS_ITSELF = "it is told with it: it depends on what was found"
WIDE = 110
"""Characters of a line of Python."""


def rewritten(page: str) -> str:
    """Return a page's text with each written part as the code has it now."""
    return PART.sub(lambda part: f"{part['begin']}\n{WRITERS[part['name']]()}\n\n{part['end']}", page)


def table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a table in Markdown; a bar in a cell is escaped."""
    lines = [columns, ("---",) * len(columns), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', BAR) for cell in line)} |" for line in lines)


def settings() -> str:
    """Return the table of the environment variables."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else f"`{field.default}`"
        rows.append((f"`{PREFIX}{name.upper()}`", field.description or "", default))
    return table(("variable", "what it is", "default"), rows)


def commands() -> str:
    """Return a section for each command, with its options."""
    return "\n\n".join(part for name, group in GROUPS.items() for part in _command(group, name))


def _command(command: click.Command, path: str) -> Iterator[str]:
    context = click.Context(command, info_name=path)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _command(inner, f"{path} {name}")
        return
    usage = " ".join([path, *command.collect_usage_pieces(context)])
    yield f"## {path}\n\n`{usage}`\n\n{inspect.cleandoc(command.help or '')}"
    records = [param.get_help_record(context) for param in command.params]
    if rows := [(f"`{record[0]}`", record[1]) for record in records if record and record[1]]:
        yield table(("option", "what it does"), rows)


def error_kinds() -> str:
    """Return the table of errors by what the host does next."""
    rows = []
    for kind in vars(errors).values():
        if inspect.isclass(kind) and issubclass(kind, errors.CRMHostError):
            first, _, _ = inspect.cleandoc(kind.__doc__ or "").partition("\n\n")
            told = first.replace("\n", " ").replace("``", "`")
            rows.append((f"`{kind.kind}`", f"`{kind.__name__}`", told))
    return table(("kind", "class", "what it means"), rows)


def cures(folder: str) -> str:
    """Return the table of all sentences that a package's errors say, each with what it says to do."""
    said = {
        (one.message, {GAP: SAYS_ITSELF, "": ON_A_PAGE}.get(one.cure, one.cure))
        for one in made(ROOT / folder)
        if one.kind != "DeliveryRefused" and one.message != GAP
    }
    return table(("sentence", "what it says to do"), sorted(said, key=lambda row: (row[0].casefold(), row)))


def events() -> str:
    """Return the list of Chatwoot's events that are known."""
    return ", ".join(f"`{event}`" for event in EVENTS)


def metrics() -> str:
    """Return the table of the figures for Prometheus, with what each is told apart by."""
    rows = [(f"`{name}`", kind, ", ".join(labels), told) for name, kind, labels, told in _figures()]
    return table(("figure", "kind", "labels", "what it is"), rows)


def _figures() -> Iterator[tuple[str, str, tuple[str, ...], str]]:
    with TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), redis_url="unix:///nowhere", _env_file=None)
        with open_house(settings, Plugins({})) as house:
            for one in Figures(house).collect():
                name = f"{one.name}_total" if one.type == "counter" else one.name
                yield name, one.type, one._labelnames, one.documentation  # type: ignore[attr-defined]


def calls() -> str:
    """Return what each event may cost in calls to Krayin."""
    return table(("what happens", "calls"), ((row.what, str(row.at_most)) for row in ROWS))


def signature(hook: str) -> str:
    """Return a hook's exact signature, as Python."""
    of = inspect.signature(getattr(hookspecs, hook))
    arguments = [f"{one.name}: {one.annotation}" for one in of.parameters.values()]
    line = f"def {hook}({', '.join(arguments)}) -> {of.return_annotation}: ..."
    if len(line) > WIDE:
        inner = "".join(f"    {argument},\n" for argument in arguments)
        line = f"def {hook}(\n{inner}) -> {of.return_annotation}: ..."
    return f"```python\n{line}\n```"


WRITERS: dict[str, Callable[[], str]] = {
    **{f"hook-{hook}": partial(signature, hook) for hook in HOOKS},
    "settings": settings,
    "commands": commands,
    "errors": error_kinds,
    **{f"cures-{Path(folder).name}": partial(cures, folder) for folder in PACKAGES},
    "events": events,
    "metrics": metrics,
    "calls": calls,
}


def main() -> None:
    """Write them all."""
    for page in PAGES:
        text = page.read_text()
        if (now := rewritten(text)) != text:
            page.write_text(now)
            click.echo(f"{page.relative_to(ROOT)} is written anew")


if __name__ == "__main__":
    main()
