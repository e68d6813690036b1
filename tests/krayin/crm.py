"""A Krayin served on this machine, and a connection to it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import structlog
import uvicorn
from starlette.types import ASGIApp

from crmhost import Chatwoot, Contact, Context, Conversation, Http, Links, Outcome
from crmhost.testing import LinksInMemory, Stage
from crmhost_krayin import (
    KrayinSettings,
    handle_contact,
    handle_conversation_created,
    handle_conversation_resolved,
    setup,
)
from crmhost_krayin.sandbox import KrayinSandbox
from crmhost_krayin.settings import Facts
from crmhost_krayin.settings import Stage as LeadStage

STAGES = ("new", "follow-up", "prospect", "negotiation", "won", "lost")
FOUND = {"pipeline_id": 1, "stage_id": 1, "source_id": 2, "type_id": 1, "closed_stage_ids": [5, 6]}
"""What setup finds in a freshly seeded Krayin."""
PROFILES = {
    "2.1": ("2.1", "2.1.1"),
    "2.2 with rest-api 2.1.1": ("2.2", "2.1.1"),
    "2.2 with rest-api 2.2.0": ("2.2", "2.2.0"),
}
"""The Krayins that the plugin must do right by."""


def facts(krayin: Any, rest: Any) -> Facts:
    """Return what setup learns of a freshly seeded Krayin."""
    stages = (
        LeadStage(id=place, code=code, name=code.title(), pipeline_id=1, position=place)
        for place, code in enumerate(STAGES, 1)
    )
    return Facts(krayin=krayin, rest=rest, user_id=1, timezone="Asia/Kolkata", stages=tuple(stages))


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """Serve the application on a free port, in a thread, and give its address."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@dataclass
class Desk:
    """A connection to a sandbox: deliver to it, and look at what that took."""

    url: str
    stage: Stage
    sandbox: KrayinSandbox
    pool: httpx.Client
    settings: Mapping[str, Any]
    store: LinksInMemory = field(default_factory=LinksInMemory)
    chatwoot: Chatwoot | None = None
    calls: list[str] = field(default_factory=list)
    """The calls of the last delivery."""

    @property
    def state(self) -> Any:
        return self.sandbox.state

    def contact(self, contact: Contact, conversation: Conversation | None = None) -> Outcome:
        return self._deliver(handle_contact, contact=contact, conversation=conversation)

    def created(self, conversation: Conversation) -> Outcome:
        return self._deliver(handle_conversation_created, conversation=conversation)

    def resolved(self, conversation: Conversation) -> Outcome:
        return self._deliver(handle_conversation_resolved, conversation=conversation)

    def setup(self, **settings: Any) -> Any:
        """Set up a connection as a person would: with little more than address and token."""
        given = {name: self.settings[name] for name in ("api_url", "api_token")} | settings
        return setup(self.context(Links(), KrayinSettings(**given)))

    def context(self, links: Links, settings: KrayinSettings | None = None) -> Context[KrayinSettings]:
        settings = settings or KrayinSettings(**self.settings)
        return Context(1, 3, settings, links, Http(self.pool), structlog.get_logger(), self.chatwoot)

    def with_settings(self, **settings: Any) -> Desk:
        return replace(self, settings={**self.settings, **settings}, calls=[])

    def with_facts(self, **learnt: Any) -> Desk:
        """Return the desk of a connection whose setup has learnt this too."""
        return self.with_settings(facts=self.settings["facts"].model_copy(update=learnt))

    @property
    def takes_empty_phones(self) -> bool:
        return bool(self.settings["facts"].krayin == "2.1")

    def no_phone(self, contact_id: int = 5821) -> list[dict[str, str]]:
        """Return the phones of a person who has none."""
        value = "" if self.takes_empty_phones else f"no phone 3-{contact_id}"
        return [{"value": value, "label": "work"}]

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Do as a salesperson would, through Krayin, and return what it answers."""
        headers = {"Accept": "application/json", "Authorization": f"Bearer {self.settings['api_token']}"}
        answer = self.pool.request(method, f"{self.url}/api/v1/{path}", headers=headers, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json().get("data")

    def delete(self, path: str) -> None:
        """Delete a record as a salesperson would."""
        self.ask("DELETE", path)

    def make_attribute(self, entity: str, code: str, **fields: Any) -> int:
        """Make an attribute of one's own, and return its id."""
        plain = {"type": "text", "is_required": 0, "is_unique": 0, "quick_add": 1, "is_user_defined": 1}
        body = {"code": code, "name": code.title(), "entity_type": entity, **plain, **fields}
        made: int = self.ask("POST", "settings/attributes", body)["id"]
        return made

    def attribute(self, entity: str, record_id: int, attribute_id: int, column: str = "text_value") -> Any:
        """Return what Krayin's database has of an attribute, which its answers do not show."""
        row = self.state.attribute_values.of(entity, record_id).get(attribute_id)
        return row and row[column]

    def _deliver(self, hook: Any, **record: Any) -> Outcome:
        links = self.store.open()
        context = self.context(links)
        try:
            outcome: Outcome = hook(context, **record)
        finally:
            self.store.commit(links)  # a failed attempt's links are kept too
            self.calls = [f"{call.method} {call.path.removeprefix('/api/v1')}" for call in context.http.calls]
        return outcome


def contact(number: int = 5821, **fields: Any) -> Contact:
    """Return a contact with little to say unless told."""
    company, attributes = fields.pop("company", None), fields.pop("additional_attributes", {})
    known = {"company_name": company} if company else {}
    return Contact(id=number, additional_attributes=known | attributes, **fields)


def conversation(number: int, sender: Contact, **fields: Any) -> Conversation:
    """Return a conversation of this contact."""
    return Conversation.model_validate(
        {"id": number, "meta": {"sender": sender.model_dump(), **fields.pop("meta", {})}, **fields}
    )
