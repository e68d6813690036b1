"""Whether what Chatwoot sends arrives: our address as Chatwoot sees it, and signatures that do not fit."""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from . import refusals
from .errors import TryAgain
from .findings import Finding
from .http import Http
from .store import hours
from .store.hours import RECEIVED

if TYPE_CHECKING:
    from .house import House
    from .store.connections import CRMConnection


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
    with house.store.read() as tx:
        received = hours.last(tx, [one.id], RECEIVED)
        refused = list(refusals.of_connection(tx, one, time.time()))
    yield from (refusal.finding for refusal in refused)
    if not received and not refused:
        fix = "Send a message in Chatwoot. If nothing comes: is the webhook there, and its address right?"
        yield Finding(f"connection {one.id}", "warning", "No webhook has arrived yet.", fix)
