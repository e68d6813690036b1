"""Passwords and links: what is hashed, what is drawn, and how often somebody may be wrong."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from functools import cache
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ..errors import CRMHostError
from ..store import users
from ..store.users import Invitation
from .words import gettext as _

if TYPE_CHECKING:
    from ..house import House
    from ..store.users import User

SHORTEST, LONGEST = 10, 200
WINDOW = 900.0
"""Seconds within which wrong passwords are counted."""
ALLOWED = {"who": 5, "where": 20, "whom": 50}
"""How many are allowed then: of one address for one user, of one address, for one user."""
LINK_LASTS = 86_400.0
"""Seconds for which a link to choose a password is good."""
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_hasher = PasswordHasher()


class TooOften(CRMHostError):
    """Somebody was wrong too often; the next try must wait."""


def digest(token: str) -> str:
    """Return what is kept of a link or a session: it opens nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


def hashed(password: str) -> str:
    """Return the hash of a new password, or say what is wrong with the password."""
    if len(password) < SHORTEST:
        fix = _("Take a longer one: three words, say.")
        raise CRMHostError(_("A password has at least %(count)d characters.", count=SHORTEST), fix=fix)
    if len(password) > LONGEST:
        fix = _("Take a shorter one.")
        raise CRMHostError(_("A password has at most %(count)d characters.", count=LONGEST), fix=fix)
    return _hasher.hash(password)


def mailbox(text: str) -> str:
    """Return an e-mail address in small letters, or say that it is none."""
    email = text.strip().lower()
    if not EMAIL.fullmatch(email) or len(email) > 255 or not email.isprintable():
        raise CRMHostError(_("That is no e-mail address."), fix=_("It has an @ in it."))
    return email


def known(house: House, email: str, password: str, where: str) -> User | None:
    """Return the user whose password this is, None where it is nobody's; ``where`` is who asks."""
    now, email = time.time(), email.strip().lower()[:255]
    keys = {"who": f"{email} {where}"[:320], "where": where[:320], "whom": email}
    with house.store.read() as tx:
        failed = users.failed_lately(tx, list(keys.values()), now - WINDOW)
        found = users.by_email(tx, email)
    if any(failed.get(key, 0) >= ALLOWED[name] for name, key in keys.items()):
        fix = _("Wait a quarter of an hour, and try again.")
        raise TooOften(_("There were too many wrong passwords."), fix=fix)
    nobodys = _nobodys()  # also where there is such a user: the first time it takes a while
    right = _is_right(found[1] if found else nobodys, password)
    with house.store.write() as tx:
        if not (found and right):
            users.failed(tx, list(keys.values()), now, WINDOW)
            return None
        users.forgive(tx, [keys["who"], keys["whom"]])
        if _hasher.check_needs_rehash(found[1]):
            users.set_password(tx, found[0].id, _hasher.hash(password))
    return found[0]


@cache
def _nobodys() -> str:
    """Return what is compared with where there is no such user: that takes as long as where there is."""
    return _hasher.hash(secrets.token_hex())


def _is_right(kept: str, password: str) -> bool:
    try:
        return _hasher.verify(kept, password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False


def invite(house: House, email: str | None, role: str) -> str:
    """Return the path of a link with which a password is chosen once."""
    token = secrets.token_urlsafe(24)
    with house.store.write() as tx:
        users.invite(tx, digest(token), Invitation(email, role), time.time() + LINK_LASTS)
    return f"/welcome/{token}"


def first_link(house: House) -> str | None:
    """Return the path of a link for the first administrator, None where there is one already."""
    with house.store.read() as tx:
        if users.administrators(tx):
            return None
    return invite(house, None, users.ADMINISTRATOR)
