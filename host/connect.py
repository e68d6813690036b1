"""Making a connection: settings checked by the plugin's own model, then by its setup, then stored."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from pydantic import BaseModel, SecretStr, ValidationError

from .context import Context, Links
from .errors import SettingsError
from .http import Http
from .models import ReportLine
from .store import connections

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
    plugin = house.plugins[plugin_name]
    given = validated(plugin, values)
    context = Context(0, account_id, given, Links(), Http(house.http_pool), log)
    found = plugin.setup(context)
    public, secret = divided(validated(plugin, {**values, **found.settings}))
    with house.store.write() as tx:
        made = connections.add(
            tx,
            house.vault,
            plugin=plugin.name,
            account_id=account_id,
            public=public,
            secret=secret,
            webhook_secret=webhook_secret,
            unsigned=unsigned,
            now=time.time(),
        )
    return Connected(made, found.report)


def validated(plugin: Plugin, values: Mapping[str, Any]) -> BaseModel:
    """Return the values as the plugin's settings, or say in one sentence which is wrong."""
    model = plugin.info.settings
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        known = f"{plugin.name} knows: {', '.join(model.model_fields)}."
        raise SettingsError(f"Setting {_first(error)}.", fix=known) from error


def _first(error: ValidationError) -> str:
    """Return the first thing that is wrong, without the value: it may be a secret."""
    errors = error.errors(include_input=False)
    # A name that is misspelt is the cause of the one that is missing.
    first = next((one for one in errors if one["type"] == "extra_forbidden"), errors[0])
    name = ".".join(map(str, first["loc"])) or "values"
    return f"{name}: {first['msg'].removeprefix('Value error, ')}"


def divided(settings: BaseModel) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the settings that may be shown and those that are secret."""
    public = settings.model_dump(mode="json")
    secret = {
        name: value.get_secret_value()
        for name in type(settings).model_fields
        if isinstance(value := getattr(settings, name), SecretStr)
    }
    return {name: value for name, value in public.items() if name not in secret}, secret


def add_webhook_secret(house: House, connection_id: int, secret: str) -> CRMConnection:
    """Let the secret be valid beside the one before it; an older one no longer is."""
    with house.store.write() as tx:
        before = connections.get(tx, house.vault, connection_id).webhook_secrets
        valid = [*[known for known in before if known != secret][-1:], secret]
        connections.set_webhook_secrets(tx, house.vault, connection_id, valid)
        return connections.get(tx, house.vault, connection_id)
