"""Making a connection: settings checked by the plugin's own model, then by its setup, then stored."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from pydantic import BaseModel, SecretStr

from .chatwoot import Access
from .chatwoot.joining import Joined, administrator, joining, looked_at
from .checking import checked
from .checklist import Checklist
from .context import TokensInMemory
from .errors import CRMHostError, SettingsError
from .models import ReportLine, SetupResult
from .store import clock, connections, gates
from .store import tokens as kept_tokens
from .tokens import KeptTokens
from .validation import check_pasted, is_secret, secret_values, validated

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from .house import House
    from .plugins import Plugin
    from .store.connections import CRMConnection
    from .vault import Vault

PATH = "/card/{}"
"""Where the card of a connection is, by its id."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Connected:
    """A connection that was made, and what setup found."""

    connection: CRMConnection
    report: tuple[ReportLine, ...]


def connect(
    house: House,
    plugin_name: str,
    account_id: int,
    values: Mapping[str, Any],
    *,
    webhook_secret: str | None = None,
    unsigned: bool = False,
    chatwoot: Access | None = None,
    tokens: TokensInMemory | None = None,
    card: bool = False,
) -> Connected:
    """Check the settings with the CRM and store the connection; nothing is stored where setup fails.

    ``tokens`` are those of a look before, where the CRM's expire.

    With a token of Chatwoot's the webhook is made there and its secret kept; where that fails, or the
    connection cannot be stored, neither is left behind. ``card`` has Chatwoot show the connection's card too.
    """
    if webhook_secret is not None:
        check_pasted(webhook_secret, "secret")
    access = (chatwoot or Access()).beside(None, None)
    plugin = house.plugins[plugin_name]
    looked, tokens = Checklist(), tokens or TokensInMemory()
    _look_before(house, account_id, access, looked)
    with looked.at(plugin.info.title):
        settings, found = checked(house, plugin, account_id, values, access, tokens=tokens)
    looked.add(*found.report)
    address = connections.new_address()
    with (
        looked.at("Webhook"),
        _joined(house, account_id, access, f"/webhooks/{address}", unsigned=unsigned) as joined,
        house.store.write() as tx,
    ):
        others = connections.every(tx, house.vault)
        made = connections.add(
            tx,
            house.vault,
            address=address,
            plugin=plugin.name,
            account_id=account_id,
            **_kept(plugin, settings, found, values),
            webhook_secret=joined.secret or webhook_secret,
            unsigned=unsigned and joined.secret is None,
            now=time.time(),
        )
        if tokens.kept:
            kept_tokens.save(tx, house.vault, made.id, tokens.kept, clock.now(tx))
        if access.url:
            connections.set_chatwoot(tx, house.vault, made.id, access.url, access.token)
            made = connections.get(tx, house.vault, made.id)
    looked.add(*joined.report, *(_card_shown(house, made) if card else ()))
    return Connected(made, (*looked.lines, *_doubles(settings, made, others)))


def _card_shown(house: House, made: CRMConnection) -> tuple[ReportLine, ...]:
    """Show the card; a connection without one is a connection, so that a failure is only told."""
    try:
        return (show_card(house, made),)
    except CRMHostError as error:
        fix = " ".join(filter(None, (error.fix, f"Later: crmhost card {made.id}")))
        return (ReportLine("Beware", f"The card is not in Chatwoot: {error}", "warning", fix),)


def show_card(house: House, one: CRMConnection) -> ReportLine:
    """See that Chatwoot shows the connection's card beside each conversation."""
    api = house.chatwoot_of(one)
    administrator(api, one.account_id)
    app = api.dashboard_apps.register(house.plugins[one.plugin].info.title, card_url(house, one))
    return ReportLine("Card", f"a tab «{app.title}» beside each conversation: {app.url}")


def hide_card(house: House, one: CRMConnection) -> None:
    """Have Chatwoot show the card no more."""
    house.chatwoot_of(one).dashboard_apps.drop(card_url(house, one))


def card_url(house: House, one: CRMConnection) -> str:
    """Return the address that Chatwoot frames."""
    return house.settings.base_url + PATH.format(one.id)


def change(
    house: House, connection_id: int, values: Mapping[str, Any], *, chatwoot: Access | None = None
) -> Connected:
    """Change settings of a connection, checked as when it was made; it goes on if it was paused.

    A setting that is None is given no more: setup finds it again.
    """
    with house.store.read() as tx:
        before = connections.get(tx, house.vault, connection_id)
    plugin = house.plugins[before.plugin]
    given = {name: value for name, value in {**before.given, **values}.items() if value is not None}
    access = (chatwoot or Access()).beside(before.chatwoot_url, before.chatwoot_token)
    looked = Checklist()
    if chatwoot:
        _look_before(house, before.account_id, access, looked)
    # Other credentials have a token of their own; with the same ones the refresh token may be a newer one.
    anew = TokensInMemory() if _are_credentials(plugin, values) else None
    tokens = anew or KeptTokens(house, connection_id)
    with looked.at(plugin.info.title):
        settings, found = checked(house, plugin, before.account_id, given, access, tokens=tokens)
    looked.add(*found.report)
    asked = access if chatwoot else Access()
    with (
        looked.at("Webhook"),
        _joined(house, before.account_id, asked, before.webhook_path, unsigned=before.unsigned) as joined,
        house.store.write() as tx,
    ):
        connections.set_settings(tx, house.vault, connection_id, **_kept(plugin, settings, found, given))
        if anew:
            kept_tokens.forget(tx, connection_id)
        if anew and anew.kept:
            kept_tokens.save(tx, house.vault, connection_id, anew.kept, clock.now(tx))
        if access.url:
            connections.set_chatwoot(tx, house.vault, connection_id, access.url, access.token)
        if joined.secret and joined.secret not in before.webhook_secrets:
            _let_in(tx, house.vault, before, joined.secret)
        gates.resume(tx, connection_id)
        changed = connections.get(tx, house.vault, connection_id)
    return Connected(changed, (*looked.lines, *joined.report))


def check(house: House, connection_id: int) -> Connected:
    """Check a connection as it is, with what was found, and change nothing."""
    with house.store.read() as tx:
        one = connections.get(tx, house.vault, connection_id)
    access = Access(one.chatwoot_url, one.chatwoot_token)
    plugin = house.plugins[one.plugin]
    tokens = KeptTokens(house, connection_id)
    looked = Checklist()
    asked = checked(house, plugin, one.account_id, one.settings, access, tokens=tokens, read_only=True)
    looked.add(*asked[1].report)
    if api := house.chatwoot(one.account_id, access.url, access.token):
        url = house.settings.base_url + one.webhook_path
        with looked.at("Chatwoot"):
            looked.add(*looked_at(api, one.account_id, one.id, url, one.webhook_secrets))
    return Connected(one, looked.lines)


def disconnect(house: House, connection_id: int) -> bool:
    """Remove a connection and all that is kept for it; return whether Chatwoot has no webhook of it left.

    Without a token, or where Chatwoot is away, the webhook stays, and whoever disconnects is told.
    """
    with house.store.read() as tx:
        one = connections.get(tx, house.vault, connection_id)
    gone = False
    if api := house.chatwoot(one.account_id, one.chatwoot_url, one.chatwoot_token):
        try:
            api.webhooks.drop(house.settings.base_url + one.webhook_path)
            api.dashboard_apps.drop(card_url(house, one))
            gone = True
        except CRMHostError as error:
            log.warning("the webhook stays in Chatwoot", connection=one.id, reason=str(error))
    with house.store.write() as tx:
        connections.remove(tx, connection_id)
    return gone


def _look_before(house: House, account_id: int, access: Access, looked: Checklist) -> None:
    """Refuse what Chatwoot would not let us do, before setup makes anything in the CRM."""
    api = house.chatwoot(account_id, access.url, access.token)
    if api is None:
        return
    with looked.at("Address"):
        if "base_url" not in house.settings.model_fields_set:
            raise SettingsError(
                "CRMHOST_BASE_URL is not set: Chatwoot could not be told where to post.",
                fix="Set it to the address at which Chatwoot reaches this host.",
            )
    with looked.at("Chatwoot"):
        looked.add(administrator(api, account_id))


@contextmanager
def _joined(
    house: House, account_id: int, access: Access, webhook_path: str, *, unsigned: bool
) -> Iterator[Joined]:
    """See that Chatwoot posts to the connection while the block stores it; without a token nothing is."""
    api = house.chatwoot(account_id, access.url, access.token)
    if api is None:
        yield Joined()
        return
    with joining(api, account_id, house.settings.base_url + webhook_path, unsigned=unsigned) as joined:
        yield joined


def _are_credentials(plugin: Plugin, values: Mapping[str, Any]) -> bool:
    """Whether a secret setting is among those that are given now."""
    fields = plugin.info.settings.model_fields
    return any(name in fields and is_secret(fields[name].annotation) for name in values)


def _kept(
    plugin: Plugin, settings: BaseModel, found: SetupResult, given: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what is stored: what was given, the secret part apart, and what was found.

    It has the names that the plugin has for it now: one that it had before is read as the new one.
    """
    public, secret = divided(settings)
    named = validated(plugin, given).model_fields_set
    return {
        "public": {name: value for name, value in public.items() if name in named},
        "secret": {name: value for name, value in secret.items() if name in named},
        "found": dict(found.settings),
    }


def _doubles(
    settings: BaseModel, made: CRMConnection, others: Sequence[CRMConnection]
) -> Iterator[ReportLine]:
    """Warn of a connection that joins the same account to the same CRM: each event would be worked twice.

    Which CRM it is, is told by the settings that must be given and are not secret, its address; where
    all of them are secret, by those.
    """
    needed = [name for name, field in type(settings).model_fields.items() if field.is_required()]
    told = [name for name in needed if not isinstance(getattr(settings, name), SecretStr)] or needed
    for other in others:
        same = all(other.settings.get(name) == made.settings.get(name) for name in told)
        if (other.plugin, other.account_id) == (made.plugin, made.account_id) and same:
            yield ReportLine(
                "Beware",
                f"Connection {other.id} joins account {made.account_id} to the same CRM.",
                "warning",
                "Post Chatwoot's webhooks to one of the two only, or each conversation is noted twice.",
            )


def divided(settings: BaseModel) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the settings that may be shown and those that are secret."""
    public, secret = settings.model_dump(mode="json"), secret_values(settings)
    return {name: value for name, value in public.items() if name not in secret}, secret


def add_webhook_secret(house: House, connection_id: int, secret: str) -> CRMConnection:
    """Let the secret be valid beside the one before it; an older one no longer is."""
    check_pasted(secret, "secret")
    with house.store.write() as tx:
        _let_in(tx, house.vault, connections.get(tx, house.vault, connection_id), secret)
        return connections.get(tx, house.vault, connection_id)


def _let_in(tx: Connection, vault: Vault, connection: CRMConnection, secret: str) -> None:
    """Keep the secret beside the one before it."""
    valid = [*[known for known in connection.webhook_secrets if known != secret][-1:], secret]
    connections.set_webhook_secrets(tx, vault, connection.id, valid)
