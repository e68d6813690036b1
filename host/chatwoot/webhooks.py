"""The account's webhooks: finding ours, making it, and reading the secret that Chatwoot made for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..errors import Rejected
from .transport import UNREADABLE_FIX, rows_of

if TYPE_CHECKING:
    from .transport import Transport

SUBSCRIPTIONS = (
    "contact_created",
    "contact_updated",
    "conversation_created",
    "conversation_status_changed",
    "conversation_updated",
    "message_created",
)
"""What the host handles; an event that means nothing to a connection is answered and counted."""


@dataclass(frozen=True)
class Webhook:
    """A webhook of the account; ``secret`` is None before Chatwoot 4.11.2, which signs nothing."""

    id: int
    url: str
    subscriptions: frozenset[str]
    secret: str | None

    @property
    def missing(self) -> list[str]:
        """The events that the host handles and this webhook does not bring."""
        return [name for name in SUBSCRIPTIONS if name not in self.subscriptions]


class Webhooks:
    """The resource ``webhooks`` of an account; an administrator's token is needed."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def every(self) -> list[Webhook]:
        """Return all webhooks of the account."""
        return [_webhook(row) for row in rows_of(self._transport.get("/webhooks"), "payload", "webhooks")]

    def at(self, url: str) -> Webhook | None:
        """Return the webhook to this path, wherever the host was reached when it was made; None without."""
        path = urlsplit(url).path
        here = [one for one in self.every() if urlsplit(one.url).path == path]
        return next((one for one in here if one.url == url), here[0] if here else None)

    def register(self, url: str) -> tuple[Webhook, bool]:
        """See that there is a webhook to this address with all events; return it, and whether it is new."""
        found = self.at(url)
        if found is None:
            try:
                return self._write("POST", "/webhooks", url, SUBSCRIPTIONS), True
            except Rejected:
                # An address is unique within an account: somebody has made it since we looked.
                found = self.at(url)
                if found is None:
                    raise
        if found.missing or found.url != url:
            wanted = sorted({*found.subscriptions, *SUBSCRIPTIONS})
            found = self._write("PATCH", f"/webhooks/{found.id}", url, wanted)
        return found, False

    def drop(self, url: str) -> None:
        """Remove the webhook to this path, if there is one."""
        if found := self.at(url):
            self.delete(found.id)

    def delete(self, webhook_id: int) -> None:
        """Remove a webhook; one that is gone is gone."""
        self._transport.send("DELETE", f"/webhooks/{webhook_id}")

    def _write(self, method: str, path: str, url: str, subscriptions: Any) -> Webhook:
        webhook = {"name": "crmhost", "url": url, "subscriptions": list(subscriptions)}
        said = self._transport.send(method, path, {"webhook": webhook}) or {}
        return _webhook((said.get("payload") or {}).get("webhook") or {})


def _webhook(row: dict[str, Any]) -> Webhook:
    if not isinstance(row.get("id"), int):
        raise Rejected("Chatwoot's webhook cannot be read: it has no id.", fix=UNREADABLE_FIX)
    secret = row.get("secret")
    return Webhook(row["id"], str(row.get("url")), frozenset(row.get("subscriptions") or ()), secret or None)
