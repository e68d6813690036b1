"""The card that Chatwoot frames beside a conversation: who signs in to it sees the customer in the CRM.

The page itself knows nothing. Its script takes from Chatwoot which conversation is open, and asks for what
is shown; who asks is told by a token that the page keeps for itself, since a framed page may have no cookies.
"""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any

import structlog

from ...beside import Seat, act, look, seat
from ...errors import CRMHostError
from ...naming import title
from ...store import browse, links, users
from ...store.browse import Wanted
from .. import happenings
from ..door import card_digest
from ..happenings import record_name, urls_of
from ..passwords import known
from ..visits import NotAllowed, Page, Place, Visit, form
from ..words import gettext as _
from .connection import found

if TYPE_CHECKING:
    from ...cards import Card
    from ...store.connections import CRMConnection

LENGTH = 5
"""Deliveries that the card tells of."""
log = structlog.get_logger(__name__)


def frame(visit: Visit) -> Page:
    """Give the empty page, which only the connection's own Chatwoot may frame."""
    one = found(visit, visit.number("id"))
    return Page("card.html", {"one": one, "chatwoot": one.chatwoot_url or ""}, framed_by=one.chatwoot_url)


def come_in(visit: Visit) -> Page:
    """Begin a session of the card's own where the password is right."""
    one = found(visit, visit.number("id"))
    client = visit.request.client
    try:
        user = known(
            visit.house, visit.given("email"), visit.given("password"), client.host if client else ""
        )
        if user is None:
            fix = _("Who forgot the password gets a new link from an administrator.")
            raise CRMHostError(_("E-mail address and password do not fit together."), fix=fix)
    except CRMHostError as problem:
        return _sign_in(one, visit.given("email"), problem)
    token = secrets.token_urlsafe(32)
    with visit.house.store.write() as tx:
        users.begin_session(tx, card_digest(token), user.id, time.time())
    return Page("card-in.html", {"one": one, "token": token})


def go_out(visit: Visit) -> Page:
    """End the card's session."""
    if visit.session:
        with visit.house.store.write() as tx:
            users.end_session(tx, visit.session.digest)
    return _sign_in(found(visit, visit.number("id")))


def _sign_in(one: CRMConnection, email: str = "", problem: CRMHostError | None = None) -> Page:
    return Page("card-sign-in.html", {"one": one, "email": email, "problem": problem})


def show(visit: Visit) -> Page:
    """Show the customer of the conversation that is open."""
    one = found(visit, visit.number("id"))
    if visit.session is None:
        return _sign_in(one)
    try:
        return _shown(visit, one, _seat(visit, one))
    except CRMHostError as problem:
        return _cannot(one, problem)


def do(visit: Visit) -> Page:
    """Do what was chosen, and show the customer as they are then."""
    one = found(visit, visit.number("id"))
    if visit.session is None:
        return _sign_in(one)
    if visit.user.role == users.VIEWER:
        raise NotAllowed(_("A viewer changes nothing."), fix=_("Ask an administrator for another role."))
    try:
        at = _seat(visit, one)
        log.info("card used", connection=one.id, user=visit.user.id, action=visit.given("action"))
        try:
            outcome = act(visit.house, one, at, visit.given("action"), visit.given("value"))
        except CRMHostError as problem:
            return _shown(visit, one, at, problem=problem)
        why_not = " ".join(change.note for change in outcome.changes if change.note)
        return _shown(visit, one, at, said=_("It is done.") if outcome.state == "applied" else why_not)
    except CRMHostError as problem:
        return _cannot(one, problem)


def _cannot(one: CRMConnection, problem: CRMHostError) -> Page:
    return Page("card-cannot.html", {"one": one, "problem": problem})


def _seat(visit: Visit, one: CRMConnection) -> Seat:
    return seat(visit.house, one, *(visit.given(name) for name in ("account", "contact", "conversation")))


def _shown(
    visit: Visit, one: CRMConnection, at: Seat, *, said: str = "", problem: CRMHostError | None = None
) -> Page:
    card, silent = None, None
    try:
        card = look(visit.house, one, at)
    except CRMHostError as error:
        silent = error
    except Exception as error:  # noqa: BLE001 - a plugin may fail in any way, and our own story is there
        log.warning("no card", connection=one.id, error=type(error).__name__)
        silent = CRMHostError(
            _("The plugin cannot show this customer."), fix=_("What is known here follows.")
        )
    urls = urls_of(visit.house, one)
    with visit.house.store.read() as tx:
        rows = browse.page(tx, Wanted((one.id,), contact_id=at.contact_id), LENGTH)
        told = happenings.happenings(tx, rows, {one.id: urls})
        linked = links.load(tx, one.id, [f"contact:{at.contact_id}"])
    values: dict[str, Any] = {
        "one": one,
        "crm": title(visit.house.plugins, one),
        "at": at,
        "card": card,
        "silent": silent,
        "told": told,
        "linked": [
            (record_name(kind, link.remote_id), urls(kind, link.remote_id))
            for (_r, kind), link in linked.items()
        ],
        "url_of": urls,
        "named": record_name,
        "acts": visit.user.role != users.VIEWER,
        "masks": visit.user.role == users.VIEWER,
        "story": not visit.user.agent,
        "said_here": said,
        "problem": problem,
    }
    return Page("card-shown.html", values | _parted(card))


def _parted(card: Card | None) -> dict[str, Any]:
    """Return what can be done by a button, and what by a choice."""
    actions = card.actions if card else ()
    return {
        "buttons": [one for one in actions if not one.choices],
        "choices": [one for one in actions if one.choices],
    }


PLACES = (
    Place("/card/{id:id}", frame, "anyone"),
    form("/card/{id:id}/sign-in", come_in, "card"),
    form("/card/{id:id}/sign-out", go_out, "card"),
    form("/card/{id:id}/show", show, "card"),
    form("/card/{id:id}/do", do, "card"),
)
