"""The commands that make and change connections."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..chatwoot import Access
    from ..connect import Connected

from ..errors import SettingsError
from .named import NUMBER, connection_argument, plugin_argument
from .output import checklist, document, house_of, json_option, read_pairs, read_value

CARD = "Show each customer's card from the CRM beside their conversations in Chatwoot?"


def chatwoot_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say where Chatwoot is and with which token it is asked."""
    url = click.option("--chatwoot-url", metavar="URL", help="Chatwoot's address, as in the browser.")
    token = click.option(
        "--chatwoot-token",
        metavar="TOKEN",
        help="The access token of an administrator there; @file or - as for a setting.",
    )
    return url(token(command))


def _access(url: str | None, token: str | None) -> Access | None:
    """Return what was given of Chatwoot; None where nothing was."""
    if url is None and token is None:
        return None
    from ..chatwoot import Access

    return Access(url, token if token is None else read_value(token, sys.stdin.read))


@click.command()
@plugin_argument
@click.option("--account", type=NUMBER, required=True, help="Number of the Chatwoot account.")
@click.option(
    "--set",
    "pairs",
    multiple=True,
    metavar="KEY=VALUE",
    help="A setting, as often as needed (crmhost plugins --schema PLUGIN lists them); "
    "the VALUE @file is read from that file, - from standard input.",
)
@click.option("--webhook-secret", help="The secret that Chatwoot shows for the webhook, if known already.")
@click.option("--unsigned", is_flag=True, help="Take webhooks without a signature (Chatwoot before 4.11.2).")
@chatwoot_options
@click.option(
    "--card/--no-card",
    default=None,
    help="Show the customer's card beside each conversation in Chatwoot; asked where neither is said.",
)
@json_option
def connect(
    plugin: str,
    account: int,
    pairs: tuple[str, ...],
    webhook_secret: str | None,
    chatwoot_url: str | None,
    chatwoot_token: str | None,
    *,
    unsigned: bool,
    card: bool | None,
    as_json: bool,
) -> None:
    """Join a Chatwoot account to a CRM; with Chatwoot's token the webhook is made as well."""
    from ..connect import connect as make

    values, access = read_pairs(pairs, sys.stdin.read), _access(chatwoot_url, chatwoot_token)
    if card is None:
        asks = access is not None and access.token is not None and not as_json and sys.stdin.isatty()
        card = asks and click.confirm(CARD, default=True)
    with house_of() as house:
        made = make(
            house,
            plugin,
            account,
            values,
            webhook_secret=webhook_secret,
            unsigned=unsigned,
            chatwoot=access,
            card=card,
        )
        url = house.settings.base_url + made.connection.webhook_path
        known = "base_url" in house.settings.model_fields_set
    if as_json:
        document({"connection": made.connection.id, "webhook_url": url, "report": _told(made)})
        return
    _show(made)
    if made.connection.chatwoot_token is None:
        _say_what_is_left(made, url, known=known)


def _say_what_is_left(made: Connected, url: str, *, known: bool) -> None:
    """Tell what a person does in Chatwoot where no token lets us do it."""
    click.echo(f"\nIn Chatwoot, under Settings → Integrations → Webhooks, add this URL:\n  {url}")
    if not known:
        click.echo("CRMHOST_BASE_URL is not set: put the address where Chatwoot reaches this host in front.")
    click.echo("with the events: conversation created, conversation status changed, conversation updated,")
    click.echo("message created, contact created, contact updated.")
    if not made.connection.webhook_secrets and not made.connection.unsigned:
        click.echo(
            f"Then give crmhost the secret that Chatwoot shows:\n  crmhost secret {made.connection.id}"
        )


@click.command("set")
@connection_argument
@click.option("--set", "pairs", multiple=True, metavar="KEY=VALUE", help="As in connect.")
@chatwoot_options
@json_option
def change(
    connection: int,
    pairs: tuple[str, ...],
    chatwoot_url: str | None,
    chatwoot_token: str | None,
    *,
    as_json: bool,
) -> None:
    """Change settings of a connection: a new token, say. It is checked as when it was made.

    Without a setting it is set up again as it is: what is new in the CRM is found.
    """
    from ..connect import change as make

    values, access = read_pairs(pairs, sys.stdin.read), _access(chatwoot_url, chatwoot_token)
    with house_of() as house:
        _report(connection, make(house, connection, values, chatwoot=access), as_json=as_json)


def _report(connection: int, made: Connected, *, as_json: bool) -> None:
    """Print what a check found."""
    if as_json:
        document({"connection": connection, "report": _told(made)})
    else:
        _show(made)


def _told(made: Connected) -> list[dict[str, str]]:
    return [asdict(line) for line in made.report]


def _show(made: Connected) -> None:
    checklist(f"Connection {made.connection.id}", made.report)


@click.command()
@connection_argument
@json_option
def check(connection: int, *, as_json: bool) -> None:
    """Check a connection's reach, credentials and settings, and change nothing."""
    from ..connect import check as look

    with house_of() as house:
        _report(connection, look(house, connection), as_json=as_json)


@click.command()
@connection_argument
@click.option("--remove", is_flag=True, help="Show it no more.")
@json_option
def card(connection: int, *, remove: bool, as_json: bool) -> None:
    """Show the customer's card beside each conversation in Chatwoot; a token of Chatwoot's is needed."""
    from ..connect import card_url, hide_card, show_card
    from ..store import connections

    with house_of() as house:
        with house.store.read() as tx:
            one = connections.get(tx, house.vault, connection)
        if remove:
            hide_card(house, one)
        else:
            show_card(house, one)
        url = card_url(house, one)
    if as_json:
        document({"connection": connection, "card": None if remove else url})
    else:
        click.echo(f"Chatwoot shows {'no card of this connection any more' if remove else url}.")


@click.command()
@connection_argument
@json_option
def pause(connection: int, *, as_json: bool) -> None:
    """Let a connection's work wait. What arrives is stored."""
    from ..store import connections, gates

    fix = f"Go on with: crmhost resume {connection}"
    with house_of() as house, house.store.write() as tx:
        connections.get(tx, house.vault, connection)
        gates.pause(tx, connection, "Paused by hand.", fix)
    _said(connection, "paused", as_json=as_json)


@click.command()
@connection_argument
@json_option
def resume(connection: int, *, as_json: bool) -> None:
    """Let a paused connection work again, at once."""
    from ..store import connections, gates

    with house_of() as house, house.store.write() as tx:
        connections.get(tx, house.vault, connection)
        gates.resume(tx, connection)
    _said(connection, "working", as_json=as_json)


@click.command()
@connection_argument
@click.option("--yes", is_flag=True, help="Really: its deliveries and links are removed with it.")
@json_option
def disconnect(connection: int, *, yes: bool, as_json: bool) -> None:
    """Remove a connection with all that is kept for it; the CRM keeps what it has."""
    from ..connect import disconnect as leave

    if not yes:
        raise click.UsageError(f"All that is kept of connection {connection} is removed: add --yes.")
    with house_of() as house:
        gone = leave(house, connection)
    _said(connection, "removed", as_json=as_json)
    if not (gone or as_json):
        click.echo("Remove its webhook in Chatwoot too: Settings → Integrations → Webhooks.")


def _said(connection: int, state: str, *, as_json: bool) -> None:
    if as_json:
        document({"connection": connection, "state": state})
    else:
        click.echo(f"Connection {connection}: {state}.")


@click.command()
@connection_argument
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
