"""What the status says of Redis and of each connection, in words: for the tables, and for the live view."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

COLUMNS = ("Id", "Connection", "Account", "State", "Why, and what to do")
"""What is told of each connection."""
TROUBLES = {"untaken": "no worker", "refused": "webhooks refused"}
"""What keeps a connection from working that is in order itself."""


def row(one: Mapping[str, Any]) -> tuple[object, ...]:
    """Return a connection's cells, in the order of COLUMNS."""
    where = f"{one['plugin']}, {one['crm']}" if one["crm"] else one["plugin"]
    return one["id"], where, one["account_id"], state(one), why(one)


def state(one: Mapping[str, Any]) -> str:
    """Return a connection's state in words, and until when it lasts at least."""
    until = f"{one['until'][11:19]} (UTC)" if one["until"] else ""
    if one["state"] == "waiting_for_limit":
        return f"waiting for the CRM's limit until {until}"
    if one["state"] == "working" and one["problem"]:
        return TROUBLES[one["problem"]["state"]]
    words = str(one["state"]).replace("_", " ")
    return f"{words}, tried again at {until}" if until else words


def why(one: Mapping[str, Any]) -> str:
    """Return the reason and what to do: its own, or of what keeps it from working."""
    said = one if one["reason"] else one.get("problem") or one
    return " ".join(part for part in (said["reason"], said["fix"]) if part)


def redis(status: Mapping[str, Any]) -> str:
    """Say that Redis is away, and what that means; nothing where it answers."""
    if status["redis"]["state"] == "working":
        return ""
    return (
        f"Redis does not answer. {why(status['redis'])}\n"
        "Nothing is worked meanwhile; what arrives is kept, and waits."
    )


def figures(status: Mapping[str, Any]) -> Iterator[str]:
    """Yield what became of all deliveries, what waits and what was refused; and what to do about it."""
    yield f"Deliveries: {_counts(status['deliveries'])}"
    if status["deliveries"]["dead"]:
        yield "  Why they are dead: crmhost deliveries --state dead"
    waiting, oldest = status["lanes"]["waiting"], status["oldest_pending_seconds"]
    yield f"Waiting: {waiting} lane(s)" + (f", the oldest delivery for {oldest} s" if oldest else "")
    yield f"Refused: {_counts(status['refused'])}"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items()) or "nothing"
