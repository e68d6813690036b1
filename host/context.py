"""What a hook is handed: the connection's settings, its links, and an HTTP client that counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel

from .errors import CRMHostError, PluginError

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

    from .http import Http

Settings = TypeVar("Settings", bound=BaseModel)
Key = tuple[str, str]


@dataclass(frozen=True)
class Link:
    """Which CRM record belongs to a Chatwoot record, and what we last wrote there."""

    remote_id: str
    written: Mapping[str, Any] = field(default_factory=dict)


def _nothing(record: str, kinds: tuple[str, ...]) -> None:
    """Keep no intents: for setup, previews and tests, which lose nothing with the process."""


class Links:
    """The external ids of the records at hand, read before the hook and kept after it.

    A record is named ``contact:5821`` or ``conversation:731``; a kind is one of the plugin's own.
    What is set here is stored in the commit that ends the delivery's attempt. Intents are stored
    at once: they are what a next attempt knows if this process dies.
    """

    def __init__(
        self,
        known: Mapping[Key, Link] | None = None,
        *,
        intents: frozenset[Key] = frozenset(),
        begin: Callable[[str, tuple[str, ...]], None] = _nothing,
        cancel: Callable[[str, tuple[str, ...]], None] = _nothing,
    ) -> None:
        self._known = dict(known or {})
        self._intents = set(intents)
        self._begin = begin
        self._cancel = cancel
        self.changed: dict[Key, Link | None] = {}

    def get(self, record: str, kind: str) -> Link | None:
        """Return the link of this record, or None."""
        return self._known.get((record, kind))

    def set(
        self, record: str, kind: str, remote_id: object, written: Mapping[str, Any] | None = None
    ) -> None:
        """Link the record; ``written`` (JSON) is what we wrote, to know the next time what is new."""
        link = Link(str(remote_id), dict(written or {}))
        self._known[record, kind] = self.changed[record, kind] = link
        self._intents.discard((record, kind))

    def remove(self, record: str, kind: str) -> None:
        """Forget the link: the CRM's record is gone."""
        if self._known.pop((record, kind), None):
            self.changed[record, kind] = None

    def unsure(self, record: str, kind: str) -> bool:
        """Whether an earlier attempt may have created this record without our learning its id."""
        return (record, kind) in self._intents

    @contextmanager
    def creating(self, record: str, *kinds: str) -> Iterator[None]:
        """Say, and keep, that the request in this block creates records of these kinds.

        If it fails in a way that surely wrote nothing, that is taken back; otherwise ``unsure`` is
        true in the next attempt, until ``set`` names what was made.
        """
        self._begin(record, kinds)
        self._intents.update((record, kind) for kind in kinds)
        try:
            yield
        except CRMHostError as error:
            if not (isinstance(error, PluginError) and error.unsure):
                self._cancel(record, kinds)
                self._intents.difference_update((record, kind) for kind in kinds)
            raise


@dataclass(frozen=True)
class Context(Generic[Settings]):
    """All that a hook may use; nothing else of the host is a plugin's business."""

    connection_id: int
    account_id: int
    """Chatwoot's account."""
    settings: Settings
    """The connection's settings, validated by the plugin's own model, with what setup found."""
    links: Links
    http: Http
    log: FilteringBoundLogger
