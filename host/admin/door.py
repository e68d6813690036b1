"""Who is let in: sessions, roles, and forms that come from nowhere but our own pages."""

from __future__ import annotations

import hmac
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from ..store import users
from .formats import living_in
from .passwords import WINDOW, digest
from .visits import NotAllowed, Place, Visit
from .words import LANGUAGES, speaking, understood
from .words import gettext as _

if TYPE_CHECKING:
    from starlette.requests import Request

    from ..house import House
    from ..store.users import Session

COOKIE = "crmhost_session"
IDLE, LONGEST = 7 * 86_400.0, 30 * 86_400.0
"""Seconds after which a session that is not used, or any at all, is over."""
TOUCH = 600.0
"""Seconds within which it is not noted again that a session is in use."""
TIDY = 3600.0


class AgentElsewhere(NotAllowed):
    """An agent who looks at what is not for agents."""


def card_digest(token: str) -> str:
    """Return what is kept of a card's session: its token is no cookie's, and the other way round."""
    return digest(f"card {token}")


class Door:
    """Lets browsers in; what is stored of a session opens nothing."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._tidied = 0.0

    @contextmanager
    def tongue(self, request: Request) -> Iterator[None]:
        """Speak the browser's language, and write times as in its zone, while the block lasts."""
        chosen = request.cookies.get("crmhost_language", "")
        accepted = request.headers.get("accept-language", "")
        named = chosen if chosen in LANGUAGES else understood(accepted, self._house.settings.language)
        zone = request.headers.get("x-time-zone") or request.cookies.get("crmhost_zone", "")
        with speaking(named), living_in(zone):
            yield

    def visit(self, place: Place, request: Request, form: Mapping[str, list[str]]) -> Visit:
        """Return who asks for what: told by a cookie, or on the card, which may have none, by a header."""
        if place.may == "card":
            token = request.headers.get("authorization", "").removeprefix("Bearer ")[:200]
            kept = card_digest(token)
        else:
            token = request.cookies.get(COOKIE, "")[:200]
            kept = digest(token)
        return Visit(self._house, request, form, self._session(kept, request) if token else None, token)

    def check(self, place: Place, visit: Visit, *, too_long: bool) -> None:
        """Refuse who may not do this."""
        if place.method == "POST":
            if too_long or not _from_here(visit.request, self._house.settings.base_url):
                raise NotAllowed(_("This form did not come from here."), fix=_("Open the page again."))
            # The card's requests carry their token in a header, which no other site's form can.
            known = place.may == "card" or not visit.session
            given = visit.given("form_token").encode()
            if not (known or hmac.compare_digest(given, visit.form_token.encode())):
                raise NotAllowed(_("This form is too old."), fix=_("Open the page again."))
        if place.may in {"anyone", "card"}:
            return
        if visit.session is None:
            raise NotAllowed(_("You are not signed in."), fix=_("Sign in, and try again."))
        if visit.user.agent and place.may != "member":
            raise AgentElsewhere(_("Agents see the card in Chatwoot only."), fix=_("Ask an administrator."))
        if place.may == "administrator" and not visit.changes:
            raise NotAllowed(_("Only an administrator may do this."), fix=_("Ask one of them."))

    def sign_in_path(self, request: Request) -> str:
        """Return where to sign in, and come back from."""
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return "/sign-in" if here == "/" else f"/sign-in?next={quote(here)}"

    def _session(self, kept: str, request: Request) -> Session | None:
        now = time.time()
        with self._house.store.read() as tx:
            found = users.session(tx, kept)
        if found is None or now - found.seen_at > IDLE or now - found.created_at > LONGEST:
            return None
        # A page that looks for news by itself is no sign of life.
        if now - found.seen_at > TOUCH and "hx-request" not in request.headers:
            with self._house.store.write() as tx:
                users.touch(tx, kept, now)
                if now - self._tidied > TIDY:
                    self._tidied = now
                    users.tidy(tx, now, idle=IDLE, longest=LONGEST, failures_for=WINDOW)
        return found


def _from_here(request: Request, base_url: str) -> bool:
    """Whether a form was sent by one of our own pages.

    A browser says so by itself: ``Sec-Fetch-Site``, and ``Origin`` where it is too old for that. A
    proxy may have spoken TLS for us, so that only the host is compared.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = urlsplit(request.headers.get("origin", "")).netloc
    return bool(origin) and origin in {request.headers.get("host", ""), urlsplit(base_url).netloc}
