"""The commands for those who see the pages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from ..errors import CRMHostError
from .output import document, house_of, json_option, table

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ..store.users import User


@click.group()
def users() -> None:
    """See, invite and remove those who may see the pages."""


@users.command("list")
@json_option
def list_users(*, as_json: bool) -> None:
    """List who may sign in."""
    from ..store import users as known

    with house_of() as house, house.store.read() as tx:
        everyone = known.every(tx)
    rows = [{"email": one.email, "role": one.role, "seen_at": _iso(one.seen_at)} for one in everyone]
    if as_json:
        document({"users": rows})
    else:
        table("Users", ("E-mail", "Role", "Signed in last"), [tuple(row.values()) for row in rows])


@users.command()
@click.argument("email")
@click.option(
    "--role",
    type=click.Choice(("administrator", "viewer", "agent")),
    default="viewer",
    show_default=True,
    help="An agent sees the card in Chatwoot only.",
)
@json_option
def invite(email: str, role: str, *, as_json: bool) -> None:
    """Print a link with which somebody chooses a password; also for who forgot it, and keeps the role."""
    from ..admin.passwords import invite as make
    from ..admin.passwords import mailbox
    from ..store import users as known

    with house_of() as house:
        link = house.settings.base_url + make(house, mailbox(email), role)
        with house.store.read() as tx:
            there = known.by_email(tx, mailbox(email))
    keeps = there[0].role if there else None
    if as_json:
        document({"link": link, "role": keeps or role})
        return
    click.echo(f"Good for a day, once:\n  {link}")
    if keeps:
        click.echo(f"{mailbox(email)} is known as {keeps}, and stays that: the link gives a new password.")


@users.command()
@click.argument("email")
@json_option
def remove(email: str, *, as_json: bool) -> None:
    """Let somebody sign in no more."""
    from ..store import users as known

    with house_of() as house, house.store.write() as tx:
        user = _named(tx, email)
        known.remove(tx, user.id)
    if as_json:
        document({"removed": user.email})
    else:
        click.echo(f"{user.email} cannot sign in any more.")


def _named(tx: Connection, email: str) -> User:
    from ..store import users as known

    found = known.by_email(tx, email.strip().lower())
    if found is None:
        raise CRMHostError(f"There is no user {email}.", fix="See who there is: crmhost users list.")
    return found[0]


def _iso(at: float | None) -> str | None:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds") if at else None
