"""One attempt to apply one delivery: the plugin's hook is called, and whatever happens becomes a result."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import structlog
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from .budget import DeliveryBudget
from .chatwoot import Access
from .checking import checked
from .context import Context, Links
from .errors import (
    Claimed,
    CredentialsError,
    NotYet,
    PluginError,
    Rejected,
    SettingsError,
    SetUpAgain,
    TryAgain,
    leaves_open,
)
from .handling import Handling
from .http import Http
from .ledger import Ledger
from .locks import HeldLane, LaneLost
from .models import Outcome
from .store import attempts, connections, gates
from .tokens import KeptTokens
from .tracing import LENGTH, traced
from .validation import hidden, secret_values, validated
from .watch import Raised, SignsOfLife

if TYPE_CHECKING:
    from sqlalchemy import Connection as Transaction

    from .house import House
    from .store.connections import CRMConnection
    from .store.deliveries import Delivery

PAUSE = 60.0
"""Seconds after which a connection that was refused is tried once more."""
FIRST_DELAY = 2.0
LONGEST_DELAY = 3600.0
SETUP_REST = 60
"""Seconds after which setup is called again for a connection whose facts no longer hold."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Result:
    """What became of an attempt: a final state, or a time to wait.

    ``at_once`` says that there is no wait: the settings are others now.
    """

    state: str | None = None
    wait: float = 0.0
    at_once: bool = False
    failed: bool = False
    """Whether the wait is for a failure of this delivery's."""
    of_all: bool = False
    """Whether nobody of the connection can go on meanwhile: the calls are used up."""
    pauses: bool = False
    """Whether the CRM refuses us, or a setting is wrong."""
    away: bool = False
    """Whether the CRM could not be reached."""
    refused: bool = False
    """Whether it is dead by the plugin's word, and not given up for want of a better end."""
    asked: float = 0.0
    """The seconds that the CRM asked for, where it did."""
    reason: str = ""
    fix: str = ""
    outcome: Outcome = field(default_factory=Outcome)


class Attempt:
    """A delivery being applied; ``links`` and ``told()`` say afterwards what is to be kept."""

    def __init__(
        self,
        house: House,
        held: HeldLane,
        connection: CRMConnection,
        delivery: Delivery,
        changed: frozenset[str] = frozenset(),
        *,
        background: bool = False,
    ) -> None:
        self.connection = connection
        self.delivery = delivery
        self.changed = changed
        self.background = background
        self._signs = SignsOfLife()
        self._handling = Handling(house.plugins, connection, delivery, changed)
        self.ledger = Ledger(
            house.store,
            house.pulse,
            held,
            delivery,
            self._signs,
            unknown_hold=house.settings.unknown_hold_seconds,
            handed=self._handling.handed,
        )
        self._house = house
        self._held = held
        self._http = Http(house.http_pool, guard=self._guard)
        self._budget = DeliveryBudget(house.redis, background=background, whose=connection.id)
        asked = (connection.account_id, connection.chatwoot_url, connection.chatwoot_token)
        self._chatwoot = house.chatwoot(*asked, guard=self._guard_chatwoot)
        self._contact = f"contact:{delivery.contact_id}"
        self._unsure = False

    @property
    def links(self) -> Links:
        """The records at hand, as the hook has left them."""
        return self.ledger.links

    @property
    def stranger(self) -> bool:
        """Whether it is of a conversation whose contact the plugin wants nothing to do with."""
        return self._handling.stranger

    def read(self, tx: Transaction, now: float, beats: int) -> None:
        """Read what is known of its records, in the transaction in which it was chosen."""
        self.ledger.open(tx, {self._contact, self.delivery.record}, now, beats)

    def run(self) -> Result:
        """Call the hook; return what became of it.

        Whatever is logged meanwhile, by a plugin too, names the delivery.
        """
        digest = sha256(self.delivery.body.encode()).hexdigest()
        named = {"connection": self.connection.id, "delivery": self.delivery.id, "ref": digest[:LENGTH]}
        with (
            structlog.contextvars.bound_contextvars(**named),
            traced(f"handle {self.delivery.kind}", digest, named) as span,
        ):
            result = self._run()
            told = {"state": result.state or "waits", "calls": len(self._http.calls)}
            span.set(**told)
            log.info("handled", kind=self.delivery.kind, **told)
            return result

    def _run(self) -> Result:
        if self.ledger.hold > 0:
            return Result(
                wait=self.ledger.hold, reason="The CRM may still be carrying out an earlier request."
            )
        try:
            return _ended(self._handled())
        except (LaneLost, SQLAlchemyError, RedisError):
            raise
        except Exception as error:  # noqa: BLE001 - a plugin may fail in any way, and the host runs on
            return self._without_secrets(self._failed(error))
        finally:
            self._budget.close()

    def _handled(self) -> Outcome:
        """Have the plugin handle the delivery, for as long as it gives signs of life."""
        plugin = self._house.plugins[self.connection.plugin]
        return plugin.watch.run(
            lambda: self._handling.run(self._context()),
            f"its hook for {self.delivery.kind}",
            signs=self._signs,
            meanwhile=self._held.keep,
        )

    def _guard(self, writes: bool, longest: float) -> None:
        """Let a call begin while the lane is ours; before a write, keep what may come of it."""
        self._signs.give()
        if writes:
            self.ledger.writing()  # which checks the fencing number
        self._held.guard(False, longest)

    def _guard_chatwoot(self, writes: bool, longest: float) -> None:
        """Let a call to Chatwoot begin while the lane is ours."""
        self._signs.give()
        self._held.guard(writes, longest)

    def told(self, outcome: Outcome) -> dict[str, Any]:
        """Return what is kept with the delivery: the records touched and the calls it took."""
        return {
            "changes": [vars(change) for change in outcome.changes],
            "calls": [vars(call) for call in self._http.calls],
            **({"stranger": True} if self.stranger else {}),
        }

    @property
    def reached(self) -> bool:
        """Whether the CRM itself answered any call."""
        return any(call.reached for call in self._http.calls)

    @property
    def answered(self) -> bool:
        """Whether every write of this attempt was carried out, or surely was not: none is on its way."""
        return not (self._unsure or self._http.unanswered)

    @property
    def unsettled(self) -> Mapping[str, Any] | None:
        """What the plugin was handed for a write of which nobody knows whether it was carried out."""
        return self._handling.handed if self.ledger.wrote and not self.answered else self.delivery.attempted

    @property
    def introduced(self) -> bool:
        """Whether the contact had no link before this attempt and has one now."""
        return self.ledger.introduced(self._contact)

    def _context(self) -> Context[Any]:
        plugin = self._house.plugins[self.connection.plugin]
        return Context(
            connection_id=self.connection.id,
            account_id=self.connection.account_id,
            settings=validated(plugin, self.connection.settings),
            links=self.links,
            http=self._http,
            chatwoot=self._chatwoot,
            chatwoot_url=self.connection.chatwoot_url,
            log=log.bind(connection=self.connection.id, delivery=self.delivery.id),
            budget=self._budget,
            tokens=KeptTokens(self._house, self.connection.id),
        )

    def _failed(self, error: Exception) -> Result:
        """Say what the host does next, by the error's class."""
        fix = error.fix if isinstance(error, PluginError | SettingsError) else ""
        self._unsure = leaves_open(error)
        match error:
            case NotYet():
                wait = backoff(0) if error.delay is None else error.delay
                return Result(wait=wait, of_all=not isinstance(error, Claimed), reason=str(error))
            case SetUpAgain():
                return self._set_up_again(error)
            case TryAgain():
                return self._again(error)
            case CredentialsError() | SettingsError():
                return Result(wait=PAUSE, failed=True, pauses=True, reason=str(error), fix=fix)
            case Rejected() | PluginError():
                return Result("dead", refused=isinstance(error, Rejected), reason=str(error), fix=fix)
        log.error("plugin failed", exc_info=error, plugin=self.connection.plugin, delivery=self.delivery.id)
        said = str(error) if isinstance(error, Raised) else f"{type(error).__name__}: {error}"
        reason = f"The plugin {self.connection.plugin} failed: {said}"
        return Result("dead", reason=reason, fix="Report it to the plugin's authors; then replay.")

    def _without_secrets(self, result: Result) -> Result:
        """Return the result with the connection's secrets left out of its words, which people see."""
        try:
            settings = validated(self._house.plugins[self.connection.plugin], self.connection.settings)
        except SettingsError:
            return result  # whose words are not the plugin's
        secrets = [*secret_values(settings).values(), self.connection.chatwoot_token]
        reason, fix = (hidden(text, secrets) for text in (result.reason, result.fix))
        return replace(result, reason=reason, fix=fix)

    def _set_up_again(self, error: SetUpAgain) -> Result:
        """Have setup look again and keep what it finds; where it just did, this is a plain TryAgain."""
        mark = f"crmhost:setup:{self.connection.id}:{self.connection.created_at}"
        if not self._house.redis.set(mark, "1", nx=True, ex=SETUP_REST):
            return self._again(error)
        plugin = self._house.plugins[self.connection.plugin]
        given = self.connection.given
        try:
            access = Access(self.connection.chatwoot_url, self.connection.chatwoot_token)
            account_id = self.connection.account_id
            tokens = KeptTokens(self._house, self.connection.id)
            asked = (plugin, account_id, given, access, self._http)
            _, found = checked(self._house, *asked, signs=self._signs, tokens=tokens)
        except (TryAgain, CredentialsError, SettingsError) as trouble:
            return self._failed(trouble)
        except PluginError as trouble:  # whatever setup stumbles over is not this delivery's fault
            return self._again(TryAgain(str(trouble), fix=trouble.fix))
        log.info("set up again", connection=self.connection.id, reason=str(error))
        with self._held.committing() as tx:
            if connections.get(tx, self._house.vault, self.connection.id).given == given:
                connections.set_found(tx, self.connection.id, found.settings)
        return Result(at_once=True)

    def _in_a_row(self, error: TryAgain) -> int:
        """Return how often in a row it has failed so, this time too; what failed otherwise does not count."""
        reason = self._without_secrets(Result(reason=str(error))).reason
        with self._house.store.read() as tx:
            alike = attempts.alike(tx, self.delivery.id, reason)
        return min(alike, self.delivery.attempts) + 1  # what failed before it was brought back is over

    def _again(self, error: TryAgain) -> Result:
        """Wait, longer each time, unless the delivery has been tried for too long."""
        limit, away = self._house.settings.give_up_hours, self._http.away
        if self.ledger.opened_at - self.delivery.due_since > limit * 3600:
            reason = f"Given up after {limit} hours: {error}"
            return Result("dead", away=away, reason=reason, fix=error.fix)
        if error.at_most is not None and self._in_a_row(error) >= min(error.at_most, attempts.LAST + 1):
            return Result("dead", reason=str(error), fix=error.fix)
        asked = error.delay or 0.0
        wait = backoff(self.delivery.attempts) if error.delay is None else asked
        if away and self.connection.paused_reason is not None:
            # It only tried for all whether the CRM is there again, which is asked for often.
            wait = min(wait, max(gates.LONGEST, asked))
        return Result(wait=wait, failed=True, away=away, asked=asked, reason=str(error), fix=error.fix)


def backoff(failed: int) -> float:
    """Return the seconds to wait after so many failed attempts: doubling, spread by half either way."""
    delay: float = min(FIRST_DELAY * 2 ** min(failed, 20), LONGEST_DELAY)
    return delay * random.uniform(0.5, 1.5)  # noqa: S311 - it spreads retries, it keeps no secret


def _ended(outcome: Outcome) -> Result:
    return Result(outcome.state, reason=outcome.ignored, outcome=outcome)
