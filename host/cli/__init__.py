"""The command line. Commands live in the modules beside this one and are imported when they are used."""

from __future__ import annotations

import io
import sys

import click

from .._version import __version__
from ..errors import CRMHostError
from .output import failure

COMMANDS = {
    "demo": "demo",
    "stand-in": "demo",
    "init": "init",
    "serve": "run",
    "worker": "run",
    "plugins": "look",
    "connect": "connect",
    "connections": "look",
    "secret": "connect",
    "set": "connect",
    "card": "connect",
    "completion": "completion",
    "check": "connect",
    "pause": "connect",
    "resume": "connect",
    "disconnect": "connect",
    "links": "links",
    "preview": "preview",
    "reconcile": "reconcile",
    "backfill": "backfill",
    "status": "look",
    "deliveries": "look",
    "replay": "mend",
    "rotate-key": "mend",
    "chatwoot-sandbox": "chatwoot_sandbox",
    "users": "users",
    "doctor": "doctor",
    "new-plugin": "author",
    "certify": "author",
    "scan-cassettes": "author",
    "backup": "keep",
    "copy-to": "keep",
    "schema": "keep",
    "export": "privacy",
    "forget": "privacy",
}
"""Each command's module."""
SECTIONS = {
    "Look, where something is wrong": ("status", "doctor", "deliveries", "connections", "check", "plugins"),
    "Mend": ("replay", "resume", "pause", "set", "secret", "reconcile", "preview"),
    "Connect": ("connect", "card", "links", "backfill", "disconnect"),
    "Run": ("init", "serve", "worker", "users", "completion"),
    "Keep": ("backup", "copy-to", "schema", "rotate-key", "export", "forget"),
    "Try": ("demo", "stand-in", "chatwoot-sandbox"),
    "Write a plugin": ("new-plugin", "certify", "scan-cassettes"),
}
"""What each command is for, as help lists them: first what is needed in a hurry."""
NAMES = {"set": "change"}
"""A command whose name is a word of Python's own is called otherwise there."""

LENGTH = 200
"""Letters of a command's first sentence: all of it."""
HINT = (
    "Each command takes --json, and ends with status 0 done, 1 failed, 2 wrong usage. Something is wrong? "
    "crmhost status says what waits and why, crmhost doctor looks at everything and says what to do."
)


class LateCommands(click.Group):
    """A group whose commands are imported one at a time, so that --help is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the commands in the order a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        from importlib import import_module

        module = import_module(f".{COMMANDS[cmd_name]}", __package__)
        command: click.Command = getattr(module, NAMES.get(cmd_name, cmd_name.replace("-", "_")))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands by what they are for, each with its whole first sentence."""
        for title, names in SECTIONS.items():
            commands = {name: self.get_command(ctx, name) for name in names}
            rows = [(name, one.get_short_help_str(LENGTH)) for name, one in commands.items() if one]
            with formatter.section(title):
                formatter.write_dl(rows)


@click.group(cls=LateCommands, epilog=HINT, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def crmhost() -> None:
    """Keep a CRM in step with Chatwoot."""


def main() -> None:
    """Run one command: exit status 0 done, 1 failed, 2 wrong usage."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    as_json = "--json" in sys.argv
    try:
        status = crmhost.main(standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        status = 2
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "crmhost"
        failure("usage", error.format_message(), f"See: {where} --help", as_json=as_json)
        status = 2
    except CRMHostError as error:
        failure(error.kind, str(error), error.fix, error.report, as_json=as_json)
        status = 1
    except click.Abort:
        status = 130
    sys.exit(status)
