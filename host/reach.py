"""Whether what Chatwoot sends arrives: our address as Chatwoot sees it, and signatures that do not fit."""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from . import refusals
from .errors import TryAgain
from .findings import Finding
from .http import Http
from .store import hours, outlines
from .store.hours import HOUR, RECEIVED

if TYPE_CHECKING:
    from .house import House
    from .store.connections import CRMConnection
    from .store.outlines import Outline


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


def of_connection(house: House, one: CRMConnection) -> list[Finding]:
    """Look at what came of a connection's webhooks lately: taken, or refused and why."""
    return of_connections(house, [one.id])[one.id]


def of_connections(house: House, connection_ids: Collection[int]) -> dict[int, list[Finding]]:
    """Look at what came of the webhooks of these connections; only what was refused is asked of each."""
    found: dict[int, list[Finding]] = {}
    with house.store.read() as tx:
        now = time.time()
        received = hours.last(tx, list(connection_ids), RECEIVED)
        refused = hours.refusing(tx, now - refusals.DAY * HOUR)
        for one in outlines.some(tx, connection_ids):
            told = list(refusals.of_connection(tx, one, now)) if one.id in refused else []
            found[one.id] = [each.finding for each in told]
            if not told and one.id not in received:
                found[one.id].append(_nothing_came(one))
    return found


def _nothing_came(one: Outline) -> Finding:
    fix = "Send a message in Chatwoot. If nothing comes: is the webhook there, and its address right?"
    return Finding(f"connection {one.id}", "warning", "No webhook has arrived yet.", fix)
