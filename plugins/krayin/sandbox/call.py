"""One request on its way through the sandbox: what was asked, by whom, and what it may use."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from .failures import Failure, Unforeseen, no_record
from .php import nested, nulled, trimmed
from .profile import Profile
from .state import Row, State
from .times import Times


@dataclass
class Settings:
    """What an operator of Krayin can set, and the sandbox's own latency."""

    debug: bool = False
    rate_limit: int = 60
    latency: float = 0.0


@dataclass
class Call:
    """A request with the sandbox it came to."""

    state: State
    times: Times
    settings: Settings
    profile: Profile
    method: str
    path: str
    base_url: str
    client: str
    headers: dict[str, str]
    pairs: list[tuple[str, str]]
    body: dict[str, Any]
    user: Row = field(default_factory=dict)
    paused: bool = False

    @property
    def query(self) -> dict[str, Any]:
        """The query string as PHP reads it."""
        return self._cleaned(nested(self.pairs))

    @property
    def input(self) -> dict[str, Any]:
        """Query string and body together; the body wins."""
        return self.query | self._cleaned(self.body)

    def _cleaned(self, value: dict[str, Any]) -> dict[str, Any]:
        cleaned: dict[str, Any] = nulled(trimmed(value)) if self.profile.empties_are_null else trimmed(value)
        return cleaned

    @property
    def is_ajax(self) -> bool:
        """Whether it says that a script sent it."""
        return self.headers.get("x-requested-with", "") == "XMLHttpRequest"

    @property
    def wants_json(self) -> bool:
        """Whether errors are answered as JSON (recordings 537, 538)."""
        first = self.headers.get("accept", "").split(",")[0]
        is_json = "/json" in first or "+json" in first
        return is_json or (self.is_ajax and first.strip() in ("", "*/*", "*"))

    @property
    def token(self) -> str:
        """The bearer token, or nothing."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    def unknown(self, model: str, record_id: object, origin: str = "") -> Failure:
        """Say that what was to be shown is not there: a 500, if the profile does not look first."""
        if self.profile.unknown_is_404:
            return no_record(model, record_id)
        where = {"origin": origin} if origin else {}
        return Unforeseen('Attempt to read property "id" on null', **where)

    async def pause(self) -> None:
        """Let other requests go on between a check and the write that relies on it (recording 488)."""
        self.paused = True
        await asyncio.sleep(self.settings.latency)
