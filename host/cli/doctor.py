"""The command that looks for what is wrong."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

from .output import document, json_option, table


@click.command()
@click.option("--offline", is_flag=True, help="Ask no CRM and no Chatwoot.")
@json_option
def doctor(*, offline: bool, as_json: bool) -> None:
    """Look for what is wrong with plugins, database, Redis, clock and connections; change nothing."""
    from ..doctor import examine
    from ..logs import configure
    from ..settings import load_settings

    configure()
    found = examine(load_settings(), ask=not offline)
    wrong = [one for one in found if one.state == "problem"]
    if as_json:
        document({"ok": not wrong, "checks": [asdict(one) for one in found]})
    else:
        rows = [(one.check, one.state, " ".join(filter(None, (one.said, one.fix)))) for one in found]
        table("Examined", ("What", "State", "What was found, and what to do"), rows)
        doubts = sum(one.state == "warning" for one in found)
        click.echo(f"{len(wrong)} problem(s), {doubts} warning(s).")
    if wrong:
        sys.exit(1)
