"""What one delivery is worked with: the settings, and Krayin's resources over one transport."""

from __future__ import annotations

from dataclasses import dataclass

from crmhost import Context, Links

from .clients.activities import Activities
from .clients.leads import Leads
from .clients.persons import Persons
from .clients.transport import Transport
from .settings import KrayinSettings


@dataclass(frozen=True)
class Desk:
    """All that the handling of a contact or a conversation needs."""

    settings: KrayinSettings
    account_id: int
    links: Links
    persons: Persons
    leads: Leads
    activities: Activities


def transport_of(context: Context[KrayinSettings], record: str = "") -> Transport:
    """Return the way to the connection's Krayin; ``record`` is what errors are about."""
    settings = context.settings
    token = settings.api_token.get_secret_value()
    return Transport(context.http, settings.api_url, token, record=record)


def desk_for(context: Context[KrayinSettings], record: str) -> Desk:
    """Return the desk for a delivery about ``contact 5821`` or ``conversation 731``."""
    transport = transport_of(context, record)
    return Desk(
        context.settings,
        context.account_id,
        context.links,
        Persons(transport),
        Leads(transport),
        Activities(transport),
    )
