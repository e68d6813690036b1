"""A desk before a sandbox of one's choice, with little more than address and token: as a person connects."""

from __future__ import annotations

from typing import Any

from crmhost_krayin.sandbox import KrayinSandbox

from .crm import Desk

VERSIONS = {
    "2.1": {"krayin": "2.1"},
    "2.2": {"krayin": "2.2"},
    "2.2-rest2.2": {"krayin": "2.2", "rest": "2.2.0"},
}
"""The Krayins there are, by a name for a test's id."""


def played(desk: Desk, **options: Any) -> Desk:
    """Put a fresh sandbox with these options on, and return a desk before it."""
    sandbox = KrayinSandbox(**options)
    desk.stage.app = sandbox
    return Desk(
        desk.url,
        desk.stage,
        sandbox,
        desk.pool,
        {"api_url": desk.url, "api_token": sandbox.make_token()},
    )
