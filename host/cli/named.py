"""What is named on the command line, and completed by the shell: connections by number, plugins by name."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem
from click.types import IntParamType

if TYPE_CHECKING:
    from collections.abc import Callable

MOST = 2**63 - 1
"""What a record can be numbered at most, in Chatwoot and here."""
Completed = list[CompletionItem]


class Number(IntParamType):
    """The number of a record: a range of that length would only be in the way in help."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read the number, or say that it is none."""
        number: int = super().convert(value, param, ctx)
        if not 0 < number <= MOST:
            self.fail(f"{number} is not the number of a record.", param, ctx)
        return number


NUMBER = Number()


class Told(click.Argument):
    """An argument with a word on it: click before 8.5 knows none, and has it among the options."""

    def __init__(self, *args: Any, told: str, **attrs: Any) -> None:
        super().__init__(*args, **attrs)
        self.help = told

    def get_help_record(self, ctx: click.Context) -> tuple[str, str]:
        """Return what help says of it."""
        return self.make_metavar(ctx), self.help or ""


def connections_there(_ctx: click.Context, _param: click.Parameter, typed: str) -> Completed:
    """Return the connections whose number begins so, each with its name. Nothing is made by looking."""
    return [
        CompletionItem(str(number), help=name)
        for number, name in _quietly(_connections).items()
        if str(number).startswith(typed)
    ]


def plugins_there(_ctx: click.Context, _param: click.Parameter, typed: str) -> Completed:
    """Return the installed plugins whose name begins so, each with its CRM."""
    return [
        CompletionItem(name, help=title)
        for name, title in _quietly(_plugins).items()
        if name.startswith(typed)
    ]


def _connections() -> dict[Any, str]:
    from ..doctor import Patient
    from ..naming import names
    from ..settings import load_settings
    from ..store import connections
    from ..vault import Vault
    from ..wiring import key_of

    with ExitStack() as parts:
        patient = Patient(load_settings(), ask=False, parts=parts)
        if patient.is_new:
            return {}
        with patient.store.read() as tx:
            every = connections.every(tx, Vault(key_of(patient.settings)))
        return dict(names(patient.plugins, every))


def _plugins() -> dict[Any, str]:
    from ..plugins import discover

    return {name: plugin.info.title for name, plugin in discover().found.items()}


def _quietly(look: Callable[[], dict[Any, str]]) -> dict[Any, str]:
    """Look; where that is impossible there is nothing to complete: who runs the command is told why."""
    import logging

    from sqlalchemy.exc import SQLAlchemyError

    from ..errors import CRMHostError
    from ..logs import configure

    configure(logging.CRITICAL)
    try:
        return look()
    except (CRMHostError, SQLAlchemyError, OSError):
        return {}


connection_argument = click.argument(
    "connection",
    cls=Told,
    type=NUMBER,
    shell_complete=connections_there,
    told="Its number: crmhost connections lists them.",
)
plugin_argument = click.argument(
    "plugin", cls=Told, shell_complete=plugins_there, told="Its name: crmhost plugins lists them."
)
