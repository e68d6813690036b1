"""What everybody may change of their own: the language, the password."""

from __future__ import annotations

from ...errors import CRMHostError
from ...store import users
from ..passwords import hashed, known
from ..visits import Go, Page, Place, Visit, form, own_path
from ..words import LANGUAGES
from ..words import gettext as _


def account(_visit: Visit) -> Page:
    """Show who is signed in."""
    return Page("account.html", {"problem": None})


def change_password(visit: Visit) -> Page | Go:
    """Keep another password; all other browsers are signed out."""
    user, client = visit.user, visit.request.client
    try:
        if known(visit.house, user.email, visit.given("old"), client.host if client else "") is None:
            fix = _("Who forgot the password gets a new link from an administrator.")
            raise CRMHostError(_("That is not your present password."), fix=fix)
        password = hashed(visit.given("password"))
    except CRMHostError as problem:
        return Page("account.html", {"problem": problem}, 422)
    with visit.house.store.write() as tx:
        users.set_password(tx, user.id, password)
        users.sign_out_everywhere(tx, user.id, but=visit.session.digest if visit.session else "")
    return Go("/account", _("Your password is changed. All other browsers are signed out."))


def speak(visit: Visit) -> Go:
    """Speak another language to this browser."""
    chosen = visit.given("language")
    return Go(own_path(visit.given("back")), language=chosen if chosen in LANGUAGES else None)


PLACES = (
    Place("/account", account, "member"),
    form("/account/password", change_password, "member"),
    form("/language", speak, "anyone"),
)
