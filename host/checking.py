"""Checking a connection with its CRM: the settings by the plugin's own model, then by its setup."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog
from pydantic import BaseModel

from .checklist import Checklist
from .context import Context, Links, Tokens, TokensInMemory
from .errors import CRMHostError, PluginError
from .http import Http
from .models import Choice, SetupResult
from .validation import validated
from .watch import SignsOfLife

if TYPE_CHECKING:
    from .chatwoot import Access
    from .house import House
    from .plugins import Plugin

log = structlog.get_logger(__name__)


def checked(
    house: House,
    plugin: Plugin,
    account_id: int,
    values: Mapping[str, Any],
    access: Access,
    http: Http | None = None,
    *,
    signs: SignsOfLife | None = None,
    tokens: Tokens | None = None,
    read_only: bool = False,
) -> tuple[BaseModel, SetupResult]:
    """Return the settings with what setup found, and its report; ``http`` counts the calls it takes.

    Where setup fails, the error's ``report`` says what was looked at until then.

    ``signs`` hears its signs of life, where ``http`` is given; ``tokens`` are those of the connection,
    where there is one.
    """
    signs = signs or SignsOfLife()
    given = validated(plugin, values)
    context = _context(house, account_id, given, access, signs, http, tokens, read_only=read_only)
    looked = Checklist()
    with looked.at(plugin.info.title):
        found = _set_up(plugin, context, signs)
    return validated(plugin, {**values, **found.settings}), found


def choices(
    house: House,
    plugin: Plugin,
    account_id: int,
    values: Mapping[str, Any],
    access: Access,
    tokens: Tokens | None = None,
) -> dict[str, tuple[Choice, ...]]:
    """Return what the settings can be, as the CRM has it now; nothing where it does not answer."""
    signs, given = SignsOfLife(), validated(plugin, values)
    context = _context(house, account_id, given, access, signs, tokens=tokens, read_only=True)
    try:
        return plugin.watch.run(partial(plugin.choices, context), "its hook choices", signs=signs)
    except Exception as error:  # noqa: BLE001 - a form without choices is a form
        log.warning("no choices to be had", plugin=plugin.name, error=type(error).__name__)
        return {}


def _context(
    house: House,
    account_id: int,
    settings: BaseModel,
    access: Access,
    signs: SignsOfLife,
    http: Http | None = None,
    tokens: Tokens | None = None,
    *,
    read_only: bool,
) -> Context[Any]:
    return Context(
        connection_id=0,
        account_id=account_id,
        settings=settings,
        links=Links(),
        http=http or Http(house.http_pool, guard=signs.guard),
        log=log,
        chatwoot=house.chatwoot(account_id, access.url, access.token, signs.guard),
        chatwoot_url=access.url,
        tokens=tokens or TokensInMemory(),
        read_only=read_only,
    )


def _set_up(plugin: Plugin, context: Context[Any], signs: SignsOfLife) -> SetupResult:
    """Call the plugin's setup; whatever it stumbles over is one sentence."""
    try:
        return plugin.watch.run(partial(plugin.setup, context), "its hook setup", signs=signs)
    except CRMHostError:
        raise
    except Exception as error:
        log.debug("setup failed", plugin=plugin.name, exc_info=error)
        raise PluginError(
            f"The plugin {plugin.name} cannot make sense of what answers there ({type(error).__name__}).",
            fix="Look at the address; if it is right, report this to the plugin's authors.",
        ) from error
