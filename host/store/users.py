"""Who may see the pages: users, the links that invite them, their sessions, and sign-ins that failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, case, delete, func, select, update

from .page_tables import failures, invitations, sessions, users
from .upsert import upsert

ADMINISTRATOR, VIEWER, AGENT = ROLES = ("administrator", "viewer", "agent")
"""An administrator changes things, a viewer sees all pages with personal data masked, an agent sees the card
beside a conversation in Chatwoot and nothing else."""


@dataclass(frozen=True)
class User:
    """Somebody who may sign in."""

    id: int
    email: str
    role: str
    created_at: float
    seen_at: float | None

    @property
    def administrator(self) -> bool:
        """Whether this one may change things."""
        return self.role == ADMINISTRATOR

    @property
    def agent(self) -> bool:
        """Whether this one's place is the card in Chatwoot only."""
        return self.role == AGENT


@dataclass(frozen=True)
class Invitation:
    """What a link is good for: a role, and whose password may be chosen (None: a new user's own choice)."""

    email: str | None
    role: str


@dataclass(frozen=True)
class Session:
    """A browser that is signed in."""

    digest: str
    user: User
    created_at: float
    seen_at: float
    message: str | None


_USER = (users.c.id, users.c.email, users.c.role, users.c.created_at, users.c.seen_at)


def every(tx: Connection) -> list[User]:
    """Return all users, the first first."""
    return [User(*row) for row in tx.execute(select(*_USER).order_by(users.c.id))]


def by_email(tx: Connection, email: str) -> tuple[User, str] | None:
    """Return a user and the password's hash."""
    row = tx.execute(select(*_USER, users.c.password).where(users.c.email == email)).first()
    return (User(*row[:-1]), row[-1]) if row else None


def put(tx: Connection, email: str, role: str, password: str, now: float) -> User:
    """Keep a user with this password's hash; one who is there gets it, keeps the role, and is signed out."""
    insert = upsert(tx, users).values(email=email, role=role, password=password, created_at=now)
    insert = insert.on_conflict_do_update(index_elements=["email"], set_={"password": password})
    user = User(*tx.execute(insert.returning(*_USER)).one())
    sign_out_everywhere(tx, user.id)
    return user


def set_role(tx: Connection, user_id: int, role: str) -> None:
    """Give a user another role."""
    tx.execute(update(users).where(users.c.id == user_id).values(role=role))


def set_password(tx: Connection, user_id: int, password: str) -> None:
    """Keep another hash of a user's password."""
    tx.execute(update(users).where(users.c.id == user_id).values(password=password))


def remove(tx: Connection, user_id: int) -> None:
    """Remove a user, who is signed out by that."""
    sign_out_everywhere(tx, user_id)
    tx.execute(delete(users).where(users.c.id == user_id))


def administrators(tx: Connection) -> int:
    """Return how many administrators there are."""
    query = select(func.count()).select_from(users).where(users.c.role == ADMINISTRATOR)
    return tx.scalar(query) or 0


def invite(tx: Connection, digest: str, invitation: Invitation, expires_at: float) -> None:
    """Keep a link; another one for the same user ends with it."""
    tx.execute(delete(invitations).where(invitations.c.email.is_not_distinct_from(invitation.email)))
    row = {"digest": digest, "email": invitation.email, "role": invitation.role, "expires_at": expires_at}
    tx.execute(invitations.insert().values(row))


def invited(tx: Connection, digest: str, now: float) -> Invitation | None:
    """Return what a link is good for; None where it was used or is too old."""
    here = (invitations.c.digest == digest) & (invitations.c.expires_at > now)
    row = tx.execute(select(invitations.c.email, invitations.c.role).where(here)).first()
    return Invitation(*row) if row else None


def end_invitation(tx: Connection, digest: str) -> bool:
    """Have a link used up; false where it was already."""
    return tx.execute(delete(invitations).where(invitations.c.digest == digest)).rowcount == 1


def begin_session(tx: Connection, digest: str, user_id: int, now: float) -> None:
    """Keep that a browser is signed in."""
    row = {"digest": digest, "user_id": user_id, "created_at": now, "seen_at": now}
    tx.execute(sessions.insert().values(row))
    tx.execute(update(users).where(users.c.id == user_id).values(seen_at=now))


def session(tx: Connection, digest: str) -> Session | None:
    """Return the session of this digest, however old."""
    columns = (sessions.c.created_at, sessions.c.seen_at, sessions.c.message)
    query = select(*_USER, *columns).join(users, users.c.id == sessions.c.user_id)
    row = tx.execute(query.where(sessions.c.digest == digest)).first()
    return Session(digest, User(*row[:5]), *row[5:]) if row else None


def touch(tx: Connection, digest: str, now: float) -> None:
    """Note that a session is in use."""
    tx.execute(update(sessions).where(sessions.c.digest == digest).values(seen_at=now))


def tell(tx: Connection, digest: str, message: str | None) -> None:
    """Keep what the session's next page says; None once it was said."""
    tx.execute(update(sessions).where(sessions.c.digest == digest).values(message=message))


def end_session(tx: Connection, digest: str) -> None:
    """Sign a browser out."""
    tx.execute(delete(sessions).where(sessions.c.digest == digest))


def sign_out_everywhere(tx: Connection, user_id: int, but: str = "") -> None:
    """End all sessions of a user, but for one."""
    tx.execute(delete(sessions).where(sessions.c.user_id == user_id, sessions.c.digest != but))


def tidy(tx: Connection, now: float, *, idle: float, longest: float, failures_for: float) -> None:
    """Forget sessions, links and failures whose time is over."""
    tx.execute(
        delete(sessions).where((sessions.c.seen_at < now - idle) | (sessions.c.created_at < now - longest))
    )
    tx.execute(delete(invitations).where(invitations.c.expires_at < now))
    tx.execute(delete(failures).where(failures.c.since < now - failures_for))


def failed(tx: Connection, keys: Sequence[str], now: float, window: float) -> None:
    """Count a sign-in that failed under each of these; after ``window`` seconds the count begins anew."""
    insert = upsert(tx, failures)
    over = failures.c.since < now - window
    insert = insert.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "count": case((over, 1), else_=failures.c.count + 1),
            "since": case((over, now), else_=failures.c.since),
        },
    )
    tx.execute(insert, [{"key": key, "count": 1, "since": now} for key in sorted(keys)])


def failed_lately(tx: Connection, keys: Sequence[str], since: float) -> dict[str, int]:
    """Return how many sign-ins failed since then, by key."""
    query = select(failures.c.key, failures.c.count)
    rows = tx.execute(query.where(failures.c.key.in_(keys), failures.c.since > since))
    return {row[0]: row[1] for row in rows}


def forgive(tx: Connection, keys: Sequence[str]) -> None:
    """Forget failures: somebody knew the password."""
    tx.execute(delete(failures).where(failures.c.key.in_(keys)))
