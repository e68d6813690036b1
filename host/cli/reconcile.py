"""The command that compares a connection with Chatwoot itself."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from .named import connection_argument
from .output import document, house_of, json_option, table

if TYPE_CHECKING:
    from ..reconcile import Reconciled


@click.command()
@connection_argument
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@json_option
def reconcile(connection: int, *, dry_run: bool, as_json: bool) -> None:
    """Find what was never received, and contacts that are gone in Chatwoot but not in the CRM."""
    from ..reconcile import keep
    from ..reconcile import reconcile as run

    with house_of() as house:
        found = run(house, connection, dry_run=dry_run)
        if not dry_run:
            keep(house, connection, "full", found)
    if as_json:
        since = datetime.fromtimestamp(found.since, UTC).isoformat(timespec="seconds")
        document({"connection": connection, "dry_run": dry_run, **asdict(found), "since": since})
    else:
        _show(found, dry_run=dry_run)


def _show(found: Reconciled, *, dry_run: bool) -> None:
    if found.gone:
        rows = [(one.contact_id, one.now, one.because, one.mend) for one in found.gone]
        table("Gone in Chatwoot", ("Contact", "Now", "How that is known", "What to do"), rows)
    click.echo(
        f"Missed: {found.missed_contacts} contact(s), {found.missed_conversations} conversation(s) that "
        f"began, {found.missed_resolves} that ended" + ("." if dry_run else "; they are worked now.")
    )
    if found.looked_again:
        click.echo(f"Looked at again: {found.looked_again} conversation(s) that changed since.")
