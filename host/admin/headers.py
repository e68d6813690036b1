"""What every answer tells the browser about safety."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; "
    "script-src 'self'; "
    "style-src 'self'; "
    "img-src 'self' data:; "
    "font-src 'self'; "
    "connect-src 'self'; "
    "form-action 'self'; "
    "base-uri 'none'; "
    "frame-ancestors "
)
EACH = {
    "Content-Security-Policy": f"{POLICY}'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
OLDER = "X-Frame-Options"
"""What older browsers heed: it knows no origin but our own."""
KEPT = "public, max-age=31536000, immutable"
"""Of files that are asked for with their version; pages are not kept."""


def framed_by(origin: str) -> dict[str, str]:
    """Return the headers of a page that only this origin's pages may frame; no older word says as much."""
    return {"Content-Security-Policy": POLICY + origin, OLDER: ""}


def with_headers(app: ASGIApp) -> ASGIApp:
    """Return the application with these headers on each of its answers."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in EACH.items():
                    headers.setdefault(name, value)
                if not headers[OLDER]:
                    del headers[OLDER]
                static = scope["path"].startswith("/static/") and message["status"] == 200
                headers.setdefault("Cache-Control", KEPT if static else "no-store")
            await send(message)

        await app(scope, receive, told)

    return guarded
