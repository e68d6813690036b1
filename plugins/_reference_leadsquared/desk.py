"""What one delivery is worked with: the settings, the links, and LeadSquared's resources."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

from crmhost import Context

from .clients.activities import Activities
from .clients.errors import WINDOW
from .clients.leads import Leads
from .clients.transport import Transport
from .settings import LeadSquaredSettings


@dataclass(frozen=True)
class Desk:
    """All that the handling of a contact or a conversation needs."""

    context: Context[LeadSquaredSettings]
    leads: Leads
    activities: Activities

    @property
    def settings(self) -> LeadSquaredSettings:
        """The connection's settings, with what setup found."""
        return self.context.settings


def desk_for(context: Context[LeadSquaredSettings], record: str) -> Desk:
    """Return the desk for a delivery about ``contact 5821`` or ``conversation 731``."""
    transport = transport_to(context, context.settings.facts.api_url, record)
    return Desk(context, Leads(transport), Activities(transport))


def transport_to(context: Context[LeadSquaredSettings], url: str, record: str = "") -> Transport:
    """Return the way to a LeadSquared address, with the connection's keys and its share of calls."""
    settings = context.settings
    keys = (settings.access_key.get_secret_value(), settings.secret_key.get_secret_value())

    def allowance() -> AbstractContextManager[None]:
        limits = {"calls": settings.calls, "at_once": settings.calls_at_once}
        return context.budget.call(settings.crm, seconds=WINDOW, **limits)

    return Transport(context.http, url, keys, allowance, record)
