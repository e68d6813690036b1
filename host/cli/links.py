"""The commands about links: which CRM record belongs to which of Chatwoot's."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import CRMHostError
from .named import NUMBER, connection_argument
from .output import document, house_of, json_option, table

if TYPE_CHECKING:
    from ..link_import import Imported


@click.group()
def links() -> None:
    """Take over which CRM record belongs to which contact."""


@links.command("import")
@connection_argument
@click.option("--csv", "file", type=click.Path(path_type=Path), help="A file with ids.")
@click.option("--from-chatwoot", is_flag=True, help="The ids that Chatwoot's fork with Krayin wrote there.")
@click.option("--replace", is_flag=True, help="Where another id is linked already, take the new one.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@json_option
def import_(
    connection: int, file: Path | None, *, from_chatwoot: bool, replace: bool, dry_run: bool, as_json: bool
) -> None:
    """Take over ids from a CSV, or out of Chatwoot's contacts. Exit status 1 where some are refused."""
    from ..link_import import import_csv, import_from_chatwoot

    if (file is None) != from_chatwoot:
        raise click.UsageError("Say where the ids are: --csv FILE or --from-chatwoot.")
    with house_of() as house:
        if file is None:
            done = import_from_chatwoot(house, connection, replace=replace, dry_run=dry_run)
        else:
            done = import_csv(house, connection, _text(file), replace=replace, dry_run=dry_run)
    if as_json:
        document({"connection": connection, "dry_run": dry_run, **asdict(done)})
    else:
        _show(done, dry_run=dry_run)
    if done.refused:
        sys.exit(1)


@links.command()
@connection_argument
@click.option("--contact", type=NUMBER, required=True, help="Its number in Chatwoot.")
@json_option
def forget(connection: int, contact: int, *, as_json: bool) -> None:
    """Forget what the CRM has of a contact that is gone in Chatwoot; the CRM keeps it."""
    from ..link_import import forget as drop

    with house_of() as house:
        dropped = drop(house, connection, contact)
    if as_json:
        document({"connection": connection, "contact": contact, "forgotten": dropped})
    else:
        click.echo(f"Links of contact {contact} forgotten: {dropped}.")


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        fix = "Name a file in UTF-8 that this user may read."
        raise CRMHostError(f"{file} cannot be read: {error}.", fix=fix) from error


def _show(done: Imported, *, dry_run: bool) -> None:
    if done.refused:
        table("Refused", ("Where", "Why"), [(one.where, one.problem) for one in done.refused])
    would = "would be " if dry_run else ""
    click.echo(
        f"Links {would}added: {done.added}, replaced: {done.replaced}, "
        f"left as they are: {done.kept}; refused: {len(done.refused)}."
    )
