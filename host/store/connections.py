"""Connections: one Chatwoot account joined to one CRM each."""

from __future__ import annotations

import secrets as randomness
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, select, update

from ..errors import SettingsError
from ..vault import Vault
from .notices import forget
from .prepared import Prepared
from .tables import connections, metadata

SEALED = ("secrets", "webhook_secrets", "chatwoot_token")
"""The columns that are encrypted."""
# Made once: SQLAlchemy takes four times as long to make a statement as to run it.
_BY_ID = Prepared(select(connections).where(connections.c.id == bindparam("connection")))
_BY_ADDRESS = select(connections).where(connections.c.address == bindparam("its_address"))
_COLUMNS = tuple(connections.c.keys())
_TWO = Prepared(select(connections.c.id).limit(2))
_THERE = Prepared(
    select(connections.c.id)
    .where(connections.c.id.in_(bindparam("ids", expanding=True)))
    .with_for_update(read=True, key_share=True)
)
_SOME = select(connections).where(connections.c.id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True)
class CRMConnection:
    """A connection as it is stored, its secrets readable."""

    id: int
    plugin: str
    account_id: int
    address: str
    given: Mapping[str, Any]
    """The plugin's settings as a person gave them, secret ones among them."""
    found: Mapping[str, Any]
    """What the plugin's setup found beside them."""
    webhook_secrets: tuple[str, ...]
    """At most two: during a rotation the old one is valid beside the new."""
    unsigned: bool
    created_at: float
    paused_reason: str | None
    paused_fix: str | None
    paused_until: float | None
    away_since: float | None = None
    """Since when the CRM has not been reached, where it is that."""
    chatwoot_url: str | None = None
    """Chatwoot's own address, where a person gave it."""
    chatwoot_token: str | None = field(default=None, repr=False)

    @property
    def settings(self) -> Mapping[str, Any]:
        """All settings."""
        return {**self.given, **self.found}

    @property
    def webhook_path(self) -> str:
        """The path of the address that Chatwoot posts to."""
        return f"/webhooks/{self.address}"

    def paused(self, now: float) -> bool:
        """Whether its work waits."""
        return self.paused_reason is not None and (self.paused_until is None or self.paused_until > now)


def new_address() -> str:
    """Return the end of a webhook's URL that nobody can guess."""
    return randomness.token_urlsafe(24)


def add(
    tx: Connection,
    vault: Vault,
    *,
    address: str,
    plugin: str,
    account_id: int,
    public: Mapping[str, Any],
    secret: Mapping[str, Any],
    found: Mapping[str, Any],
    webhook_secret: str | None,
    unsigned: bool,
    now: float,
) -> CRMConnection:
    """Store a new connection under its webhook's ``address`` (``new_address``)."""
    values = {
        "plugin": plugin,
        "account_id": account_id,
        "address": address,
        "settings": dict(public),
        "secrets": vault.seal(dict(secret)),
        "found": dict(found),
        "webhook_secrets": vault.seal([webhook_secret] if webhook_secret else []),
        "unsigned": unsigned,
        "created_at": now,
    }
    row = tx.execute(connections.insert().values(values).returning(*connections.c)).one()
    return _read(row._mapping, vault)


def every(tx: Connection, vault: Vault) -> list[CRMConnection]:
    """Return all connections, the oldest first."""
    return [_read(row._mapping, vault) for row in tx.execute(select(connections).order_by(connections.c.id))]


def some(tx: Connection, vault: Vault, connection_ids: Collection[int]) -> dict[int, CRMConnection]:
    """Return these connections by id, those that there are."""
    rows = tx.execute(_SOME, {"ids": list(connection_ids)})
    return {row.id: _read(row._mapping, vault) for row in rows}


def there(tx: Connection, connection_ids: Collection[int]) -> set[int]:
    """Return those of these ids that are a connection's, none of which is removed before this has ended.

    SQLite has one writer anyway.
    """
    return {row[0] for row in _THERE.rows(tx, {"ids": list(connection_ids)})} if connection_ids else set()


def get(tx: Connection, vault: Vault, connection_id: int) -> CRMConnection:
    """Return one connection, or say that there is none of that id."""
    row = _BY_ID.first(tx, {"connection": connection_id})
    if row is None:
        raise SettingsError(
            f"There is no connection {connection_id}.", fix="See which there are: crmhost connections."
        )
    return _read(dict(zip(_COLUMNS, row, strict=True)), vault)


def reseal(tx: Connection, vault: Vault) -> int:
    """Encrypt all secrets with the vault's first key; return how many connections there are."""
    rows = list(tx.execute(select(connections.c.id, *(connections.c[name] for name in SEALED))))
    for row in rows:
        sealed = {name: vault.reseal(kept) for name in SEALED if (kept := row._mapping[name])}
        tx.execute(update(connections).where(connections.c.id == row.id).values(sealed))
    return len(rows)


def several(tx: Connection) -> bool:
    """Whether there is more than one connection."""
    return len(_TWO.rows(tx)) > 1


def check_key(tx: Connection, vault: Vault) -> None:
    """Say at start, where that is so, that the secrets were encrypted with another key."""
    sealed = tx.scalar(select(connections.c.secrets).limit(1))
    if sealed is not None:
        vault.open(sealed)


def by_address(tx: Connection, vault: Vault, address: str) -> CRMConnection | None:
    """Return the connection that this webhook address belongs to, or None."""
    row = tx.execute(_BY_ADDRESS, {"its_address": address}).first()
    return _read(row._mapping, vault) if row else None


def set_webhook_secrets(tx: Connection, vault: Vault, connection_id: int, secrets: Sequence[str]) -> None:
    """Store the secrets that are valid from now; webhooks without a signature are refused from now on."""
    _update(tx, connection_id, webhook_secrets=vault.seal(list(secrets)), unsigned=False)


def set_settings(
    tx: Connection,
    vault: Vault,
    connection_id: int,
    *,
    public: Mapping[str, Any],
    secret: Mapping[str, Any],
    found: Mapping[str, Any],
) -> None:
    """Store changed settings."""
    values = {"settings": dict(public), "secrets": vault.seal(dict(secret)), "found": dict(found)}
    _update(tx, connection_id, **values)


def set_found(tx: Connection, connection_id: int, found: Mapping[str, Any]) -> None:
    """Store what setup found when it looked again."""
    _update(tx, connection_id, found=dict(found))


def set_chatwoot(tx: Connection, vault: Vault, connection_id: int, url: str, token: str | None) -> None:
    """Store where Chatwoot is, and the token of a user there."""
    _update(tx, connection_id, chatwoot_url=url, chatwoot_token=vault.seal(token) if token else None)


def remove(tx: Connection, connection_id: int) -> None:
    """Remove the connection and all that is kept for it; the CRM keeps what it has."""
    # First: whoever stores something for it just now is waited for, and nobody begins to.
    tx.execute(connections.delete().where(connections.c.id == connection_id))
    forget(tx, connection_id)
    for table in metadata.sorted_tables:
        # What operators were told of it stays told, and who may see the pages is nobody's own.
        if "connection_id" in table.c:
            tx.execute(table.delete().where(table.c.connection_id == connection_id))


def _update(tx: Connection, connection_id: int, **values: Any) -> None:
    tx.execute(update(connections).where(connections.c.id == connection_id).values(values))


def _read(row: RowMapping | Mapping[str, Any], vault: Vault) -> CRMConnection:
    return CRMConnection(
        id=row["id"],
        plugin=row["plugin"],
        account_id=row["account_id"],
        address=row["address"],
        given={**row["settings"], **vault.open(row["secrets"])},
        found=row["found"],
        webhook_secrets=tuple(vault.open(row["webhook_secrets"])),
        unsigned=row["unsigned"],
        created_at=row["created_at"],
        paused_reason=row["paused_reason"],
        paused_fix=row["paused_fix"],
        paused_until=row["paused_until"],
        away_since=row["away_since"],
        chatwoot_url=row["chatwoot_url"],
        chatwoot_token=vault.open(row["chatwoot_token"]) if row["chatwoot_token"] else None,
    )
