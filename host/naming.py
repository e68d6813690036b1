"""What connections are called: by their CRM; of several alike by where that is and which account, too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .validation import is_secret

if TYPE_CHECKING:
    from .plugins import Plugin, Plugins
    from .store.connections import CRMConnection
    from .store.outlines import Outline


def title(plugins: Plugins, one: CRMConnection | Outline) -> str:
    """Return the name of a connection's CRM."""
    plugin = plugins.found.get(one.plugin)
    return plugin.info.title if plugin else one.plugin


def address(plugins: Plugins, one: CRMConnection) -> str:
    """Return the CRM's host, as the settings that must be given name it; empty where none does."""
    return address_in(plugins, one.plugin, one.given)


def address_in(plugins: Plugins, plugin_name: str, given: Mapping[str, Any]) -> str:
    """Return the CRM's host that these settings of a plugin name; empty where none does."""
    plugin = plugins.found.get(plugin_name)
    for name in _telling(plugin) if plugin else ():
        # Behind the last @: what stands before it in an address is a password.
        host = urlsplit(str(given.get(name, ""))).netloc.rpartition("@")[2]
        if host:
            return host
    return ""


def _telling(plugin: Plugin) -> list[str]:
    """Return the settings that must be given and are not secret."""
    fields = plugin.info.settings.model_fields
    return [name for name, field in fields.items() if field.is_required() and not is_secret(field.annotation)]


def ways(
    plugins: Plugins,
    one: CRMConnection,
    account: Callable[[int], str] = "account {}".format,
    named: Callable[[CRMConnection], str] | None = None,
) -> tuple[str, ...]:
    """Return what a connection may be called, the shortest first; the last is unlike all others.

    ``account`` says the number of a Chatwoot account in the reader's language, ``named`` the CRM's name.
    """
    where = ", ".join(filter(None, (address(plugins, one), account(one.account_id))))
    short = named(one) if named else title(plugins, one)
    return (short, f"{short} ({where})", f"{short} ({where}, #{one.id})")


def names(
    plugins: Plugins,
    every: Iterable[CRMConnection],
    account: Callable[[int], str] = "account {}".format,
    named: Callable[[CRMConnection], str] | None = None,
) -> dict[int, str]:
    """Return by id what each connection is called: as short as it may be, and unlike all others."""
    each_way = {one.id: ways(plugins, one, account, named) for one in every}
    used = Counter(way for each in each_way.values() for way in each)
    return {number: next(way for way in each if used[way] == 1) for number, each in each_way.items()}
