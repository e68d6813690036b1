"""The commands that keep what is stored: a backup, a move into another database, an older schema."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from .output import document, house_of, json_option, read_value, table


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@json_option
def backup(folder: Path, *, as_json: bool) -> None:
    """Copy the data folder's database and key into FOLDER, while crmhost runs."""
    from ..copying import backup as copy

    with house_of() as house:
        files = copy(house, folder)
    if as_json:
        document({"files": [str(file) for file in files]})
    else:
        click.echo(f"{files[0]} and its key {files[1].name} are a whole data folder.")


@click.command()
@click.argument("url")
@json_option
def copy_to(url: str, *, as_json: bool) -> None:
    """Copy everything into the empty database at URL (@file or - keeps its password out of sight)."""
    from ..copying import copy_to as copy

    with house_of() as house:
        counts = copy(house, read_value(url, sys.stdin.read))
        given = house.settings.secret_key is not None
        folder = house.settings.data_dir.resolve()
    if as_json:
        document({"copied": counts})
        return
    table("Copied", ("Table", "Rows"), counts.items())
    click.echo("Set CRMHOST_DATABASE_URL to that address from now on.")
    if not given:
        click.echo(f"Set CRMHOST_SECRET_KEY to what stands in {folder / 'secret.key'}.")


@click.command()
@click.option("--to", "revision", metavar="REVISION", help="Bring the database there, for an older crmhost.")
@json_option
def schema(revision: str | None, *, as_json: bool) -> None:
    """Say which schema the database has; with --to change it, back too. The next start brings it forward."""
    from ..logs import configure
    from ..settings import load_settings
    from ..store.engine import reachable
    from ..store.schema import HEAD, current, migrate, revisions
    from ..wiring import database

    configure()
    store = database(load_settings())
    try:
        reachable(store)
        if revision is not None:
            if revision not in revisions():
                raise click.UsageError(f"There is no schema {revision}; there are {', '.join(revisions())}.")
            migrate(store, revision)
        at = current(store)
    finally:
        store.close()
    if as_json:
        document({"schema": at, "newest": HEAD})
    else:
        click.echo(f"The database has the schema {at}; this crmhost's is {HEAD}.")
