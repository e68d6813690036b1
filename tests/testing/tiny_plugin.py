"""A plugin for the tiny CRM that does all it should; made of small parts, so that each can be spoilt."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NoReturn

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from crmhost import (
    Answer,
    Change,
    Contact,
    Context,
    Conversation,
    CredentialsError,
    Outcome,
    PluginInfo,
    Rejected,
    ReportLine,
    SetupResult,
    TryAgain,
    hookimpl,
)
from crmhost.testing.example_crm import NAME_LIMIT, TEXT_LIMIT


class TinySettings(BaseModel):
    """What the tiny CRM takes."""

    model_config = ConfigDict(extra="forbid")

    api_url: str = Field(description="The CRM's address.")
    api_token: SecretStr = Field(description="A token of a user there.")


class Gone(Rejected):
    """The CRM has no such record; ``into`` is the one that took its place."""

    def __init__(self, message: str, into: str | None) -> None:
        super().__init__(message)
        self.into = into


class Taken(Rejected):
    """The phone is another person's."""


class Tiny:
    """The plugin's hooks; a bad plugin is one that overrides a part."""

    settings: type[BaseModel] = TinySettings
    title = "Tiny CRM"

    @hookimpl
    def info(self) -> PluginInfo:
        return PluginInfo(self.title, self.settings, ("person", "note"), ids=r"\d+")

    @hookimpl
    def wanted_changes(self) -> Collection[str]:
        return ("labels",)

    @hookimpl
    def setup(self, context: Context[TinySettings]) -> SetupResult:
        self.ask(context, "GET", "/me")
        return SetupResult({}, (ReportLine("Credentials", "accepted"),))

    # Contacts

    @hookimpl
    def handle_contact(self, context: Context[TinySettings], contact: Contact) -> Outcome:
        if not (contact.email or contact.phone):
            return Outcome(ignored=f"Contact {contact.id} has neither an e-mail address nor a phone number.")
        link = context.links.get(f"contact:{contact.id}", "person")
        if link is None:
            return self.begin(context, contact)
        wanted = self.fields(contact)
        if wanted == link.written:
            return Outcome((Change("person", "left", link.remote_id),))
        try:
            return self.update(context, contact, link.remote_id, link.written)
        except Gone as gone:
            return self.moved(context, contact, gone)

    def begin(self, context: Context[TinySettings], contact: Contact) -> Outcome:
        """Link whoever is there, or make somebody."""
        found = self.find(context, contact)
        if found is None:
            return self.create(context, contact, self.fields(contact))
        return self.keep(context, contact, found["id"], "linked")

    def find(self, context: Context[TinySettings], contact: Contact) -> Mapping[str, Any] | None:
        key, value = ("email", contact.email) if contact.email else ("phone", contact.phone)
        self.claim(context, f"{key} {value}")
        found = self.ask(context, "GET", "/people", params={key: value}).json()
        return found[0] if found else None

    def claim(self, context: Context[TinySettings], who: str) -> None:
        """Be alone with this customer until the attempt has ended."""
        context.links.claim(f"tiny {context.settings.api_url}", who)

    def create(self, context: Context[TinySettings], contact: Contact, fields: dict[str, Any]) -> Outcome:
        try:
            with context.links.creating(f"contact:{contact.id}", "person"):
                made = self.ask(context, "POST", "/people", body=fields).json()
        except Taken:
            return self.create(context, contact, {**fields, "phone": None})
        return self.keep(context, contact, made["id"], "created")

    def update(
        self, context: Context[TinySettings], contact: Contact, person_id: str, written: Mapping[str, Any]
    ) -> Outcome:
        """Write what is new in Chatwoot, and was not changed by the CRM's people."""
        there = self.ask(context, "GET", f"/people/{person_id}").json()
        wanted = self.fields(contact)
        news = {key: value for key, value in wanted.items() if value != written.get(key)}
        ours = {key: value for key, value in news.items() if there[key] in {written.get(key), None}}
        if ours:
            self.ask(context, "PUT", f"/people/{person_id}", body=ours)
        return self.keep(context, contact, person_id, "updated" if ours else "left")

    def moved(self, context: Context[TinySettings], contact: Contact, gone: Gone) -> Outcome:
        """Follow a person to where it was merged, or begin again where it was deleted."""
        context.links.remove(f"contact:{contact.id}", "person")
        return self.keep(context, contact, gone.into, "linked") if gone.into else self.begin(context, contact)

    def keep(self, context: Context[TinySettings], contact: Contact, person_id: str, how: Any) -> Outcome:
        context.links.set(f"contact:{contact.id}", "person", person_id, self.fields(contact))
        return Outcome((Change("person", how, person_id),))

    def fields(self, contact: Contact) -> dict[str, Any]:
        name = contact.name or contact.email or contact.phone or ""
        return {"name": name[:NAME_LIMIT], "email": contact.email, "phone": contact.phone}

    # Conversations

    @hookimpl
    def handle_conversation_created(
        self, context: Context[TinySettings], conversation: Conversation
    ) -> Outcome:
        return self.note(context, conversation)

    @hookimpl
    def handle_conversation_resolved(
        self, context: Context[TinySettings], conversation: Conversation
    ) -> Outcome:
        return self.note(context, conversation)

    def note(self, context: Context[TinySettings], conversation: Conversation) -> Outcome:
        record = f"conversation:{conversation.id}"
        text = self.text(conversation)
        link = context.links.get(record, "note")
        note_id = link.remote_id if link else self.find_note(context, record)
        if link and link.written == {"text": text}:
            return Outcome((Change("note", "left", link.remote_id),))
        if note_id is not None:
            self.ask(context, "PUT", f"/notes/{note_id}", body={"text": text})
            how: Any = "updated"
        else:
            note_id, how = self.create_note(context, conversation, record, text), "created"
        context.links.set(record, "note", note_id, {"text": text})
        return Outcome((Change("note", how, note_id),))

    def find_note(self, context: Context[TinySettings], record: str) -> str | None:
        """Look for a note that an earlier attempt may have made."""
        if not context.links.unsure(record, "note"):
            return None
        found = self.ask(context, "GET", "/notes", params={"ref": record}).json()
        return str(found[0]["id"]) if found else None

    def create_note(
        self, context: Context[TinySettings], conversation: Conversation, record: str, text: str
    ) -> str:
        try:
            return self.post_note(context, self.person_of(context, conversation), record, text)
        except Gone as gone:  # the person was deleted, or merged, since it was linked
            self.moved(context, conversation.contact, gone)
            return self.post_note(context, self.person_of(context, conversation), record, text)

    def post_note(self, context: Context[TinySettings], person: str, record: str, text: str) -> str:
        with context.links.creating(record, "note"):
            body = {"person": person, "ref": record, "text": text}
            return str(self.ask(context, "POST", "/notes", body=body).json()["id"])

    def person_of(self, context: Context[TinySettings], conversation: Conversation) -> str:
        link = context.links.get(f"contact:{conversation.contact.id}", "person")
        if link is None:
            raise Rejected(f"Contact {conversation.contact.id} is nobody in the CRM.")
        return link.remote_id

    def text(self, conversation: Conversation) -> str:
        said = "\n".join(message.content or "" for message in conversation.messages)
        return f"Conversation {conversation.id}, {conversation.status}: {said}"[:TEXT_LIMIT]

    # The CRM's API

    def ask(self, context: Context[TinySettings], method: str, path: str, **parts: Any) -> Answer:
        """Return the CRM's answer, or raise what it means."""
        token = context.settings.api_token.get_secret_value()
        url, headers = context.settings.api_url + path, {"Authorization": f"Bearer {token}"}
        answer = context.http.request(method, url, headers=headers, **parts)
        if answer.status >= 400:
            self.refuse(answer, method, path)
        return answer

    def refuse(self, answer: Answer, method: str, path: str) -> NoReturn:
        message = f"The CRM answered {answer.status} to {method} {path}"
        if answer.status == 429:
            self.throttled(answer, message)
        if answer.status >= 500:
            self.failed(message, writes=method != "GET")
        if answer.status == 401:
            raise CredentialsError(message, fix="Make a new token.")
        error = answer.json()
        if answer.status in {404, 410}:
            raise Gone(message, error.get("into"))
        raise Taken(message) if error["error"] == "phone_taken" else Rejected(message)

    def throttled(self, answer: Answer, message: str) -> NoReturn:
        delay = answer.headers.get("retry-after")
        raise TryAgain(message, delay=float(delay) if delay else None)

    def failed(self, message: str, *, writes: bool) -> NoReturn:
        raise TryAgain(message, unsure=writes)
