"""One attempt to apply one delivery: the plugin's hook is called, and whatever happens becomes a result."""

from __future__ import annotations

import random
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import structlog
from pydantic import ValidationError
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from .context import Context, Links
from .errors import CredentialsError, PluginError, Rejected, SettingsError, TryAgain
from .fold import CONTACT_KINDS
from .http import Http
from .locks import HeldLane, LaneLost
from .models import Contact, Conversation, Outcome
from .store import links
from .validation import first_problem, validated

if TYPE_CHECKING:
    from .house import House
    from .plugins import Plugin
    from .store.connections import CRMConnection
    from .store.deliveries import Delivery

PAUSE = 60.0
"""Seconds after which a connection that was refused is tried once more."""
FIRST_DELAY = 2.0
LONGEST_DELAY = 3600.0
Record = TypeVar("Record", Contact, Conversation)
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Result:
    """What became of an attempt: a final state, or a time to wait.

    ``failed`` says that the wait is for a failure, ``pauses`` that the whole connection waits.
    """

    state: str | None = None
    wait: float = 0.0
    failed: bool = False
    pauses: bool = False
    reason: str = ""
    fix: str = ""
    outcome: Outcome = field(default_factory=Outcome)


class Attempt:
    """A delivery being applied; ``links`` and ``told()`` say afterwards what is to be kept."""

    def __init__(self, house: House, held: HeldLane, connection: CRMConnection, delivery: Delivery) -> None:
        self.connection = connection
        self.delivery = delivery
        self.links = Links()
        self._house = house
        self._held = held
        self._http = Http(house.http_pool, guard=held.guard)
        asked = (connection.account_id, connection.chatwoot_url, connection.chatwoot_token)
        self._chatwoot = house.chatwoot(*asked, guard=held.guard)
        self._contact = f"contact:{delivery.contact_id}"

    def run(self) -> Result:
        """Call the hook; return what became of it."""
        since = self._load_links()
        wait = since + self._house.settings.unknown_hold_seconds - time.time()
        if wait > 0:
            return Result(wait=wait, reason="The CRM may still be creating the record.")
        try:
            return _ended(self._call_hook())
        except (LaneLost, SQLAlchemyError, RedisError):
            raise
        except Exception as error:  # noqa: BLE001 - a plugin may fail in any way, and the host runs on
            return self._failed(error)

    def told(self, outcome: Outcome) -> dict[str, Any]:
        """Return what is kept with the delivery: the records touched and the calls it took."""
        return {
            "changes": [asdict(change) for change in outcome.changes],
            "calls": [asdict(call) for call in self._http.calls],
        }

    def _load_links(self) -> float:
        """Read what is known of the records; return since when one may exist that we do not know."""
        records = {self._contact, self.delivery.record}
        with self._house.store.read() as tx:
            known = links.load(tx, self.connection.id, records)
            intents = links.open_intents(tx, self.connection.id, records)
        self.links = Links(known, intents=frozenset(intents), begin=self._begin, cancel=self._cancel)
        return max(intents.values(), default=0.0)

    def _begin(self, record: str, kinds: tuple[str, ...]) -> None:
        with self._held.committing() as tx:
            links.begin_intents(tx, self.connection.id, record, kinds, time.time())

    def _cancel(self, record: str, kinds: tuple[str, ...]) -> None:
        with self._held.committing() as tx:
            links.end_intents(tx, self.connection.id, record, kinds)

    def _call_hook(self) -> Outcome:
        plugin = self._house.plugins[self.connection.plugin]
        context = self._context(plugin)
        if self.delivery.kind in CONTACT_KINDS:
            return self._apply_contact(plugin, context, self._read(Contact), None)
        conversation = self._read(Conversation)
        brought = self._bring_contact(plugin, context, conversation)
        if brought.ignored:
            return brought
        resolved = self.delivery.kind == "conversation_resolved"
        hook = plugin.handle_conversation_resolved if resolved else plugin.handle_conversation_created
        return brought + _said(hook(context, conversation))

    def _read(self, model: type[Record]) -> Record:
        """Read what Chatwoot sent; what cannot be read is for a person to see."""
        try:
            return model.model_validate(self.delivery.payload)
        except ValidationError as error:
            raise Rejected(
                f"Chatwoot's {self.delivery.kind} cannot be read: {first_problem(error)}."
            ) from error

    def _bring_contact(self, plugin: Plugin, context: Context[Any], conversation: Conversation) -> Outcome:
        """Handle a contact never seen before its conversation; a known one is left to its own events."""
        if any(context.links.get(self._contact, kind) for kind in plugin.info.kinds):
            return Outcome()
        return self._apply_contact(plugin, context, conversation.contact, conversation)

    def _apply_contact(
        self, plugin: Plugin, context: Context[Any], told: Contact, conversation: Conversation | None
    ) -> Outcome:
        """Apply the contact as Chatwoot has it now: a webhook is a notice, its API is the truth."""
        contact = self._chatwoot.contact(told.id) if self._chatwoot else told
        if contact is None:
            return Outcome(ignored=f"Contact {told.id} is gone in Chatwoot: merged into another, or deleted.")
        return _said(plugin.handle_contact(context, contact, conversation))

    def _context(self, plugin: Plugin) -> Context[Any]:
        return Context(
            connection_id=self.connection.id,
            account_id=self.connection.account_id,
            settings=validated(plugin, self.connection.settings),
            links=self.links,
            http=self._http,
            chatwoot=self._chatwoot,
            chatwoot_url=self.connection.chatwoot_url,
            log=log.bind(connection=self.connection.id, delivery=self.delivery.id),
        )

    def _failed(self, error: Exception) -> Result:
        """Say what the host does next, by the error's class."""
        fix = error.fix if isinstance(error, PluginError | SettingsError) else ""
        match error:
            case TryAgain():
                return self._again(error)
            case CredentialsError() | SettingsError():
                return Result(wait=PAUSE, failed=True, pauses=True, reason=str(error), fix=fix)
            case Rejected() | PluginError():
                return Result("dead", reason=str(error), fix=fix)
        log.error("plugin failed", exc_info=error, plugin=self.connection.plugin, delivery=self.delivery.id)
        reason = f"The plugin {self.connection.plugin} failed: {type(error).__name__}: {error}"
        return Result("dead", reason=reason, fix="Report it to the plugin's authors; then replay.")

    def _again(self, error: TryAgain) -> Result:
        """Wait, longer each time, unless the delivery has been tried for too long."""
        limit = self._house.settings.give_up_hours
        if time.time() - self.delivery.received_at > limit * 3600:
            return Result("dead", reason=f"Given up after {limit} hours: {error}", fix=error.fix)
        if error.at_most is not None and self.delivery.attempts + 1 >= error.at_most:
            return Result("dead", reason=str(error), fix=error.fix)
        wait = backoff(self.delivery.attempts) if error.delay is None else error.delay
        return Result(wait=wait, failed=True, reason=str(error), fix=error.fix)


def backoff(attempts: int) -> float:
    """Return the seconds to wait after so many failed attempts: doubling, spread by half either way."""
    delay: float = min(FIRST_DELAY * 2 ** min(attempts, 20), LONGEST_DELAY)
    return delay * random.uniform(0.5, 1.5)  # noqa: S311 - it spreads retries, it keeps no secret


def _ended(outcome: Outcome) -> Result:
    return Result(outcome.state, reason=outcome.ignored, outcome=outcome)


def _said(outcome: Outcome | None) -> Outcome:
    """Return the hook's outcome; a plugin without the hook wants nothing to do with the event."""
    return outcome if outcome is not None else Outcome(ignored="The plugin does not handle this event.")
