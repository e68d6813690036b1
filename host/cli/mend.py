"""The commands that mend: dead deliveries tried again, a key made anew."""

from __future__ import annotations

import sys
import time

import click

from ..errors import CRMHostError
from .named import NUMBER, Told, connections_there
from .output import document, house_of, json_option, table


@click.command()
@click.argument(
    "ids", cls=Told, nargs=-1, type=NUMBER, told="Their numbers: crmhost deliveries --state dead lists them."
)
@click.option(
    "--connection",
    type=NUMBER,
    shell_complete=connections_there,
    help="All dead deliveries of this connection.",
)
@click.option("--since", help="All dead ones received since: 30m, 2h, 3d, or a date and time (UTC).")
@click.option("--reason", default="", help="All dead ones whose reason has these words in it.")
@click.option("--dry-run", is_flag=True, help="Only say which would be tried again.")
@json_option
def replay(
    ids: tuple[int, ...],
    connection: int | None,
    since: str | None,
    reason: str,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Try dead deliveries again, in order, where no newer state would be overwritten."""
    from ..replay import batches, moment
    from ..store import connections
    from ..store.dead import Chosen

    if bool(ids) == bool(connection or since or reason):
        raise click.UsageError(
            "Name deliveries by their ids, or choose them by --connection, --since, --reason."
        )
    wanted = Chosen(ids, connection, moment(since, time.time()) if since else None, reason)
    with house_of() as house:
        if connection:
            with house.store.read() as tx:
                connections.get(tx, house.vault, connection)
        done = list(batches(house, wanted, dry_run=dry_run))
    again = [key for batch in done for key in batch.ids]
    refused = [item for batch in done for item in batch.refused.items()]
    if as_json:
        left = [{"id": key, "reason": why} for key, why in refused]
        document({"replayed": again, "refused": left, "dry_run": dry_run})
    else:
        rows = [(key, "would be tried again" if dry_run else "is tried again") for key in again]
        table("Deliveries", ("Id", "What becomes of it"), [*rows, *refused])
    if ids and refused and not again:
        if as_json:
            sys.exit(1)
        raise CRMHostError("None of them is tried again.", fix="The table says why.")


@click.command()
@json_option
def rotate_key(*, as_json: bool) -> None:
    """Encrypt all secrets with a new key."""
    from ..rotation import rotate

    with house_of() as house:
        count = rotate(house)
        given = house.settings.secret_key is not None
    if as_json:
        document({"connections": count})
        return
    click.echo(f"The secrets of {count} connection(s) are encrypted with the new key.")
    if given:
        click.echo("The old key can be taken out of CRMHOST_SECRET_KEY now.")
