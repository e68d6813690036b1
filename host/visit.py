"""A connection opened outside of any delivery, for the commands that a plugin brings along."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .context import Context, Links
from .errors import CRMHostError
from .http import Http

if TYPE_CHECKING:
    from .house import House
    from .store.connections import CRMConnection


@contextmanager
def visiting(connection_id: int, *, writes: bool = False) -> Iterator[Context[Any]]:
    """Yield a connection's context while the block lasts: its settings, its links, Chatwoot's API.

    The house is opened as the environment says. Without ``writes`` each request that could change
    something is refused before it is sent; links are only read, whatever is set.
    """
    from .logs import configure
    from .settings import load_settings
    from .store import connections, links
    from .wiring import open_house

    configure()
    with open_house(load_settings()) as house:
        with house.store.read() as tx:
            connection = connections.get(tx, house.vault, connection_id)
            known = links.every(tx, connection_id)
        yield context_of(house, connection, Links(known), read_only=not writes)


def context_of(house: House, connection: CRMConnection, links: Links, *, read_only: bool) -> Context[Any]:
    """Return what a hook of the connection's plugin is handed where a person asked for it."""
    import structlog

    from .tokens import KeptTokens
    from .validation import validated

    guard = _only_look if read_only else _do_as_told
    url = connection.chatwoot_url
    return Context(
        connection_id=connection.id,
        account_id=connection.account_id,
        settings=validated(house.plugins[connection.plugin], connection.settings),
        links=links,
        http=Http(house.http_pool, guard=guard),
        log=structlog.get_logger(__name__).bind(connection=connection.id),
        chatwoot=house.chatwoot(connection.account_id, url, connection.chatwoot_token, guard),
        chatwoot_url=url,
        tokens=KeptTokens(house, connection.id),
        read_only=read_only,
    )


def _do_as_told(_writes: bool, _longest: float) -> None:
    """Let every request through: a person asked for it."""


def _only_look(writes: bool, _longest: float) -> None:
    if writes:
        fix = "The command only looks; report it to the plugin's authors."
        raise CRMHostError("Nothing is written.", fix=fix)
