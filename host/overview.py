"""What is to be seen of a running host, as documents: its state, connections, deliveries, plugins."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from . import idle, naming, refusals
from .budget import spent
from .connect import divided
from .errors import SettingsError
from .redis_client import silent
from .store import (
    backfills,
    browse,
    clock,
    connections,
    counters,
    deliveries,
    gates,
    hours,
    lanes,
    reconciliations,
)
from .store.browse import Wanted
from .store.hours import HOUR
from .validation import validated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel
    from sqlalchemy import Connection

    from .budget import Spent
    from .findings import Finding
    from .house import House
    from .plugins import Plugins
    from .store.backfills import Backfill
    from .store.connections import CRMConnection
    from .store.reconciliations import Reconciliation

    Compared = Mapping[tuple[int, str], Reconciliation]

WAITING_FOR_LIMIT = "waiting_for_limit"
"""The state of a connection that waits until the CRM allows more calls, and then goes on by itself."""
SCOPES = ("recent", "full")
"""What a connection is compared by: what is new, and everything."""


def status(house: House) -> dict[str, Any]:
    """Return the state of everything, as ``crmhost status --json`` prints it."""
    away = silent(house.redis, named=house.settings.redis_url is not None)
    said, fix = away or (None, None)
    with house.store.read() as tx:
        oldest = deliveries.oldest_pending(tx)
        return {
            "redis": {"state": "away" if away else "working", "reason": said, "fix": fix},
            "connections": _connections(house, tx),
            "deliveries": deliveries.counts(tx),
            "lanes": {"waiting": lanes.waiting(tx)},
            "oldest_pending_seconds": round(time.time() - oldest, 1) if oldest else None,
            "refused": counters.read(tx, "refused"),
            "duplicates": counters.read(tx, "duplicate"),
            "counted": counters.read(tx, "event"),
        }


def waiting_lanes(house: House) -> int:
    """Return how many lanes have work."""
    with house.store.read() as tx:
        return lanes.waiting(tx)


def all_connections(house: House) -> list[dict[str, Any]]:
    """Return all connections, their secrets left out."""
    with house.store.read() as tx:
        return _connections(house, tx)


def newest_deliveries(house: House, limit: int, states: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return the newest deliveries first: what arrived, what became of it and why."""
    with house.store.read() as tx:
        rows = browse.page(tx, Wanted(states=tuple(states)), limit)
    return [_delivery(row._mapping) for row in rows]


def plugins(found: Plugins) -> dict[str, Any]:
    """Return the plugins that were found, and what is wrong with those left out."""
    return {
        "plugins": [
            {
                "name": one.name,
                "title": one.info.title,
                "summary": one.info.summary,
                "package": one.package,
                "version": one.version,
                "tier": one.info.tier,
            }
            for one in found.found.values()
        ],
        "broken": [
            {"name": one.name, "package": one.package, "problem": one.problem, "fix": one.fix}
            for one in found.broken
        ],
    }


def _connections(house: House, tx: Connection) -> list[dict[str, Any]]:
    compared, brought = reconciliations.every(tx), backfills.newest(tx)
    every = connections.every(tx, house.vault)
    lines = browse.lines(tx, [one.id for one in every])
    used = spent(house.redis, [number for number, line in lines.items() if line.waiting])
    called = naming.names(house.plugins, every)
    untaken, refused = idle.untaken(tx), hours.refused(tx, clock.now(tx) - HOUR)
    return [
        {
            **_connection(house, one, called[one.id], used.get(one.id)),
            "problem": _trouble(tx, one, untaken.get(one.id), refused=one.id in refused),
            "reconcile": _compared(house, one, compared),
            "backfill": backfill(tx, brought[one.id]) if one.id in brought else None,
        }
        for one in every
    ]


def backfill(tx: Connection, one: Backfill) -> dict[str, Any]:
    """Return how far a backfill has come; what is ``in_line`` was read and is not worked yet."""
    waiting = 0 if one.finished_at else deliveries.background_pending(tx, one.connection_id)
    return {
        "id": one.id,
        "state": one.state,
        "since": _iso(one.since),
        "stage": one.stage,
        "page": one.page,
        "contacts": one.counts["contacts"],
        "contacts_read": one.counts["contacts_read"],
        "conversations": one.counts["conversations"],
        "conversations_read": one.counts["conversations_read"],
        "lined_up": one.counts["lined_up"],
        "in_line": waiting,
        "seconds_left": None if one.seconds_left is None else round(one.seconds_left),
        "began_at": _iso(one.began_at),
        "finished_at": _iso(one.finished_at),
        "reason": one.problem,
        "fix": one.fix,
    }


def _connection(house: House, one: CRMConnection, called: str, used: Spent | None) -> dict[str, Any]:
    read = _read(house, one)
    return {
        "id": one.id,
        "name": called,
        "plugin": one.plugin,
        "crm": naming.address(house.plugins, one),
        "account_id": one.account_id,
        "webhook_url": house.settings.base_url + one.webhook_path,
        **_state(house, one, read, used),
        "unsigned": one.unsigned,
        "secrets": len(one.webhook_secrets),
        "chatwoot_url": one.chatwoot_url,
        "chatwoot_token": one.chatwoot_token is not None,
        "settings": {} if isinstance(read, SettingsError) else divided(read)[0],
        "created_at": _iso(one.created_at),
    }


def _state(
    house: House, one: CRMConnection, read: BaseModel | SettingsError, used: Spent | None
) -> dict[str, Any]:
    """Say in a word and a sentence how the connection does; what waits would take its calls of ``used``."""
    if missing := house.plugins.missing(one.plugin):
        reason, fix = gates.NO_PLUGIN + str(missing), missing.fix + gates.THEN_START
        return {"state": "paused", "reason": reason, "fix": fix, "until": None}
    if isinstance(read, SettingsError):
        return {"state": "wrong_settings", "reason": str(read), "fix": read.fix, "until": None}
    until = _iso(one.paused_until) if one.paused_until else None
    if one.away_since is not None:
        fix = "It goes on by itself once the CRM answers; what waits is kept."
        return {"state": "unreachable", "reason": one.paused_reason, "fix": fix, "until": until}
    if one.paused_reason is not None:
        change = f"To change a setting: crmhost set {one.id} --set KEY=VALUE"
        settings = until and not one.paused_reason.startswith(gates.NO_PLUGIN)
        fix = " ".join(part for part in (one.paused_fix, change if settings else "") if part)
        return {"state": "paused", "reason": one.paused_reason, "fix": fix, "until": until}
    if not one.webhook_secrets and not one.unsigned:
        return {
            "state": "waiting_for_secret",
            "reason": "It waits for the secret that Chatwoot shows for the webhook.",
            "fix": f"Paste it into: crmhost secret {one.id}",
            "until": None,
        }
    if used is not None and used.up:
        return {
            "state": WAITING_FOR_LIMIT,
            "reason": f"The {used.limit} calls that the CRM allows for now are used up.",
            "fix": "It goes on by itself then; what waits is kept.",
            "until": _iso(time.time() + used.lasts),
        }
    return {"state": "working", "reason": None, "fix": None, "until": None}


def _trouble(
    tx: Connection, one: CRMConnection, untaken: float | None, *, refused: bool
) -> dict[str, str] | None:
    """Say why what Chatwoot sends is not worked, or not taken, though the connection is in order."""
    if untaken:
        return _problem_of("untaken", idle.finding(one, untaken))
    found = refusals.trouble(tx, one, time.time()) if refused else None
    return _problem_of("refused", found) if found else None


def _problem_of(state: str, found: Finding) -> dict[str, str]:
    return {"state": state, "reason": found.said, "fix": found.fix}


def not_compared(house: House, one: CRMConnection, compared: Compared) -> Reconciliation | None:
    """Return the comparison with Chatwoot that failed, where it is made by itself; None where none did."""
    if one.chatwoot_token is None or house.settings.reconcile_minutes == 0:
        return None
    own = (compared.get((one.id, scope)) for scope in SCOPES)
    return next((known for known in own if known and known.problem), None)


def _compared(house: House, one: CRMConnection, compared: Compared) -> dict[str, Any]:
    """Say how the connection is compared with Chatwoot: only that finds what was never delivered."""
    scopes = {scope: compared.get((one.id, scope)) for scope in SCOPES}
    state, reason, fix = "by_itself", None, None
    if one.chatwoot_token is None:
        state = "impossible"
        reason = "Without a token of Chatwoot's, what Chatwoot never delivered cannot be found."
        fix = f"Give it one: crmhost set {one.id} --chatwoot-url URL --chatwoot-token @file"
    elif house.settings.reconcile_minutes == 0:
        state, fix = "by_hand", f"crmhost reconcile {one.id}"
        reason = "What Chatwoot never delivered is looked for by hand only (CRMHOST_RECONCILE_MINUTES is 0)."
    elif problem := not_compared(house, one, compared):
        state, reason, fix = "failing", problem.problem, problem.fix
    shown = {scope: _reconciliation(known) for scope, known in scopes.items()}
    return {"state": state, "reason": reason, "fix": fix, **shown}


def _reconciliation(known: Reconciliation | None) -> dict[str, Any] | None:
    if known is None:
        return None
    return {
        "finished_at": _iso(known.finished_at),
        "found": dict(known.found),
        "due_at": _iso(known.due_at),
    }


def _read(house: House, one: CRMConnection) -> BaseModel | SettingsError:
    """Return a connection's settings, each secret one among them, or what is wrong with them or their plugin.

    Another version may have stored them.
    """
    try:
        return validated(house.plugins[one.plugin], one.settings)
    except SettingsError as error:
        return error


def _delivery(row: Any) -> dict[str, Any]:
    outcome = row["outcome"] or {}
    return {
        "id": row["id"],
        "connection": row["connection_id"],
        "uid": row["uid"],
        "event": row["event"],
        "kind": row["kind"],
        "contact_id": row["contact_id"],
        "conversation_id": row["conversation_id"],
        "state": row["state"],
        "reason": row["reason"],
        "fix": row["fix"],
        "attempts": row["attempts"],
        "received_at": _iso(row["received_at"]),
        "finished_at": _iso(row["finished_at"]),
        "changes": outcome.get("changes", []),
        "calls": outcome.get("calls", []),
    }


def _iso(moment: float | None) -> str | None:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds") if moment else None
