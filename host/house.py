"""What every part of one process shares: opened by ``crmhost.wiring``, handed to whoever needs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from .errors import SettingsError

if TYPE_CHECKING:
    from redis import Redis

    from .chatwoot import Agents, ChatwootAPI
    from .looked_at import LookedAt
    from .plugins import Plugins
    from .pool import Clients
    from .pulse import Pulse
    from .settings import Settings
    from .store import Store
    from .store.connections import CRMConnection
    from .vault import Vault


@dataclass(frozen=True)
class House:
    """The opened parts. What a command does not use is not opened."""

    settings: Settings
    store: Store
    vault: Vault
    plugins: Plugins
    redis_url: str

    @cached_property
    def redis(self) -> Redis:
        """The client for locks."""
        from .redis_client import redis_client

        return redis_client(self.redis_url)

    @cached_property
    def pulse(self) -> Pulse:
        """What notices that the store was restored from a backup."""
        from .pulse import Pulse

        return Pulse(self.store, self.redis, apart=self.settings.redis_url is not None)

    @cached_property
    def looked_at(self) -> LookedAt:
        """What is known of the connections by their secrets."""
        from .looked_at import LookedAt

        return LookedAt(self.plugins, self.vault)

    @cached_property
    def http_pool(self) -> Clients:
        """The connections to CRMs, and to Chatwoot."""
        from .pool import new_pool

        return new_pool(private=self.settings.private_addresses, ca_file=self.settings.ca_file)

    @cached_property
    def agents(self) -> Agents:
        """The agents of Chatwoot's accounts, remembered for a while."""
        from .chatwoot import Agents

        return Agents()

    def chatwoot(
        self,
        account_id: int,
        url: str | None,
        token: str | None,
        guard: Callable[[bool, float], None] | None = None,
    ) -> ChatwootAPI | None:
        """Return an account's Chatwoot, None without a token; its calls are not counted as the CRM's."""
        if not (url and token):
            return None
        from .chatwoot import ChatwootAPI
        from .http import Http

        http = Http(self.http_pool, guard=guard) if guard else Http(self.http_pool)
        return ChatwootAPI(http, url, token, account_id, agents=self.agents)

    def chatwoot_of(
        self, connection: CRMConnection, guard: Callable[[bool, float], None] | None = None
    ) -> ChatwootAPI:
        """Return the Chatwoot of a connection, or say that it has no token for it."""
        asked = (connection.account_id, connection.chatwoot_url, connection.chatwoot_token)
        api = self.chatwoot(*asked, guard)
        if api is None:
            raise SettingsError(
                f"Connection {connection.id} has no token of Chatwoot's.",
                fix=f"crmhost set {connection.id} --chatwoot-url URL --chatwoot-token @file",
            )
        return api

    def close(self) -> None:
        """Close what was opened."""
        for name in ("redis", "http_pool"):
            if name in self.__dict__:
                self.__dict__[name].close()
        self.store.close()
