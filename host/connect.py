"""Making a connection: settings checked by the plugin's own model, then by its setup, then stored."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from pydantic import BaseModel, SecretStr

from .context import Context, Links
from .errors import CRMHostError, PluginError, SettingsError
from .http import Http
from .models import ReportLine, SetupResult
from .store import connections
from .validation import validated

if TYPE_CHECKING:
    from .house import House
    from .plugins import Plugin
    from .store.connections import CRMConnection

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
) -> Connected:
    """Check the settings with the CRM and store the connection; nothing is stored where setup fails."""
    if webhook_secret is not None:
        check_secret(webhook_secret)
    plugin = house.plugins[plugin_name]
    settings, found = _checked(house, plugin, account_id, values)
    with house.store.write() as tx:
        others = connections.every(tx, house.vault)
        made = connections.add(
            tx,
            house.vault,
            plugin=plugin.name,
            account_id=account_id,
            **_kept(settings, found, values),
            webhook_secret=webhook_secret,
            unsigned=unsigned,
            now=time.time(),
        )
    return Connected(made, (*found.report, *_doubles(settings, made, others)))


def change(house: House, connection_id: int, values: Mapping[str, Any]) -> Connected:
    """Change settings of a connection, checked as when it was made; it goes on if it was paused."""
    with house.store.read() as tx:
        before = connections.get(tx, house.vault, connection_id)
    plugin = house.plugins[before.plugin]
    given = {**before.given, **values}
    settings, found = _checked(house, plugin, before.account_id, given)
    with house.store.write() as tx:
        connections.set_settings(tx, house.vault, connection_id, **_kept(settings, found, given))
        connections.resume(tx, connection_id)
        return Connected(connections.get(tx, house.vault, connection_id), found.report)


def check(house: House, connection_id: int) -> Connected:
    """Check a connection as it is, with what was found, and change nothing."""
    with house.store.read() as tx:
        connection = connections.get(tx, house.vault, connection_id)
    plugin = house.plugins[connection.plugin]
    _, found = _checked(house, plugin, connection.account_id, connection.settings, read_only=True)
    return Connected(connection, found.report)


def _kept(settings: BaseModel, found: SetupResult, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is stored: what was given, the secret part apart, and what was found."""
    public, secret = divided(settings)
    return {
        "public": {name: value for name, value in public.items() if name in given},
        "secret": {name: value for name, value in secret.items() if name in given},
        "found": dict(found.settings),
    }


def _checked(
    house: House, plugin: Plugin, account_id: int, values: Mapping[str, Any], *, read_only: bool = False
) -> tuple[BaseModel, SetupResult]:
    """Return the settings with what setup found, and its report."""
    given = validated(plugin, values)
    context = Context(0, account_id, given, Links(), Http(house.http_pool), log, read_only=read_only)
    found = _set_up(plugin, context)
    return validated(plugin, {**values, **found.settings}), found


def _doubles(
    settings: BaseModel, made: CRMConnection, others: Sequence[CRMConnection]
) -> Iterator[ReportLine]:
    """Warn of a connection that joins the same account to the same CRM: each event would be worked twice.

    Which CRM it is, is told by the settings that must be given and are not secret: its address.
    """
    told = [
        name
        for name, field in type(settings).model_fields.items()
        if field.is_required() and not isinstance(getattr(settings, name), SecretStr)
    ]
    for other in others:
        same = all(other.settings.get(name) == made.settings.get(name) for name in told)
        if (other.plugin, other.account_id) == (made.plugin, made.account_id) and same:
            yield ReportLine(
                "Beware",
                f"Connection {other.id} joins account {made.account_id} to the same CRM. Post Chatwoot's "
                "webhooks to one of the two only, or each conversation is noted twice.",
            )


def _set_up(plugin: Plugin, context: Context[Any]) -> SetupResult:
    """Call the plugin's setup; whatever it stumbles over is one sentence."""
    try:
        return plugin.setup(context)
    except CRMHostError:
        raise
    except Exception as error:
        log.debug("setup failed", plugin=plugin.name, exc_info=error)
        raise PluginError(
            f"The plugin {plugin.name} cannot make sense of what answers there ({type(error).__name__}).",
            fix="Look at the address; if it is right, report this to the plugin's authors.",
        ) from error


def divided(settings: BaseModel) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the settings that may be shown and those that are secret."""
    public = settings.model_dump(mode="json")
    secret = {
        name: value.get_secret_value()
        for name in type(settings).model_fields
        if isinstance(value := getattr(settings, name), SecretStr)
    }
    return {name: value for name, value in public.items() if name not in secret}, secret


def check_secret(secret: str) -> None:
    """Refuse what cannot be a secret that Chatwoot made: 24 letters and digits, as of 4.15."""
    if not (secret.isascii() and secret.isprintable() and 0 < len(secret) <= 255 and " " not in secret):
        raise SettingsError("That is no secret of Chatwoot's.", fix="It is one line of letters and digits.")


def add_webhook_secret(house: House, connection_id: int, secret: str) -> CRMConnection:
    """Let the secret be valid beside the one before it; an older one no longer is."""
    check_secret(secret)
    with house.store.write() as tx:
        before = connections.get(tx, house.vault, connection_id).webhook_secrets
        valid = [*[known for known in before if known != secret][-1:], secret]
        connections.set_webhook_secrets(tx, house.vault, connection_id, valid)
        return connections.get(tx, house.vault, connection_id)
