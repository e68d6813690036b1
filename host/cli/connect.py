"""The commands that make and change connections."""

from __future__ import annotations

import sys
from dataclasses import astuple

import click

from ..errors import SettingsError
from .output import document, house_of, json_option, read_pairs, table


@click.command()
@click.argument("plugin")
@click.option(
    "--account", type=click.IntRange(1, 2**63 - 1), required=True, help="Number of the Chatwoot account."
)
@click.option(
    "--set", "pairs", multiple=True, metavar="KEY=VALUE", help="A setting; @file or - for a secret."
)
@click.option("--webhook-secret", help="The secret that Chatwoot shows for the webhook, if known already.")
@click.option("--unsigned", is_flag=True, help="Take webhooks without a signature (Chatwoot before 4.11.2).")
@json_option
def connect(
    plugin: str,
    account: int,
    pairs: tuple[str, ...],
    webhook_secret: str | None,
    *,
    unsigned: bool,
    as_json: bool,
) -> None:
    """Join a Chatwoot account to a CRM."""
    from ..connect import connect as make

    values = read_pairs(pairs, sys.stdin.read)
    with house_of() as house:
        made = make(house, plugin, account, values, webhook_secret=webhook_secret, unsigned=unsigned)
        url = house.settings.base_url + made.connection.webhook_path
    report = [{"name": line.name, "found": line.found} for line in made.report]
    if as_json:
        document({"connection": made.connection.id, "webhook_url": url, "report": report})
        return
    table(f"Connection {made.connection.id}", ("Checked", "Found"), [astuple(line) for line in made.report])
    click.echo(f"\nIn Chatwoot, under Settings → Integrations → Webhooks, add this URL:\n  {url}")
    click.echo("with the events: conversation created, conversation status changed, conversation updated,")
    click.echo("contact created, contact updated.")
    if not webhook_secret and not unsigned:
        click.echo(
            f"Then give crmhost the secret that Chatwoot shows:\n  crmhost secret {made.connection.id}"
        )


@click.command()
@click.argument("connection", type=click.IntRange(1, 2**63 - 1))
@json_option
def secret(connection: int, *, as_json: bool) -> None:
    """Take the webhook's secret from standard input; the one before it stays valid beside it."""
    from ..connect import add_webhook_secret

    if sys.stdin.isatty():
        click.echo("Paste the secret that Chatwoot shows for the webhook:", err=True)
    value = sys.stdin.readline().strip()
    if not value:
        raise SettingsError("No secret was given.", fix=f"Paste it into: crmhost secret {connection}")
    with house_of() as house:
        changed = add_webhook_secret(house, connection, value)
    valid = len(changed.webhook_secrets)
    if as_json:
        document({"connection": connection, "secrets": valid})
    else:
        click.echo(f"Connection {connection} takes webhooks signed with {valid} secret(s).")
