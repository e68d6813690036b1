"""Empty databases on a real server, each in a schema of its own."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, text

SERVER = "CRMHOST_TEST_DATABASE_URL"
"""The variable that names a PostgreSQL for tests."""


@contextmanager
def empty_schema(address: str) -> Iterator[str]:
    """Make an empty schema on a PostgreSQL, yield its address, and drop it."""
    address = address.replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    schema = f"crmhost_{uuid.uuid4().hex}"
    with engine.connect() as tx:
        tx.execute(text(f"CREATE SCHEMA {schema}"))
    try:
        yield f"{address}?options=-csearch_path%3D{schema}"
    finally:
        with engine.connect() as tx:
            tx.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        engine.dispose()
