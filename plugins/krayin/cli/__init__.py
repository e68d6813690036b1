"""The command crmhost-krayin: what helps to work with Krayin. Commands are imported when they are used."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

COMMANDS = {
    "sandbox": ("sandbox", "sandbox"),
    "attributes": ("attributes", "attributes"),
    "preview-account": ("preview", "preview_account"),
}
"""Each command's module and name there."""


class LateCommands(click.Group):
    """A group whose commands are imported one at a time."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the commands in the order in which one needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f".{module}", __package__), name)
        return command

    def main(self, args: Sequence[str] | None = None, *rest: Any, **options: Any) -> Any:
        """Run a command; with ``--json`` a wrong usage is one document as well."""
        words = list(sys.argv[1:] if args is None else args)
        if "--json" not in words:
            return super().main(args, *rest, **options)
        from .output import document

        try:
            status = super().main(words, *rest, **{**options, "standalone_mode": False})
        except click.ClickException as error:
            document({"error": {"kind": "usage", "message": error.format_message(), "fix": ""}})
            status = error.exit_code
        sys.exit(status)


@click.group(cls=LateCommands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Help with Krayin."""
