"""The replays of other versions: what each is, what it leaves out or must be told, what cannot match."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from .replaying import Changed, Replay


@dataclass(frozen=True)
class Version:
    """A real Krayin that was recorded, and the profile that plays it."""

    folder: str
    krayin: str
    rest: str
    address: str
    installed: datetime
    least: float
    """The share of its recordings that must be answered exactly."""
    mismatches: dict[str, str] = field(default_factory=dict)
    install_seconds: int = 0

    def replay(self, changed: Changed, offset: int) -> Replay:
        """Begin with a fresh database, whose user the installer made last."""
        began = self.installed - timedelta(seconds=self.install_seconds)
        played: dict[str, Any] = {"krayin": self.krayin, "rest": self.rest, "address": self.address}
        replay = Replay(changed=changed, offset=offset, now=began, **played)
        stamp = replay.sandbox.times.stored(self.installed.astimezone(replay.sandbox.times.zone).isoformat())
        replay.sandbox.state.users[1].update(created_at=stamp, updated_at=stamp)
        return replay


LEFT_OUT = {
    "a-083-product": "not in scope: products of leads",
    "a-084-lead-products": "not in scope: products of leads",
    "a-085-put-lead-loses-products": "not in scope: products of leads",
    "b-033-docs": "not in scope: documentation",
    "c-own-handler": "not played: the REST package's own error handler, which was made active by hand",
    "w-": "no question: what a webhook receiver got from Krayin",
}
"""The recordings that are not asked again, by how their names begin."""


async def _use_up_deletions(replay: Replay) -> None:
    for _ in range(100):
        await replay.ask("DELETE", "/api/v1/contacts/persons/99999")


BEFORE: dict[str, Callable[[Replay], Awaitable[None]]] = {"b-201-delete-101st": _use_up_deletions}
"""What was not recorded and has to be done before a recording."""

VERSIONS = (
    Version(
        folder="2.1.6",
        krayin="2.1",
        rest="2.1.1",
        address="http://127.0.0.1:8092",
        installed=datetime(2026, 11, 22, 7, 55, 12, tzinfo=UTC),
        least=0.95,
        mismatches={
            "a-052-search-leads-relation": "2.1.0, which the profile plays, cannot search persons by leads",
            "a-102-lead-activities": "2.1.0, which the profile plays, logs the closing time unspelled (366)",
        },
        install_seconds=1,
    ),
    Version(
        folder="2.2.3-rest2.1.1",
        krayin="2.2",
        rest="2.1.1",
        address="http://127.0.0.1:8093",
        installed=datetime(2026, 11, 22, 7, 53, 27, tzinfo=UTC),
        least=0.9,
    ),
    Version(
        folder="2.2.3-rest2.2.0",
        krayin="2.2",
        rest="2.2.0",
        address="http://127.0.0.1:8091",
        installed=datetime(2026, 11, 22, 7, 53, 27, tzinfo=UTC),
        least=0.9,
    ),
)
