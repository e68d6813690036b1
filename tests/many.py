"""Many connections of a house, made of its first one: each has an account and an address of its own."""

from __future__ import annotations

from sqlalchemy import insert, select

from crmhost.house import House
from crmhost.store.tables import connections

ALIKE = ("plugin", "settings", "found", "secrets", "webhook_secrets", "unsigned", "created_at")


def more(house: House, count: int) -> None:
    """Have so many connections, of accounts 101, 102 …; there is one."""
    with house.store.write() as tx:
        first = tx.execute(select(*(connections.c[name] for name in ALIKE))).mappings().one()
        numbers = range(2, count + 1)
        rows = [{**first, "account_id": 100 + one, "address": f"address-{one}"} for one in numbers]
        tx.execute(insert(connections), rows)
