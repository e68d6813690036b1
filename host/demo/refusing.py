"""A CRM in which somebody has just made a field required that nobody sends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

SAID = {
    "message": "The region field is required.",
    "errors": {"region": ["The region field is required."]},
}


class Refusing:
    """A CRM's API; while ``on`` it refuses whatever would be written, as 422, and shows what is there."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.on = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        refused = self.on and scope["type"] == "http" and scope["method"] not in {"GET", "HEAD"}
        answer = JSONResponse(SAID, 422) if refused else self._app
        await answer(scope, receive, send)
