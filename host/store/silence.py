"""A connection to PostgreSQL whose server says nothing for too long.

A machine that is gone TCP's own time-outs find. They find no proxy that goes on taking what is sent for
a server behind it that is gone, and none that was stopped: whoever asks it would wait for ever.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any

from psycopg import Connection, OperationalError

LONGEST = 30.0
"""Seconds that a statement may take. None of a delivery or of a page takes one."""


class ImpatientConnection(Connection[Any]):
    """A connection that is closed, with an OperationalError, where an answer takes longer than LONGEST."""

    def wait(self, gen: Generator[Any, Any, Any], *given: Any, **more: Any) -> Any:
        """Wait until what goes on on the wire has come to its end."""
        return super().wait(self._in_time(gen), *given, **more)

    def _in_time(self, gen: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        """Go on with it whenever the wire is ready; psycopg asks every tenth of a second where it is not."""
        until = time.monotonic() + LONGEST
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if not ready and time.monotonic() > until:
                    self.pgconn.finish()
                    raise OperationalError(f"the server has said nothing for {LONGEST:g} seconds")
                wanted = gen.send(ready)
        except StopIteration as ended:
            return ended.value
