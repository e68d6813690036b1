"""The user whose keys we have, and what LeadSquared says of their account."""

from __future__ import annotations

from typing import Any

from crmhost import SettingsError

from .errors import ADDRESS_FIX
from .transport import Transport


class Users:
    """The users of one LeadSquared account; each of LeadSquared's hosts knows all of them."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def current(self) -> dict[str, Any]:
        """Return whose the keys are.

        ``{"Name", "Role", "TimeZone", "OrgShortCode", "LSQCommonServiceURLs": {"api", "app"}}`` and more.
        https://apidocs.leadsquared.com/api-host/
        """
        user = self._transport.get("Authentication.svc/UserByAccessKey.Get")
        urls = user.get("LSQCommonServiceURLs") if isinstance(user, dict) else None
        if not isinstance(urls, dict) or not urls.get("api"):
            raise SettingsError("What answers there is not LeadSquared.", fix=ADDRESS_FIX)
        return dict(user)
