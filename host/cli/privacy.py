"""The commands that a person's rights ask for: what is held of them, and to be forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .named import NUMBER, connection_argument
from .output import document, house_of, json_option, table

if TYPE_CHECKING:
    from ..forgetting import Receipt

contact_option = click.option("--contact", type=NUMBER, required=True, help="Its number in Chatwoot.")


@click.command()
@connection_argument
@contact_option
@click.option("--json", is_flag=True, expose_value=False, help="As without it: one JSON document.")
def export(connection: int, contact: int) -> None:
    """Print all that is held of a contact, as one JSON document."""
    from ..forgetting import export as read

    with house_of() as house:
        rows = read(house, connection, contact)
    document({"connection": connection, "contact": contact, "held": rows})


@click.command()
@connection_argument
@contact_option
@click.option(
    "--crm/--no-crm",
    default=None,
    help="Remove its records in the CRM as well, before ours.  [default: CRMHOST_FORGET_IN_CRM]",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be forgotten.")
@click.option("--yes", is_flag=True, help="Really: nothing of it can be brought back.")
@json_option
def forget(
    connection: int, contact: int, *, crm: bool | None, dry_run: bool, yes: bool, as_json: bool
) -> None:
    """Forget a contact: what is held here, and with --crm what the CRM has. Prints a receipt."""
    from ..forgetting import as_document
    from ..forgetting import forget as drop

    with house_of() as house:
        theirs = house.settings.forget_in_crm if crm is None else crm
        if not (yes or dry_run):
            what = "Its person, leads and notes in the CRM go too: see" if theirs else "See"
            raise click.UsageError(f"It cannot be undone. {what} what with --dry-run, then add --yes.")
        receipt = drop(house, connection, contact, crm=theirs, dry_run=dry_run)
    if as_json:
        told = {"connection": connection, "contact": contact, "dry_run": dry_run}
        document(told | as_document(receipt))
    else:
        _show(contact, receipt, dry_run=dry_run)


def _show(contact: int, receipt: Receipt, *, dry_run: bool) -> None:
    would = "would be " if dry_run else ""
    if receipt.crm:
        rows = [(one.kind, one.remote_id, f"{would}{one.action}", one.note) for one in receipt.crm]
        table("In the CRM", ("Kind", "Id", "What becomes of it", "Why"), rows)
    kept = ", ".join(f"{count} of {name}" for name, count in receipt.ours.items()) or "nothing was held"
    click.echo(f"Contact {contact}, {would}forgotten here: {kept}.")
    if receipt.in_chatwoot:
        click.echo("Chatwoot still has the contact: delete it there, or its next event brings it back.")
