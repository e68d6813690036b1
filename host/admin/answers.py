"""Making the browser's answer of what a view gives back."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from ..store import users
from .door import COOKIE, LONGEST
from .headers import framed_by
from .rendering import render
from .visits import Document, Go, Page, Visit

if TYPE_CHECKING:
    from starlette.requests import Request

YEAR = 31_536_000


def answer(visit: Visit | None, request: Request, made: Page | Document | Go) -> Response:
    """Return the page or the document, or where to go; what was to be said is said by the next page."""
    if isinstance(made, Go):
        return _leading(visit, request, made)
    if isinstance(made, Document):
        return JSONResponse(made.content, media_type=made.kind)
    headers = framed_by(made.framed_by) if made.framed_by else None
    return HTMLResponse(render(visit, made), made.status, headers)


def _leading(visit: Visit | None, request: Request, going: Go) -> Response:
    if "hx-request" in request.headers and going.path.startswith("/sign-in"):
        # A page that looks for news by itself, signed out meanwhile: it is to be loaded as a whole.
        return Response(status_code=401, headers={"HX-Refresh": "true"})
    base = visit.base if visit else ""
    response = RedirectResponse(base + going.path, 303)
    if visit and going.sign_in is not None:
        secure = urlsplit(visit.house.settings.base_url).scheme == "https"
        response.set_cookie(
            COOKIE,
            going.sign_in,
            max_age=int(LONGEST) if going.sign_in else 0,
            path=visit.base or "/",
            secure=secure,
            httponly=True,
            samesite="lax",
        )
    if going.language:
        response.set_cookie("crmhost_language", going.language, max_age=YEAR, samesite="lax")
    if going.said and visit and visit.session:
        with visit.house.store.write() as tx:
            users.tell(tx, visit.session.digest, going.said)
    return response
