"""Coming in and going out: the sign-in page, and the link with which somebody chooses a password."""

from __future__ import annotations

import secrets
import time

from ...errors import CRMHostError
from ...store import users
from ..passwords import digest, hashed, known, mailbox
from ..visits import Go, NotThere, Page, Place, Visit, form, own_path
from ..words import gettext as _


def sign_in(visit: Visit) -> Page | Go:
    """Ask who it is."""
    if visit.session:
        return Go(own_path(visit.asked("next")))
    return _asking(visit.asked("next"))


def _asking(back: str, email: str = "", problem: CRMHostError | None = None) -> Page:
    values = {"next": back, "email": email, "problem": problem}
    return Page("sign-in.html", values, 200 if problem is None else 422)


def come_in(visit: Visit) -> Page | Go:
    """Begin a session where the password is right."""
    email, back = visit.given("email"), visit.given("next")
    client = visit.request.client
    try:
        user = known(visit.house, email, visit.given("password"), client.host if client else "")
        if user is None:
            fix = _("Who forgot the password gets a new link, as is said below.")
            raise CRMHostError(_("E-mail address and password do not fit together."), fix=fix)
    except CRMHostError as problem:
        return _asking(back, email, problem)
    return _begin(visit, user.id, own_path(back))


def _begin(visit: Visit, user_id: int, path: str) -> Go:
    token = secrets.token_urlsafe(32)
    with visit.house.store.write() as tx:
        users.begin_session(tx, digest(token), user_id, time.time())
    return Go(path, sign_in=token)


def go_out(visit: Visit) -> Go:
    """End the session."""
    if visit.session:
        with visit.house.store.write() as tx:
            users.end_session(tx, visit.session.digest)
    return Go("/sign-in", sign_in="")


def welcome(visit: Visit) -> Page:
    """Ask whoever has the link for a password."""
    return _choosing(visit)


def _choosing(visit: Visit, email: str = "", problem: CRMHostError | None = None) -> Page:
    with visit.house.store.read() as tx:
        invitation = users.invited(tx, digest(visit.request.path_params["token"]), time.time())
        first = not users.administrators(tx)
    if invitation is None:
        raise _used_up()
    values = {"invitation": invitation, "first": first, "email": email, "problem": problem}
    return Page("welcome.html", values, 200 if problem is None else 422)


def choose_password(visit: Visit) -> Page | Go:
    """Keep the password, use the link up, and sign in."""
    asked = visit.given("email")
    kept = digest(visit.request.path_params["token"])
    try:
        password = hashed(visit.given("password"))
        with visit.house.store.write() as tx:
            invitation = users.invited(tx, kept, time.time())
            if invitation is None or not users.end_invitation(tx, kept):
                raise _used_up()
            email = invitation.email or mailbox(asked)
            user = users.put(tx, email, invitation.role, password, time.time())
            if invitation.email is None:
                users.set_role(tx, user.id, invitation.role)
    except NotThere:
        raise
    except CRMHostError as problem:
        return _choosing(visit, asked, problem)
    return _begin(visit, user.id, "/")


def _used_up() -> NotThere:
    fix = _("crmhost users invite makes a new one. Before anybody has signed in, crmhost serve prints one.")
    return NotThere(_("This link was used already, or is too old."), fix=fix)


PLACES = (
    Place("/sign-in", sign_in, "anyone"),
    form("/sign-in", come_in, "anyone"),
    form("/sign-out", go_out, "anyone"),
    Place("/welcome/{token}", welcome, "anyone"),
    form("/welcome/{token}", choose_password, "anyone"),
)
