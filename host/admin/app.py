"""The application: each place of the pages, behind the same door."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import structlog
from anyio import CapacityLimiter, to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import ClientDisconnect
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from ..errors import CRMHostError
from . import places, words
from .answers import answer
from .door import AgentElsewhere, Door
from .headers import with_headers
from .visits import Go, NotAllowed, NotThere, Page, Place
from .words import N_

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp

    from ..house import House

AT_ONCE = 4
"""Pages made at once: webhooks are received by the same process, and come first."""
LONGEST_FORM = 256 * 1024
PATIENCE = 20.0
"""Seconds within which a form must have arrived."""
FIELDS = 2000
"""How many things a form may have."""
Form = dict[str, list[str]]
log = structlog.get_logger(__name__)


class Id(Convertor[int]):
    """A row's number in an address, as large as a database takes it; what is larger is nowhere."""

    regex = "[0-9]{1,18}"

    def convert(self, value: str) -> int:
        """Read it."""
        return int(value)

    def to_string(self, value: int) -> str:
        """Write it."""
        return str(value)


register_url_convertor("id", Id())


def pages_of(house: House) -> ASGIApp:
    """Return the application that shows a house."""
    words.learn(house.plugins)
    door, limiter = Door(house), CapacityLimiter(AT_ONCE)
    routes = [
        Route(place.path, partial(_serve, place, door, limiter), methods=[place.method])
        for place in places.EVERY
    ]
    static = StaticFiles(directory=Path(__file__).parent / "static")
    nowhere = Place("/{path:path}", places.nowhere, "anyone")
    app = Starlette(
        routes=[
            *routes,
            Mount("/static", static),
            Route(nowhere.path, partial(_serve, nowhere, door, limiter)),
        ]
    )
    app.router.redirect_slashes = False
    return with_headers(app)


async def _serve(place: Place, door: Door, limiter: CapacityLimiter, request: Request) -> Response:
    """Make one page, in a thread of its own."""
    filled_in = await _form(request) if place.method == "POST" else {}
    return await to_thread.run_sync(_timed, place, door, request, filled_in, limiter=limiter)


async def _form(request: Request) -> Form | None:
    """Read a form; None where it is too long, has too many fields, or does not arrive whole."""
    body = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            async for piece in request.stream():
                body += piece
                if len(body) > LONGEST_FORM:
                    return None
    except (ClientDisconnect, TimeoutError):
        return None
    try:
        return parse_qs(body.decode(errors="replace"), keep_blank_values=True, max_num_fields=FIELDS)
    except ValueError:
        return None


def _timed(place: Place, door: Door, request: Request, filled_in: Form | None) -> Response:
    """Make the page, and tell the browser's tools how long that took."""
    began, worked = time.perf_counter(), time.thread_time()
    response = _made(place, door, request, filled_in)
    took, own = (
        (now - then) * 1000 for now, then in ((time.perf_counter(), began), (time.thread_time(), worked))
    )
    response.headers["Server-Timing"] = f"page;dur={took:.1f}, own;dur={own:.1f}"
    return response


def _made(place: Place, door: Door, request: Request, filled_in: Form | None) -> Response:
    """Let somebody in and show what is there, or say in a sentence why not."""
    visit = None
    with door.tongue(request):
        try:
            visit = door.visit(place, request, filled_in or {})
            door.check(place, visit, too_long=filled_in is None)
            return answer(visit, request, place.view(visit))
        except AgentElsewhere as error:
            if place.method == "GET":
                return answer(visit, request, Go("/account"))
            return answer(visit, request, _said(error, 403))
        except NotAllowed as error:
            if visit and visit.session is None and place.method == "GET":
                return answer(visit, request, Go(door.sign_in_path(request)))
            return answer(visit, request, _said(error, 403))
        except CRMHostError as error:
            return answer(visit, request, _said(error, 404 if isinstance(error, NotThere) else 400))
        except SQLAlchemyError as error:
            log.error("no page", path=place.path, error=type(error).__name__)
            return answer(None, request, Page("error.html", _AWAY, 503))
        except Exception as error:
            log.error("no page", path=place.path, exc_info=error)
            return answer(None, request, Page("error.html", _OURS, 500))


_AWAY: dict[str, Any] = {
    "title": N_("The database does not answer"),
    "fix": N_(
        "Webhooks are refused meanwhile, and Chatwoot's are found again by reconciling. Try again soon."
    ),
}
_OURS: dict[str, Any] = {
    "title": N_("That is our mistake"),
    "fix": N_("The log of crmhost serve says what went wrong. Nothing was changed."),
}


def _said(error: CRMHostError, status: int) -> Page:
    return Page("error.html", {"title": str(error), "fix": error.fix}, status)
