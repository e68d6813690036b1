"""Webhooks of a connection that were refused for their signature: why, when last, and what to do about it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .findings import Finding, State
from .store import counters, hours
from .store.hours import HOUR, RECEIVED

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from .store.connections import CRMConnection
    from .store.outlines import Outline

WRITTEN = "%Y-%m-%d %H:%M UTC"
"""How a time stands in a sentence; pages write it as their reader does."""
DAY = 24
"""Hours that are looked back on."""
SIGNATURES: Mapping[str, tuple[str, str]] = {
    "bad_signature": (
        "signed with another secret than the one kept here",
        "Each webhook has a secret of its own. Give the one that Chatwoot shows for this one: crmhost secret "
        "{id}. Or have it fetched: crmhost set {id} --chatwoot-token @file.",
    ),
    "reserialised": (
        "signed with the right secret, over a body that was written anew on its way",
        "Let the proxy pass bodies on as they are: no filter or firewall that rewrites JSON "
        "(docs/howto/proxy.md).",
    ),
    "body_only": (
        "signed over the body alone, without the timestamp",
        "It does not come from Chatwoot 4.11.2 or newer: look at what posts there.",
    ),
    "old_timestamp": (
        "signed more than five minutes before, or after, this machine's clock",
        "Have this machine and Chatwoot's follow a time server; or something on the way holds webhooks back.",
    ),
    "no_secret": (
        "signed, and no secret is known here",
        "Paste the secret that Chatwoot shows for the webhook: crmhost secret {id}.",
    ),
    "unsigned": (
        "not signed",
        "Update Chatwoot to 4.11.2 or newer, or take unsigned ones: connect again with --unsigned.",
    ),
}
"""Why a webhook was not believed, in words, and what to do."""


@dataclass(frozen=True)
class Refusal:
    """What is refused for one reason; a ``problem`` where nothing was taken since."""

    finding: Finding
    last_at: float


def of_connection(tx: Connection, one: CRMConnection | Outline, now: float) -> Iterator[Refusal]:
    """Yield what was refused of a connection's webhooks within the last day, a reason at a time."""
    received = hours.last(tx, [one.id], RECEIVED).get(one.id)
    lately = hours.since(tx, [one.id], int(now // HOUR) - DAY + 1, tuple(SIGNATURES))
    last = {what: count.last_at for (_id, what, _hour), count in sorted(lately.items())}
    ever = counters.read(tx, "refused", one.id) if last else {}
    for reason, last_at in last.items():
        how, fix = SIGNATURES[reason]
        count, when = ever.get(reason, 1), time.strftime(WRITTEN, time.gmtime(last_at))
        goes_on = received is None or last_at > received
        told = f"Webhooks are refused, {count} so far, the last at {when}: {how}."
        if not goes_on:
            told = (
                f"Webhooks were refused, {count} in all, the last at {when}, and others taken since: {how}."
            )
        state: State = "problem" if goes_on else "warning"
        finding = Finding(f"connection {one.id}", state, told, fix.format(id=one.id))
        yield Refusal(finding, last_at)


def trouble(tx: Connection, one: CRMConnection, now: float) -> Finding | None:
    """Return why a connection's webhooks of the last hour are refused; None where they are taken."""
    refused = of_connection(tx, one, now)
    lately = (each for each in refused if each.finding.state == "problem" and each.last_at > now - HOUR)
    newest = max(lately, key=lambda each: each.last_at, default=None)
    return newest.finding if newest else None
