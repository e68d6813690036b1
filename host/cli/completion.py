"""The command that has the shell complete commands, options and their values."""

from __future__ import annotations

import click

from .output import document, json_option

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@json_option
def completion(shell: str, *, as_json: bool) -> None:
    """Print what has your shell complete commands and options; see docs/howto/completion.md."""
    from click.shell_completion import get_completion_class

    from . import crmhost

    made = get_completion_class(shell)
    if made is None:
        raise click.UsageError(f"{shell} is not known.")
    source = made(crmhost, {}, "crmhost", "_CRMHOST_COMPLETE").source()
    if as_json:
        document({"shell": shell, "source": source})
    else:
        click.echo(source)
