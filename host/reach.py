"""Whether what Chatwoot sends arrives: our address as Chatwoot sees it, and signatures that do not fit."""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .errors import TryAgain
from .findings import Finding
from .http import Http
from .store import counters, hours
from .store.hours import HOUR, RECEIVED

if TYPE_CHECKING:
    from .house import House
    from .store.connections import CRMConnection

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


def address(house: House) -> Iterator[Finding]:
    """Look at the address at which Chatwoot is to reach us: whether we are there, and who may get there."""
    url = house.settings.base_url
    if "base_url" not in house.settings.model_fields_set:
        fix = "Set it to the address at which Chatwoot reaches this host."
        yield Finding("address", "warning", f"CRMHOST_BASE_URL is not set; {url} stands in for it.", fix)
        return
    try:
        answer = Http(house.http_pool, deadline=5.0).request("GET", f"{url}/healthz")
        said = answer.json() if answer.status == 200 else None
    except TryAgain as error:
        fix = "Start crmhost serve, and look at CRMHOST_BASE_URL and at the proxy that stands there."
        yield Finding("address", "problem", f"{error}.", fix)
        return
    except ValueError:
        said = None
    if said != {"status": "ok"}:
        fix = "Let the proxy there pass everything on to crmhost serve."
        yield Finding("address", "problem", f"Something else than crmhost answers at {url}.", fix)
        return
    yield Finding("address", "ok", f"{url}: crmhost answers there.")
    yield from guarded(url)


def guarded(url: str) -> Iterator[Finding]:
    """Say where Chatwoot itself refuses to post: to a private network, from 4.14.0 on."""
    host = urlsplit(url).hostname or ""
    try:
        found = {str(one[4][0]).partition("%")[0] for one in socket.getaddrinfo(host, None)}
    except OSError:
        return
    private = sorted(one for one in found if not ipaddress.ip_address(one).is_global)
    if private:
        fix = (
            "If nothing arrives: SAFE_FETCH_ALLOW_PRIVATE_NETWORK=true for Chatwoot's rails and sidekiq "
            "(4.14.1 and newer), or a public name for crmhost (docs/howto/private-network.md)."
        )
        named = host if host in private else f"{host} ({', '.join(private)})"
        said = f"{named} is in a private network: Chatwoot 4.14.0 and newer posts to none."
        yield Finding("address", "warning", said, fix)


def of_connection(house: House, one: CRMConnection) -> Iterator[Finding]:
    """Look at what came of a connection's webhooks lately: taken, or refused and why."""
    name, now = f"connection {one.id}", time.time()
    with house.store.read() as tx:
        received = hours.last(tx, one.id, RECEIVED)
        lately = hours.since(tx, [one.id], int(now // HOUR) - DAY + 1)
        ever = counters.read(tx, "refused", one.id)
    last = {what: count for (_id, what, _hour), count in sorted(lately.items()) if what in SIGNATURES}
    for reason, count in last.items():
        how, fix = SIGNATURES[reason]
        goes_on = received is None or count.last_at > received
        told = f"Webhooks are refused, {ever.get(reason, count.count)} so far: {how}."
        yield Finding(name, "problem" if goes_on else "warning", told, fix.format(id=one.id))
    if received is None and not last:
        fix = "Send a message in Chatwoot. If nothing comes: is the webhook there, and its address right?"
        yield Finding(name, "warning", "No webhook has arrived yet.", fix)
