"""A connection that is being made: kept by the browser from step to step, sealed so that it reads nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ..chatwoot import Access
from ..errors import CRMHostError, SettingsError
from .words import gettext as _

if TYPE_CHECKING:
    from .visits import Visit


@dataclass(frozen=True)
class Draft:
    """What was said so far, secrets among it."""

    plugin: str
    account_id: int = 0
    url: str | None = None
    token: str | None = field(default=None, repr=False)
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    keep: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Of a CRM whose tokens expire: what the last one kept."""

    @property
    def access(self) -> Access:
        """Where Chatwoot is, and the token of a user there."""
        return Access(self.url, self.token)

    def saying(self, **more: Any) -> Draft:
        """Return this with more settings."""
        return replace(self, values={**self.values, **more})


def sealed(visit: Visit, draft: Draft) -> str:
    """Return a draft as the form carries it."""
    return visit.house.vault.seal({"user": visit.user.id, **vars(draft)})


def draft_of(visit: Visit, plugin: str) -> Draft:
    """Read the draft that a form carried; it is good for who began it only."""
    try:
        kept = visit.house.vault.open(visit.given("draft"))
        if kept.pop("user") == visit.user.id and kept["plugin"] == plugin:
            return Draft(**kept)
    except (SettingsError, json.JSONDecodeError, KeyError, TypeError, AttributeError):
        pass
    raise CRMHostError(_("What was said before is lost."), fix=_("Begin again: it takes a minute."))
