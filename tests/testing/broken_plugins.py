"""For each rule a plugin that loses it and no other: the good one, spoilt in one place as people do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, NoReturn

import httpx
from pydantic import ConfigDict

from crmhost import (
    Answer,
    Change,
    Contact,
    Context,
    Conversation,
    CredentialsError,
    Outcome,
    Rejected,
    SettingsError,
    SetupResult,
    TryAgain,
    hookimpl,
    plugins,
)
from crmhost.testing import CRMContract
from crmhost.testing.example_crm import NAME_LIMIT, TEXT_LIMIT, ExampleCRM

from .tiny_plugin import Gone, Tiny, TinySettings

Settings = Context[TinySettings]
BROKEN: dict[str, type[Tiny]] = {}
"""By the id of the rule that is lost."""
QUIET: dict[str, type[Tiny]] = {}
"""By the id of the rule that is lost: others that lose it without an error, by what they write."""


def loses(rule: str, *, among: dict[str, type[Tiny]] = BROKEN) -> Callable[[type[Tiny]], type[Tiny]]:
    """Say which rule a bad plugin must lose."""

    def keep(plugin: type[Tiny]) -> type[Tiny]:
        among[rule] = plugin
        return plugin

    return keep


def contract_of(rule: str, among: Mapping[str, type[Tiny]] = BROKEN) -> type[CRMContract]:
    """Return the contract of the plugin that loses this rule."""

    class Contract(CRMContract):
        plugin = f"tiny-without-{rule}"
        has_merge = True

        def make_crm(self) -> ExampleCRM:
            return ExampleCRM()

        def load(self) -> plugins.Plugin:
            return plugins.load(self.plugin, among[rule]())

    if rule == "cassettes":
        Contract.people_in = lambda _self, _value: iter(())  # type: ignore[method-assign, assignment]
    Contract.__name__ = Contract.__qualname__ = f"TestWithout{rule.title().replace('-', '')}"
    return Contract


# Bronze


@loses("info")
class Nameless(Tiny):
    title = " "


class Lax(TinySettings):
    """Take whatever is typed."""

    model_config = ConfigDict(extra="ignore")


@loses("settings")
class TakesAnySetting(Tiny):
    settings = Lax


@loses("wanted-changes")
class WantsWhatIsNot(Tiny):
    @hookimpl
    def wanted_changes(self) -> tuple[str, ...]:
        return ("label",)


@loses("setup")
class SaysNothingOfSetup(Tiny):
    @hookimpl
    def setup(self, context: Settings) -> SetupResult:
        self.ask(context, "GET", "/me")
        return SetupResult()


@loses("setup-refused")
class BlamesTheSettings(Tiny):
    @hookimpl
    def setup(self, context: Settings) -> SetupResult:
        try:
            return super().setup(context)
        except CredentialsError as error:
            raise SettingsError(str(error)) from error


@loses("contact-created")
class TellsAnUpdate(Tiny):
    def create(self, context: Settings, contact: Contact, fields: dict[str, Any]) -> Outcome:
        (made,) = super().create(context, contact, fields).changes
        return Outcome((Change("person", "updated", made.remote_id),))


@loses("contact-updated")
class NothingOfTheRenamed(Tiny):
    def update(
        self, context: Settings, contact: Contact, person_id: str, written: Mapping[str, Any]
    ) -> Outcome:
        if self.fields(contact)["name"] != written.get("name"):
            return self.keep(context, contact, person_id, "left")
        return super().update(context, contact, person_id, written)


@loses("conversation-created")
class WaitsForTheEnd(Tiny):
    @hookimpl
    def handle_conversation_created(self, context: Settings, conversation: Conversation) -> Outcome:
        return Outcome()


@loses("conversation-resolved")
class MustHaveSeenTheBeginning(Tiny):
    @hookimpl
    def handle_conversation_resolved(self, context: Settings, conversation: Conversation) -> Outcome:
        if context.links.get(f"conversation:{conversation.id}", "note") is None:
            return Outcome(ignored="That conversation is not known here.")
        return super().handle_conversation_resolved(context, conversation)


@loses("cassettes")
class LeavesPhonesOnTape(Tiny):
    """Its contract finds nobody in the CRM's answers, and the one who is logged in has a phone."""


# Silver


@loses("contact-unchanged")
class LooksEachTime(Tiny):
    @hookimpl
    def handle_contact(self, context: Settings, contact: Contact) -> Outcome:
        link = context.links.get(f"contact:{contact.id}", "person")
        if link and link.written == self.fields(contact):
            self.ask(context, "GET", f"/people/{link.remote_id}")
        return super().handle_contact(context, contact)


@loses("contact-without-email")
class NeedsAnEmail(Tiny):
    def find(self, context: Settings, contact: Contact) -> Mapping[str, Any] | None:
        email: Any = contact.email
        return super().find(context, contact) if email.lower() else None


@loses("contact-without-phone")
class NeedsAPhone(Tiny):
    def fields(self, contact: Contact) -> dict[str, Any]:
        phone: Any = contact.phone
        return {**super().fields(contact), "phone": phone.replace(" ", "")}


@loses("contact-unknown")
class SaysNotWhy(Tiny):
    @hookimpl
    def handle_contact(self, context: Settings, contact: Contact) -> Outcome:
        outcome = super().handle_contact(context, contact)
        return Outcome(ignored="no") if outcome.ignored else outcome


@loses("contact-unicode")
class WritesLatin(Tiny):
    def fields(self, contact: Contact) -> dict[str, Any]:
        fields = super().fields(contact)
        return {**fields, "name": fields["name"].encode("latin-1", "replace").decode("latin-1")}


@loses("contact-over-long")
class CutsNoName(Tiny):
    def fields(self, contact: Contact) -> dict[str, Any]:
        return {**super().fields(contact), "name": contact.name}


@loses("contact-over-long", among=QUIET)
class WritesNothingOfALongName(Tiny):
    def fields(self, contact: Contact) -> dict[str, Any]:
        fields = super().fields(contact)
        return {**fields, "name": "(too long)"} if len(fields["name"]) == NAME_LIMIT else fields


@loses("conversation-resolved-twice")
class WritesTheEndEachTime(Tiny):
    @hookimpl
    def handle_conversation_resolved(self, context: Settings, conversation: Conversation) -> Outcome:
        link = context.links.get(f"conversation:{conversation.id}", "note")
        if link:
            context.links.set(f"conversation:{conversation.id}", "note", link.remote_id, {})
        return super().handle_conversation_resolved(context, conversation)


@loses("few-calls")
class AsksWhoItIs(Tiny):
    def begin(self, context: Settings, contact: Contact) -> Outcome:
        for _ in range(2):
            self.ask(context, "GET", "/me")
        return super().begin(context, contact)


@loses("calls-counted")
class HasAClientOfItsOwn(Tiny):
    def begin(self, context: Settings, contact: Contact) -> Outcome:
        with suppress(httpx.HTTPError):
            httpx.get(f"{context.settings.api_url}/me")
        return super().begin(context, contact)


@loses("setup-only-looks")
class TriesToWriteInSetup(Tiny):
    @hookimpl
    def setup(self, context: Settings) -> SetupResult:
        found = super().setup(context)
        self.ask(context, "POST", "/people", body={"name": "Test", "email": None, "phone": None})
        return found


@loses("message-over-long")
class CutsNoText(Tiny):
    def text(self, conversation: Conversation) -> str:
        said = "\n".join(message.content or "" for message in conversation.messages)
        return f"Conversation {conversation.id}, {conversation.status}: {said}"


@loses("message-over-long", among=QUIET)
class WritesNothingOfALongText(Tiny):
    def text(self, conversation: Conversation) -> str:
        text = super().text(conversation)
        return f"Conversation {conversation.id}: (too long)" if len(text) == TEXT_LIMIT else text


@loses("throttled-with-hint")
class HearsNoHint(Tiny):
    def throttled(self, answer: Answer, message: str) -> NoReturn:
        raise TryAgain(message)


@loses("throttled-without-hint")
class NeedsAHint(Tiny):
    def throttled(self, answer: Answer, message: str) -> NoReturn:
        raise TryAgain(message, delay=float(answer.headers["retry-after"]))


@loses("credentials-revoked")
class TakesRefusalForTheRecords(Tiny):
    def refuse(self, answer: Answer, method: str, path: str) -> NoReturn:
        if answer.status == 401 and path != "/me":
            raise Rejected("The CRM refuses this record.")
        super().refuse(answer, method, path)


@loses("nothing-personal-in-logs")
class LogsWhoItIs(Tiny):
    def create(self, context: Settings, contact: Contact, fields: dict[str, Any]) -> Outcome:
        context.log.info("somebody new", email=contact.email)
        return super().create(context, contact, fields)


# Gold


@loses("existing-person")
class FindsTheSameLettersOnly(Tiny):
    def find(self, context: Settings, contact: Contact) -> Mapping[str, Any] | None:
        found = super().find(context, contact)
        return found if found and found["email"] == contact.email else None


@loses("duplicate-on-the-other-key")
class GivesUpOnATakenPhone(Tiny):
    def create(self, context: Settings, contact: Contact, fields: dict[str, Any]) -> Outcome:
        with context.links.creating(f"contact:{contact.id}", "person"):
            made = self.ask(context, "POST", "/people", body=fields).json()
        return self.keep(context, contact, made["id"], "created")


@loses("lost-answers")
class BelievesThatItWasMade(Tiny):
    def begin(self, context: Settings, contact: Contact) -> Outcome:
        maybe = context.links.unsure(f"contact:{contact.id}", "person")
        if maybe and self.find(context, contact) is None:
            raise Rejected("It was made, and is gone.")
        return super().begin(context, contact)

    def failed(self, message: str, *, writes: bool) -> NoReturn:
        raise TryAgain(message, unsure=writes and "/notes" in message)


@loses("server-errors")
class GivesUpOnFailure(Tiny):
    def failed(self, message: str, *, writes: bool) -> NoReturn:
        if "/people" in message:
            raise Rejected(message)
        super().failed(message, writes=writes)


@loses("slow-answers")
class TriesAgainAtOnce(Tiny):
    def create(self, context: Settings, contact: Contact, fields: dict[str, Any]) -> Outcome:
        try:
            return super().create(context, contact, fields)
        except TryAgain as error:
            if not error.unsure:
                raise
        found = self.find(context, contact)
        if found:
            return self.keep(context, contact, found["id"], "linked")
        return super().create(context, contact, {**fields, "phone": None})


@loses("lost-workers")
class RemembersWhomItDidNotFind(Tiny):
    """It forgets that where a call fails; that its process is gone it does not see."""

    def __init__(self) -> None:
        self.absent: set[tuple[str, int]] = set()

    def find(self, context: Settings, contact: Contact) -> Mapping[str, Any] | None:
        # By the token: a connection's id is another one's, once it was removed.
        who = context.settings.api_token.get_secret_value(), contact.id
        if who in self.absent:
            return None
        found = super().find(context, contact)
        if found is None:
            self.absent.add(who)
        return found

    def ask(self, context: Settings, method: str, path: str, **parts: Any) -> Answer:
        try:
            return super().ask(context, method, path, **parts)
        except TryAgain:
            self.absent.clear()
            raise


@loses("two-workers")
class KeepsTheContactAtHand(Tiny):
    current: Contact

    def begin(self, context: Settings, contact: Contact) -> Outcome:
        self.current = contact
        return super().begin(context, contact)

    def fields(self, contact: Contact) -> dict[str, Any]:
        if getattr(self, "current", contact).id == contact.id:
            return super().fields(contact)
        return {**super().fields(contact), "name": self.current.name}


@loses("same-customer-twice")
class ClaimsNobody(Tiny):
    def claim(self, context: Settings, who: str) -> None:
        """Trust that nobody else looks for the same customer."""


@loses("record-deleted")
class StumblesOverTheDeleted(Tiny):
    def moved(self, context: Settings, contact: Contact, gone: Gone) -> Outcome:
        if gone.into is None:
            raise gone
        return super().moved(context, contact, gone)


@loses("record-merged")
class MakesTheMergedAgain(Tiny):
    def moved(self, context: Settings, contact: Contact, gone: Gone) -> Outcome:
        if gone.into is None:
            return super().moved(context, contact, gone)
        return self.create(context, contact, self.fields(contact))


# Platinum


@loses("activities-once")
class LooksForNoNote(Tiny):
    def find_note(self, context: Settings, record: str) -> str | None:
        return None


@loses("edits-kept")
class WritesTheWholeRecord(Tiny):
    def update(
        self, context: Settings, contact: Contact, person_id: str, written: Mapping[str, Any]
    ) -> Outcome:
        self.ask(context, "PUT", f"/people/{person_id}", body=self.fields(contact))
        return self.keep(context, contact, person_id, "updated")


@loses("edits-kept", among=QUIET)
class WritesToNobody(Tiny):
    def update(
        self, context: Settings, contact: Contact, person_id: str, written: Mapping[str, Any]
    ) -> Outcome:
        self.ask(context, "PUT", f"/people/{person_id}", body={})
        return self.keep(context, contact, person_id, "updated")


@loses("existing-name-kept")
class WritesOverWhoIsThere(Tiny):
    def begin(self, context: Settings, contact: Contact) -> Outcome:
        found = self.find(context, contact)
        if found:
            self.ask(context, "PUT", f"/people/{found['id']}", body=self.fields(contact))
            return self.keep(context, contact, found["id"], "linked")
        return super().begin(context, contact)
