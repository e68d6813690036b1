"""Statements past SQLAlchemy: what it would have asked and returned, and its errors."""

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

import pytest
from sqlalchemy import BindParameter, Connection, bindparam, func, or_, select, tuple_, update
from sqlalchemy.exc import IntegrityError, OperationalError

from crmhost.house import House
from crmhost.store import Store, open_store, tables
from crmhost.store.prepared import Prepared, run
from crmhost.store.upsert import upsert_in

KEYS = ("connection_id", "record", "kind", "remote_id", "written", "updated_at")


def link(record: str, remote_id: str, **written: object) -> dict[str, object]:
    return dict(zip(KEYS, (1, record, "person", remote_id, written, 5.0), strict=True))


@pytest.fixture
def insert(house: House) -> Prepared:
    return Prepared(upsert_in(house.store.engine.dialect.name, tables.links), KEYS)


@pytest.fixture
def stored(house: House, insert: Prepared) -> House:
    with house.store.write() as tx:
        for record in ("contact:1", "contact:2", "contact:3"):
            assert insert.count(tx, link(record, record[-1], name="É, %s ?")) == 1
    return house


def test_it_returns_what_sqlalchemy_does(stored: House) -> None:
    c = tables.links.c
    records: BindParameter[list[str]] = bindparam("records", expanding=True)
    query = select(c.record, c.written, c.updated_at).where(c.record.in_(records)).order_by(c.record)
    both = tuple_(c.record, c.connection_id).not_in(bindparam("but", expanding=True))
    asked: list[tuple[Any, dict[str, Any]]] = [
        (query, {"records": ["contact:1", "contact:3"]}),
        (query, {"records": ["contact:2"]}),
        (query, {"records": [f"contact:{number}" for number in range(2, 11)]}),
        (query, {"records": []}),
        (select(c.record).where(both).order_by(c.record), {"but": [("contact:1", 1), ("contact:3", 1)]}),
        (select(c.record).where(both).order_by(c.record), {"but": []}),
        (select(func.count()).where(c.kind == "person", c.updated_at < bindparam("now")), {"now": 6.0}),
        (select(tables.connections), {}),
    ]
    prepared: dict[int, Prepared] = {}
    with stored.store.read() as tx:
        for statement, values in asked * 2:
            own = prepared.setdefault(id(statement), Prepared(statement))
            assert own.rows(tx, values) == [tuple(row) for row in tx.execute(statement, values)]


def test_it_says_how_many_rows_it_changed(stored: House) -> None:
    c = tables.links.c
    moved = Prepared(update(tables.links).where(c.record > bindparam("after")).values(remote_id="9"))

    with stored.store.write() as tx:
        assert [moved.count(tx, {"after": after}) for after in ("contact:1", "contact:9")] == [2, 0]


def texts_of(monkeypatch: pytest.MonkeyPatch, module: str) -> set[str]:
    """Return where the texts are gathered that a module runs from here on."""
    texts: set[str] = set()

    def noted(tx: Connection, text: str, values: Sequence[Any]) -> Any:
        texts.add(text)
        return run(tx, text, values)

    monkeypatch.setattr(f"crmhost.store.{module}.run", noted)
    return texts


def test_few_texts_are_made_of_one_statement(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = texts_of(monkeypatch, "prepared")
    c = tables.links.c
    query = Prepared(select(c.record).where(c.record.in_(bindparam("records", expanding=True))))

    with house.store.read() as tx:
        for count in range(100):
            query.rows(tx, {"records": [str(number) for number in range(count)]})

    assert len(texts) <= 15


def test_what_the_code_says_is_in_the_text(stored: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite reads a statement anew at each value that decides whether a partial index serves."""
    texts, c = texts_of(monkeypatch, "prepared"), tables.links.c
    odd = "it's 100 % :odd, ? and $1"
    record: BindParameter[str] = bindparam("record")
    query = Prepared(select(c.record).where(or_(c.kind == "person", c.kind == odd), c.record == record))
    renamed = Prepared(update(tables.links).where(c.record == record, c.kind == "person").values(kind=odd))

    with stored.store.write() as tx:
        for record_id in ("contact:1", "contact:2"):
            assert query.rows(tx, {"record": record_id}) == [(record_id,)]
            assert renamed.count(tx, {"record": record_id}) == 1
            assert tx.scalar(select(c.kind).where(c.record == record_id)) == odd
    assert len(texts) == 2
    assert all("'person'" in text and "'it''s 100 % :odd, ? and $1'" in text for text in texts)


def test_what_was_run_leaves_nothing_behind(house: House) -> None:
    with house.store.read() as tx:
        run(tx, "SELECT 1")
        before = sys.getallocatedblocks()
        for _ in range(3000):
            run(tx, "SELECT 1").fetchall()
        assert sys.getallocatedblocks() - before < 1000


def test_what_the_driver_raises_is_an_error_of_sqlalchemys(stored: House, insert: Prepared) -> None:
    with pytest.raises(IntegrityError), stored.store.write() as tx:
        insert.count(tx, link("contact:1", "other"))
    with stored.store.read() as tx:
        assert tx.scalar(select(func.count()).select_from(tables.links)) == 3


def test_where_one_connection_was_ended_none_is_used_that_was(postgresql_url: str) -> None:
    store, other = open_store(postgresql_url), open_store(postgresql_url)
    numbers = backends(store, 4)
    with other.read() as tx:
        for number in numbers:
            run(tx, "SELECT pg_terminate_backend($1, 5000)", (number,))

    with pytest.raises(OperationalError) as ended:
        backends(store, 1)
    assert ended.value.connection_invalidated
    assert not {*backends(store, 4)} & {*numbers}
    for one in (store, other):
        one.close()


def backends(store: Store, count: int) -> list[int]:
    """Open so many transactions at once; return which of the server's processes they are."""
    with ExitStack() as stack:
        opened = [stack.enter_context(store.read()) for _ in range(count)]
        return [run(tx, "SELECT pg_backend_pid()").fetchone()[0] for tx in opened]
