"""What a hook is handed: the connection's settings, its links, and an HTTP client that counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from pydantic import BaseModel

from .errors import CRMHostError, leaves_open

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

    from .http import Http
    from .models import Contact, Conversation, Inbox, Message

Settings = TypeVar("Settings", bound=BaseModel)
Key = tuple[str, str]


@dataclass(frozen=True)
class Link:
    """Which CRM record belongs to a Chatwoot record, and what we last wrote there."""

    remote_id: str
    """The CRM's id, as text."""
    written: Mapping[str, Any] = field(default_factory=dict)
    """Whatever the plugin wants to compare with the next time, by names of its own; JSON."""


def _nothing(record: str, kinds: tuple[str, ...]) -> None:
    """Keep no intents: for setup, previews and tests, which lose nothing with the process."""


def _alone(_crm: str, _names: tuple[str, ...]) -> None:
    """Let everything be claimed: for setup, previews and tests, where nobody else is at work."""


def _nobody(_kind: str, _remote_id: str) -> tuple[str, ...]:
    """Know of no other records: for setup and tests."""
    return ()


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
        doubtful: frozenset[str] = frozenset(),
        begin: Callable[[str, tuple[str, ...]], None] = _nothing,
        cancel: Callable[[str, tuple[str, ...]], None] = _nothing,
        claim: Callable[[str, tuple[str, ...]], None] = _alone,
        records_of: Callable[[str, str], tuple[str, ...]] = _nobody,
    ) -> None:
        self._known = dict(known or {})
        self._intents = set(intents)
        self._doubtful = doubtful
        self._begin = begin
        self._cancel = cancel
        self._claim = claim
        self._records_of = records_of
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

    def records_of(self, kind: str, remote_id: object) -> tuple[str, ...]:
        """Return the names of the connection's records that are linked to this record of the CRM."""
        named = str(remote_id)
        stored = {one for one in self._records_of(kind, named) if (one, kind) not in self.changed}
        new = {
            record
            for (record, of), link in self.changed.items()
            if of == kind and link is not None and link.remote_id == named
        }
        return tuple(sorted(stored | new))

    def unsure(self, record: str, kind: str) -> bool:
        """Whether this record may be in the CRM without our knowing its id.

        An earlier attempt did not learn it, or crmhost's store was restored from a backup since.
        """
        key = (record, kind)
        return key in self._intents or (record in self._doubtful and key not in self._known)

    def claim(self, crm: str, *names: str) -> None:
        """Be alone, of all who name the same ``crm``, with what tells this customer from others.

        To be called before a record is looked for that is to be made if it is not there: two contacts,
        or two connections, may mean the same one. ``names`` are such as ``email jane@example.com``,
        each written one way. They are ours until the delivery's attempt has ended; where another
        delivery has one of them this is NotYet, which is not to be caught.
        """
        self._claim(crm, names)

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
            if not leaves_open(error):
                self._cancel(record, kinds)
                self._intents.difference_update((record, kind) for kind in kinds)
            raise


class Chatwoot(Protocol):
    """Chatwoot's own API, for one account: what its webhooks leave out. Reads are cached where it says so.

    A Chatwoot that is away is TryAgain; a token that it refuses is CredentialsError.
    """

    def contact(self, contact_id: int) -> Contact | None:
        """Return the contact as it is now, with its labels, or None where it is gone (merged, deleted)."""

    def contacts(self) -> Iterator[Contact]:
        """Yield every contact that has an e-mail, a phone or an identifier; without labels."""

    def conversation(self, conversation_id: int) -> Conversation | None:
        """Return the conversation of this display id as it is now, or None."""

    def messages(self, conversation_id: int) -> tuple[Message, ...]:
        """Return all messages of a conversation, the oldest first, private ones included."""

    def inboxes(self) -> tuple[Inbox, ...]:
        """Return the account's inboxes that the token's user sees: an administrator sees all."""

    def agents(self) -> Mapping[int, str]:
        """Return each agent's e-mail address, by the agent's id; cached for ten minutes."""

    def mirror(self, contact_id: int, ids: Mapping[str, str]) -> bool:
        """Keep these in the contact's ``additional_attributes.external``, beside what is there.

        Read, merged and written; no write where they are there already. Return whether one was made.
        """


class Budget(Protocol):
    """Calls that may be made, shared by all workers and connections that name the same ``key``."""

    def call(
        self, key: str, *, calls: int, seconds: float = 60.0, at_once: int = 0
    ) -> AbstractContextManager[None]:
        """Take one of ``calls`` in ``seconds`` for the block; NotYet where none is left.

        ``at_once`` 0 means any number.
        """

    def told(self, key: str, *, limit: int, remaining: int) -> None:
        """Keep what the CRM said is left of this minute."""


@dataclass(frozen=True)
class Token:
    """What is sent to the CRM for a while; ``keep`` (JSON) is handed to whoever makes the next one."""

    value: str = field(repr=False)
    good_for: float
    """Seconds, as the CRM says; it is made anew a little earlier."""
    keep: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """A new refresh token, where the CRM gives one with each: the old one is no longer good."""


Make = Callable[[Mapping[str, Any]], Token]
"""Makes a token, of what the last one kept: {} where there was none."""


class Tokens(Protocol):
    """The token of a connection that expires: kept encrypted, the same for all workers."""

    def get(self, make: Make) -> str:
        """Return the token; where none is good, ``make`` one, and nobody else does meanwhile."""

    def refused(self, value: str) -> None:
        """Forget the token with this value: the CRM does not take it. The next ``get`` makes another one."""


class TokensInMemory:
    """A token that is kept nowhere: for setup, and tests.

    ``kept`` is what setup leaves to be stored, ``keep`` what the next token is to be made of.
    """

    def __init__(self, keep: Mapping[str, Any] | None = None) -> None:
        self.keep = dict(keep or {})
        self.kept: Token | None = None
        self._good = False

    def get(self, make: Make) -> str:
        """Return the token, or make one."""
        if self.kept is None or not self._good:
            self.kept = make(self.keep)
            self.keep = dict(self.kept.keep)
            self._good = True
        return self.kept.value

    def refused(self, value: str) -> None:
        """Make another one the next time."""
        self._good = self._good and self.kept is not None and self.kept.value != value


class Unlimited:
    """A budget that never ends: for setup, previews and tests."""

    def call(self, key: str, **limits: float) -> AbstractContextManager[None]:  # noqa: ARG002
        """Let the call be made."""
        return nullcontext()

    def told(self, key: str, *, limit: int, remaining: int) -> None:
        """Keep nothing."""


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
    chatwoot: Chatwoot | None = None
    """Chatwoot's API, where the connection has a token for it."""
    chatwoot_url: str | None = None
    """The address at which people see Chatwoot, where it is known."""
    budget: Budget = field(default_factory=Unlimited)
    tokens: Tokens = field(default_factory=TokensInMemory)
    """Of a CRM whose tokens expire: the one that is good now."""
    read_only: bool = False
    """Whether nothing may be written, in the CRM or elsewhere: a setup that only looks."""

    def conversation_url(self, conversation_id: int) -> str | None:
        """Return the address of a conversation's page in Chatwoot, where Chatwoot's is known."""
        if self.chatwoot_url is None:
            return None
        return f"{self.chatwoot_url}/app/accounts/{self.account_id}/conversations/{conversation_id}"
