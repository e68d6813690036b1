"""The address of a customer's organization: written where there is none, and kept up to date if ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .clients.errors import Missing, just_deleted
from .desk import Desk
from .links import ORGANIZATION
from .mappers.merge import merge
from .mappers.organization import address_in, address_payload
from .telling import Told


def sync_address(
    desk: Desk, organization: Mapping[str, Any], ours: Mapping[str, str], base: Mapping[str, str], told: Told
) -> None:
    """Bring the address in step; ``organization`` is as Krayin shows it, ``base`` what we last wrote."""
    theirs = address_in(organization)
    verdict = merge(desk.settings.rule("address"), base=base, ours=ours, theirs=theirs)
    if verdict == "theirs":
        told.say(ORGANIZATION, "left", organization["id"], "The address that it has stays.")
    if verdict != "write":
        return
    try:
        desk.organizations.update(organization["id"], {"address": address_payload(ours)})
    except Missing as error:
        raise just_deleted(f"Organization {organization['id']}") from error
    told.say(ORGANIZATION, "updated", organization["id"])
