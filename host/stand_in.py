"""What a plugin offers as a stand-in for its CRM, so that the demo and tests have one to talk to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from .models import Expected


class StandIn(Protocol):
    """A CRM that forgets everything when the process ends."""

    @property
    def app(self) -> ASGIApp:
        """The CRM's API as an ASGI application."""

    def settings(self, base_url: str) -> Mapping[str, Any]:
        """Return the plugin's settings for a connection to this stand-in, served at ``base_url``."""

    def tables(self) -> Mapping[str, Sequence[Mapping[str, str]]]:
        """Return what the CRM holds, as a person would like to see it: rows of texts by table."""

    def differences(self, expected: Expected) -> list[str]:
        """Return a sentence for each record that is missing, doubled, wrong or too many."""
