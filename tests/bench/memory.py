"""Memory: one ``crmhost serve`` and its Valkey, after 100,000 deliveries of mixed traffic."""

from __future__ import annotations

from collections.abc import Sequence

from .crm import ask, running_crm
from .load import Task, send
from .place import whole
from .processes import children, megabytes
from .rows import Aim, Row, Scale, expect

AIM = Aim(most=150)
AT_ONCE = 10_000
"""Deliveries that are prepared and sent in one go."""
WHAT = "memory of crmhost serve and its Valkey (PSS)"


def measure(scale: Scale) -> Sequence[Row]:
    """Send them as they come, have them worked, and look."""
    count = scale.of(100_000, 2000)
    with running_crm() as crm, whole(crm) as (here, server):
        pids = [server.pid, *children(server.pid)]
        before = megabytes(*pids)
        url, sent = server.found + here.webhook_paths[0], 0
        while sent < count:
            part = min(AT_ONCE, count - sent)
            seen = send(Task(url, 16, 600, part, sent + 1, mixed=True))
            expect("answers with 200", (seen.answered, seen.refused), (part, 0))
            sent += part
            here.wait(600)
        expect("deliveries that failed", here.states().get("dead", 0), 0)
        expect("customers worked twice at once", ask(crm).overlaps, 0)
        after, alone = megabytes(*pids), megabytes(server.pid)
    parts = {"before the first, MB": before, "of that Python, MB": alone, "deliveries": float(count)}
    return [Row("memory", f"{WHAT}, after {count:,} deliveries", after, "MB", AIM, parts)]
