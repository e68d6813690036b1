"""What a database is asked: by SQLAlchemy, and past it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import Connection, Engine, event

from crmhost.store import clock, many, prepared

Asked = tuple[str, Any]
"""A statement and its parameters."""


@contextmanager
def statements(
    engine: Engine, timed: Callable[[Callable[[], Any]], Any] | None = None
) -> Iterator[list[Asked]]:
    """Yield a list of what is asked while the block lasts; ``timed`` runs what SQLAlchemy does not."""
    asked: list[Asked] = []
    plain = prepared.run

    def run(tx: Connection, text: str, values: Any = ()) -> Any:
        asked.append((text, values))
        return timed(lambda: plain(tx, text, values)) if timed else plain(tx, text, values)

    def listen(*said: Any) -> None:
        asked.append((said[2], said[3]))

    event.listen(engine, "before_cursor_execute", listen)
    try:
        with ExitStack() as stack:
            for module in (prepared, clock, many):
                stack.enter_context(patch.object(module, "run", run))
            yield asked
    finally:
        event.remove(engine, "before_cursor_execute", listen)
