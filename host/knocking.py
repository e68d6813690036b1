"""Knocking at our own door: a signed webhook to a connection's address, as Chatwoot would send it."""

from __future__ import annotations

import json
import time
import uuid
from typing import TYPE_CHECKING

from .chatwoot.joining import looked_at
from .errors import CRMHostError, SettingsError, TryAgain
from .http import Http
from .signatures import DELIVERY, SIGNATURE, TIMESTAMP, sign

if TYPE_CHECKING:
    from .house import House
    from .http import Answer
    from .store.connections import CRMConnection

EVENT = "webwidget_triggered"
"""An event of Chatwoot's that is counted and means no work."""


def knock(house: House, connection: CRMConnection) -> int:
    """Post to the address that Chatwoot posts to; return how many milliseconds it took to be taken."""
    if not connection.webhook_secrets and not connection.unsigned:
        raise SettingsError("The webhook's secret is not known yet.", fix="Give it first.")
    url = house.settings.base_url + connection.webhook_path
    body, stamp = json.dumps({"event": EVENT}).encode(), str(int(time.time()))
    headers = {"Content-Type": "application/json", TIMESTAMP: stamp, DELIVERY: str(uuid.uuid4())}
    if connection.webhook_secrets:
        headers[SIGNATURE] = sign(connection.webhook_secrets[-1], stamp, body)
    http = Http(house.http_pool)
    try:
        answer = http.request("POST", url, content=body, headers=headers)
    except TryAgain as error:
        raise CRMHostError(
            f"Nothing answers at {house.settings.base_url}.",
            fix="Look at CRMHOST_BASE_URL, and at the proxy that stands there.",
        ) from error
    _refuse_others(answer, house.settings.base_url)
    return http.calls[-1].milliseconds


def compare(house: House, connection: CRMConnection) -> bool:
    """See that Chatwoot posts to this address and signs with the secret kept here, which no knock can show.

    Return whether Chatwoot could be asked: not without its token. SettingsError says what is otherwise there.
    """
    api = house.chatwoot(connection.account_id, connection.chatwoot_url, connection.chatwoot_token)
    if api is None:
        return False
    url = house.settings.base_url + connection.webhook_path
    looked = looked_at(api, connection.account_id, connection.id, url, connection.webhook_secrets)
    for line in looked:
        if line.state == "warning":
            raise SettingsError(line.found, fix=line.fix)
    return True


def _refuse_others(answer: Answer, base_url: str) -> None:
    """Say who answered, where it was not us."""
    try:
        said = answer.json()
    except ValueError:
        said = None
    if answer.status == 200 and isinstance(said, dict) and said.get("event") == EVENT:
        return
    error = said.get("error") if isinstance(said, dict) else None
    if isinstance(error, dict):
        raise CRMHostError(f"The webhook was refused: {error.get('message')}", fix="See docs/connect.md.")
    raise CRMHostError(
        f"Something else than crmhost answers at {base_url} ({answer.status}).",
        fix="Let the proxy there pass /webhooks/ on to crmhost serve.",
    )
