"""The tokens of connections whose CRM's expire, encrypted; each with the time up to which it is good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, select, update

from ..context import Token
from .tables import tokens
from .upsert import upsert

if TYPE_CHECKING:
    from ..vault import Vault

EARLY = 60.0
"""Seconds before its end that a token is made anew, or a tenth of its time where that is less."""


def load(tx: Connection, vault: Vault, connection_id: int) -> tuple[Token, float] | None:
    """Return the connection's token and up to when it is good, None where there is none."""
    here = tokens.c.connection_id == connection_id
    row = tx.execute(select(tokens.c.sealed, tokens.c.good_until).where(here)).first()
    if row is None:
        return None
    value, keep = vault.open(row.sealed)
    return Token(value, 0.0, keep), row.good_until


def save(tx: Connection, vault: Vault, connection_id: int, token: Token, now: float) -> None:
    """Keep a token that was made just now."""
    until = now + token.good_for - min(EARLY, token.good_for / 10)
    values = {"sealed": vault.seal([token.value, dict(token.keep)]), "good_until": until}
    insert = upsert(tx, tokens).values(connection_id=connection_id, **values)
    tx.execute(insert.on_conflict_do_update(index_elements=["connection_id"], set_=values))


def expire(tx: Connection, connection_id: int) -> None:
    """Let the token be good no more; what it kept stays."""
    tx.execute(update(tokens).where(tokens.c.connection_id == connection_id).values(good_until=0.0))


def forget(tx: Connection, connection_id: int) -> None:
    """Keep nothing of the token: a person gave other credentials."""
    tx.execute(tokens.delete().where(tokens.c.connection_id == connection_id))


def reseal(tx: Connection, vault: Vault) -> None:
    """Encrypt all tokens with the vault's first key."""
    for row in list(tx.execute(select(tokens.c.connection_id, tokens.c.sealed))):
        here = tokens.c.connection_id == row.connection_id
        tx.execute(update(tokens).where(here).values(sealed=vault.reseal(row.sealed)))
