"""Who may see the pages: administrators invite, change roles, and remove."""

from __future__ import annotations

from ...errors import CRMHostError
from ...store import users
from ..passwords import invite, mailbox
from ..visits import Go, NotThere, Page, Place, Visit, form
from ..words import gettext as _


def people(visit: Visit) -> Page:
    """List the users."""
    return _listed(visit)


def _listed(visit: Visit, link: str = "", email: str = "", problem: CRMHostError | None = None) -> Page:
    with visit.house.store.read() as tx:
        everyone = users.every(tx)
    values = {"people": everyone, "roles": users.ROLES, "link": link, "email": email, "problem": problem}
    return Page("people.html", values, 200 if problem is None else 422)


def invite_one(visit: Visit) -> Page:
    """Make a link for somebody new, or for somebody who forgot the password."""
    email = visit.given("email")
    try:
        role = visit.given("role")
        path = invite(visit.house, mailbox(email), role if role in users.ROLES else users.VIEWER)
    except CRMHostError as problem:
        return _listed(visit, email=email, problem=problem)
    return _listed(visit, link=visit.house.settings.base_url + path, email=mailbox(email))


def change_role(visit: Visit) -> Go:
    """Give somebody another role; one administrator remains."""
    role = visit.given("role")
    with visit.house.store.write() as tx:
        user = _one(users.every(tx), visit.number("id"))
        if role != users.ADMINISTRATOR:
            _keep_one(user, users.administrators(tx))
        users.set_role(tx, user.id, role if role in users.ROLES else users.VIEWER)
    return Go("/people", _("%(email)s has another role now.", email=user.email))


def remove(visit: Visit) -> Go:
    """Remove somebody; one administrator remains."""
    with visit.house.store.write() as tx:
        user = _one(users.every(tx), visit.number("id"))
        _keep_one(user, users.administrators(tx))
        users.remove(tx, user.id)
    return Go("/people", _("%(email)s cannot sign in any more.", email=user.email))


def _one(everyone: list[users.User], user_id: int) -> users.User:
    for user in everyone:
        if user.id == user_id:
            return user
    raise NotThere(_("There is no such user."), fix=_("Somebody may have removed them."))


def _keep_one(user: users.User, administrators: int) -> None:
    if user.administrator and administrators == 1:
        fix = _("Make somebody else an administrator first.")
        raise CRMHostError(_("%(email)s is the only administrator.", email=user.email), fix=fix)


PLACES = (
    Place("/people", people, "administrator"),
    form("/people/invite", invite_one),
    form("/people/{id:id}/role", change_role),
    form("/people/{id:id}/remove", remove),
)
