"""What one delivery, or setup, is worked with: the settings, and Krayin's resources over one transport."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from crmhost import Chatwoot, Context, Links

from .clients.activities import Activities
from .clients.attributes import Attributes
from .clients.budget import Allowance
from .clients.clock import Clock
from .clients.leads import Leads
from .clients.lookups import Lookups
from .clients.memory import Signs, hashed
from .clients.organizations import Organizations
from .clients.persons import Persons
from .clients.tags import Tags
from .clients.transport import Transport
from .clients.versions import Versions
from .settings import Facts, KrayinSettings


@dataclass(frozen=True)
class Desk:
    """All that the handling of a contact or a conversation needs."""

    context: Context[KrayinSettings]
    persons: Persons
    leads: Leads
    activities: Activities
    organizations: Organizations
    lookups: Lookups
    tags: Tags
    signs: Signs

    @property
    def settings(self) -> KrayinSettings:
        """The connection's settings, with what setup found."""
        return self.context.settings

    @property
    def account_id(self) -> int:
        """Chatwoot's account."""
        return self.context.account_id

    @property
    def links(self) -> Links:
        """The external ids of the records at hand."""
        return self.context.links

    def claim(self, **told: str) -> None:
        """Be alone with a customer while it is looked for or made: of all connections to this Krayin."""
        if names := [f"{name} {value.casefold()}" for name, value in told.items() if value]:
            self.links.claim(f"krayin {self.settings.api_url}", *names)

    def knowing(self, **facts: Any) -> Desk:
        """Return the desk of somebody who knows better than setup did."""
        settings = self.settings.model_copy(update={"facts": self.settings.facts.model_copy(update=facts)})
        return replace(self, context=replace(self.context, settings=settings))

    @property
    def chatwoot(self) -> Chatwoot | None:
        """Chatwoot's API, where there is a token for it."""
        return self.context.chatwoot


@dataclass(frozen=True)
class Bench:
    """All that setup looks at a Krayin with."""

    context: Context[KrayinSettings]
    lookups: Lookups
    versions: Versions
    attributes: Attributes
    clock: Clock
    signs: Signs

    @property
    def settings(self) -> KrayinSettings:
        """The connection's settings, as a person gave them."""
        return self.context.settings


def desk_for(context: Context[KrayinSettings], record: str) -> Desk:
    """Return the desk for a delivery about ``contact 5821`` or ``conversation 731``."""
    transport = transport_of(context, record, facts=context.settings.facts)
    return Desk(
        context,
        Persons(transport),
        Leads(transport),
        Activities(transport),
        Organizations(transport),
        Lookups(transport),
        Tags(transport),
        transport.memory.signs,
    )


def bench_for(context: Context[KrayinSettings]) -> Bench:
    """Return what setup works with; it takes nothing for granted that an earlier one found."""
    transport = transport_of(context)
    return Bench(
        context,
        Lookups(transport),
        Versions(transport),
        Attributes(transport),
        Clock(transport),
        transport.memory.signs,
    )


def transport_of(
    context: Context[KrayinSettings], record: str = "", *, facts: Facts | None = None
) -> Transport:
    """Return the way to the connection's Krayin; ``record`` is what errors are about."""
    settings = context.settings
    token = settings.api_token.get_secret_value()
    allowance = _allowance(context, token)
    return Transport(context.http, settings.api_url, token, record=record, facts=facts, allowance=allowance)


def _allowance(context: Context[KrayinSettings], token: str) -> Allowance:
    """Return the calls that all who are the same Krayin user share: Krayin counts by user, not by token."""
    settings, facts = context.settings, context.settings.facts
    who = f"user {facts.user_id}" if facts.user_id is not None else f"token {hashed(token)[:16]}"
    return Allowance(
        context.budget,
        f"krayin {settings.api_url} {who}",
        per_minute=settings.allowed_per_minute,
        at_once=settings.calls_at_once,
    )
