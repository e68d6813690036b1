"""A plugin's hooks, called one at a time as the host calls them, without a host."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

import structlog
from pydantic import SecretStr
from vcr.errors import CannotOverwriteExistingCassetteException

from ..context import Context, Links, TokensInMemory
from ..http import Http
from ..validation import validated
from .cassettes import words_asked
from .memory import LinksInMemory
from .people import contact_of, conversation_of
from .rules import broken, promise

if TYPE_CHECKING:
    from pydantic import BaseModel
    from vcr.cassette import Cassette

    from ..demo.payloads import Payload
    from ..models import Outcome, SetupResult
    from ..plugins import Plugin
    from ..pool import Pool

ACCOUNT = 3
"""Chatwoot's."""
RECORD = "pytest --record-mode=rewrite"
Returned = TypeVar("Returned")


class Played:
    """The hooks of one connection; ``calls`` says what the last one sent to the CRM.

    ``cassette`` is what they are played on, or recorded.
    """

    def __init__(
        self, plugin: Plugin, pool: Pool, given: Mapping[str, Any], cassette: Cassette | None = None
    ) -> None:
        self.plugin = plugin
        self.given = dict(given)
        self.kept = LinksInMemory()
        self.calls: list[str] = []
        self._pool = pool
        self._tokens = TokensInMemory()
        self._cassette = cassette

    def setup(self, **instead: Any) -> SetupResult:
        """Call setup with the given settings, or with others instead of some."""
        settings = validated(self.plugin, {**self.given, **instead})
        return self._call(self.plugin.setup, "setup", settings)

    def take(self, found: Mapping[str, Any]) -> None:
        """Keep what setup found, as the host does."""
        self.given |= found

    def contact(self, person: Payload) -> Outcome:
        """Call handle_contact."""
        return self._call(self.plugin.handle_contact, "handle_contact", None, contact_of(person))

    def created(self, talk: Payload) -> Outcome:
        """Call handle_conversation_created."""
        hook = self.plugin.handle_conversation_created
        return self._call(hook, "handle_conversation_created", None, conversation_of(talk))

    def resolved(self, talk: Payload) -> Outcome:
        """Call handle_conversation_resolved."""
        hook = self.plugin.handle_conversation_resolved
        return self._call(hook, "handle_conversation_resolved", None, conversation_of(talk))

    def sent(self) -> str:
        """Return all words that were sent to the CRM."""
        return words_asked(self._cassette) if self._cassette else ""

    def link(self, record: str) -> str | None:
        """Return the id of the CRM's record that this one is linked to, by the first kind that is."""
        kinds = self.plugin.info.kinds
        links = (self.kept.known.get((record, kind)) for kind in kinds)
        return next((link.remote_id for link in links if link), None)

    def _call(
        self, hook: Callable[..., Returned | None], name: str, settings: BaseModel | None, *given: Any
    ) -> Returned:
        links, http = self.kept.open(), Http(self._pool)
        context = self._context(links, http, settings or validated(self.plugin, self.given))
        try:
            said = hook(context, *given)
            promise(said is not None, f"{name} returned nothing: return what it did.")
            return cast("Returned", said)
        except CannotOverwriteExistingCassetteException as error:
            asked = error.failed_request
            question = f"{asked.method} {asked.uri}"
            broken(
                f"{name} asks what is not on its cassette: {question}. If that is right, record it: {RECORD}"
            )
        finally:
            self.kept.commit(links)
            self.calls = [str(call) for call in http.calls]

    def _context(self, links: Links, http: Http, settings: BaseModel) -> Context[Any]:
        log = structlog.get_logger(__name__)
        return Context(1, ACCOUNT, settings, links, http, log, tokens=self._tokens)


def secrets_of(settings: BaseModel) -> list[str]:
    """Return the secrets among the settings."""
    values = (getattr(settings, name) for name in type(settings).model_fields)
    return [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
