"""What one delivery is worked with: the settings, and Krayin's resources over one transport."""

from __future__ import annotations

from dataclasses import dataclass

from crmhost import Chatwoot, Context, Links

from .clients.activities import Activities
from .clients.leads import Leads
from .clients.lookups import Lookups
from .clients.organizations import Organizations
from .clients.persons import Persons
from .clients.tags import Tags
from .clients.transport import Transport
from .settings import KrayinSettings


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

    @property
    def chatwoot(self) -> Chatwoot | None:
        """Chatwoot's API, where there is a token for it."""
        return self.context.chatwoot


def transport_of(context: Context[KrayinSettings], record: str = "") -> Transport:
    """Return the way to the connection's Krayin; ``record`` is what errors are about."""
    settings = context.settings
    token = settings.api_token.get_secret_value()
    return Transport(context.http, settings.api_url, token, record=record)


def desk_for(context: Context[KrayinSettings], record: str) -> Desk:
    """Return the desk for a delivery about ``contact 5821`` or ``conversation 731``."""
    transport = transport_of(context, record)
    return Desk(
        context,
        Persons(transport),
        Leads(transport),
        Activities(transport),
        Organizations(transport),
        Lookups(transport),
        Tags(transport),
    )
