"""The command that has the shell complete commands, options and their values."""

from __future__ import annotations

import click

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print what has your shell complete commands and options; see docs/howto/completion.md."""
    from click.shell_completion import get_completion_class

    from . import crmhost

    made = get_completion_class(shell)
    if made is None:
        raise click.UsageError(f"{shell} is not known.")
    click.echo(made(crmhost, {}, "crmhost", "_CRMHOST_COMPLETE").source())
