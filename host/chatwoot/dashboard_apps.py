"""The account's dashboard apps: pages of ours that Chatwoot frames beside a conversation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..errors import Rejected
from .transport import UNREADABLE_FIX, rows_of

if TYPE_CHECKING:
    from .transport import Transport


@dataclass(frozen=True)
class DashboardApp:
    """A tab beside each conversation of the account, and the page in it."""

    id: int
    title: str
    url: str


class DashboardApps:
    """The resource ``dashboard_apps`` of an account; an administrator's token is needed to write."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def every(self) -> list[DashboardApp]:
        """Return all apps of the account; the answer is a plain list."""
        return [_app(row) for row in rows_of(self._transport.get("/dashboard_apps"))]

    def at(self, url: str) -> DashboardApp | None:
        """Return the app that shows this path, wherever the host was reached when it was made."""
        path = urlsplit(url).path
        here = [one for one in self.every() if urlsplit(one.url).path == path]
        return next((one for one in here if one.url == url), here[0] if here else None)

    def register(self, title: str, url: str) -> DashboardApp:
        """See that there is a tab with this page; one that leads to an older address is mended."""
        found = self.at(url)
        if found and found.url == url:
            return found
        app = {"title": title, "content": [{"type": "frame", "url": url}]}
        method, path = ("PATCH", f"/dashboard_apps/{found.id}") if found else ("POST", "/dashboard_apps")
        return _app(self._transport.send(method, path, {"dashboard_app": app}) or {})

    def drop(self, url: str) -> None:
        """Remove the tab with this page, if there is one."""
        if found := self.at(url):
            self._transport.send("DELETE", f"/dashboard_apps/{found.id}")


def _app(row: dict[str, Any]) -> DashboardApp:
    if not isinstance(row.get("id"), int):
        raise Rejected("Chatwoot's dashboard app cannot be read: it has no id.", fix=UNREADABLE_FIX)
    content = row.get("content") or [{}]
    first = content[0] if isinstance(content[0], dict) else {}
    return DashboardApp(row["id"], str(row.get("title")), str(first.get("url")))
