"""The recorded half of the contract: each hook on cassettes, with the network blocked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from ..errors import CredentialsError, CRMHostError
from ..models import CHANGES
from ..validation import is_secret
from .people import COMPANY, LONG, RENAMED, UNICODE, customer, talk
from .rules import promise, rule
from .scanning import scan
from .scrubbing import is_secret_name

if TYPE_CHECKING:
    from ..demo.payloads import Payload
    from ..models import Outcome
    from ..plugins import Plugin
    from .capabilities import Capabilities
    from .played import Played
    from .tapes import Ready, Tapes

    Base = Capabilities
else:
    Base = object

SEEN = 20
"""Characters by which a name that was cut is still known."""


class Recorded(Base):
    """Bronze: the plugin does what it is there for. Silver: it takes customers as they come."""

    # The plugin itself

    @rule("bronze")
    def test_info(self, contract_plugin: Plugin) -> None:
        """The plugin says what it is called, and what its links are.

        ``ids`` must match the ids that are linked, which the tests of contacts see to.
        """
        info = contract_plugin.info
        promise(info.title.strip(), "info has no title: give the CRM's name, for people.")
        promise(info.kinds, "info has no kinds: name what is linked, the customer's own record first.")
        odd = [kind for kind in info.kinds if not re.fullmatch(r"[a-z][a-z_]{0,31}", kind)]
        promise(not odd, f"The kind {', '.join(odd)} is no short word in small letters.")

    @rule("bronze")
    def test_settings(self, contract_plugin: Plugin, contract_tapes: Tapes) -> None:
        """Each setting is described, what is secret is a SecretStr, and a misspelt one is refused."""
        model = contract_plugin.info.settings
        for name, field in model.model_fields.items():
            promise(field.description, f"The setting {name} is not described: Field(description=…).")
            shown = is_secret_name(name) and not is_secret(field.annotation)
            promise(not shown, f"The setting {name} would be shown to everybody: make it a SecretStr.")
        promise(
            _refuses(model, {**contract_tapes.given, "no_such_setting": "1"}),
            "A misspelt setting is taken without a word: model_config = ConfigDict(extra='forbid').",
        )

    @rule("bronze")
    def test_wanted_changes(self, contract_plugin: Plugin, contract_ready: Ready) -> None:
        """wanted_changes names nothing but changes that there are."""
        settings = contract_plugin.info.settings.model_validate(contract_ready.values)
        wanted = contract_plugin.wanted_changes(settings, chatwoot=False)
        odd = sorted(wanted - set(CHANGES))
        promise(not odd, f"wanted_changes names {', '.join(odd)}; there are: {', '.join(CHANGES)}.")

    # Setup

    @rule("bronze")
    def test_setup(self, contract_ready: Ready) -> None:
        """Setup says what it found, in lines for a person."""
        promise(contract_ready.found.report, "setup reports nothing: return a ReportLine for what it saw.")

    @rule("bronze")
    def test_setup_refused(self, played: Played) -> None:
        """Wrong credentials are told from all else, with a sentence that says what to do."""
        wrong = {name: f"wrong-{name}" for name in _secrets(played.plugin.info.settings)}
        promise(wrong, "No setting is secret: which are the credentials?")
        try:
            played.setup(**wrong)
        except CredentialsError as error:
            promise(error.fix, f"setup says «{error}», and not what to do: fix=….")
        except CRMHostError as error:
            promise(False, f"setup says {type(error).__name__} to wrong credentials: CredentialsError.")
        else:
            promise(False, "setup is content with wrong credentials: make a call that needs them.")

    # Contacts

    @rule("bronze")
    def test_contact_created(self, played: Played) -> None:
        """A new contact becomes a record, and is linked to it."""
        who = self._customer(1)
        made = self._applied(played, who)
        promise(
            {change.action for change in made.changes} & {"created", "linked"},
            "The outcome of a new contact has no change that was created or linked.",
        )
        self._is_linked(played, who)

    @rule("bronze")
    def test_contact_updated(self, played: Played) -> None:
        """What is new of a contact is written to its record."""
        who = self._customer(2)
        self._applied(played, who)
        before = played.link(f"contact:{who['id']}")
        changed = self._applied(played, {**who, "name": RENAMED, "phone_number": "+447700900950"})
        updated = [change for change in changed.changes if change.action == "updated"]
        promise(updated and played.calls, "A contact with another name and phone was not updated.")
        promise(
            played.link(f"contact:{who['id']}") == before, "An update linked the contact to another record."
        )

    @rule("silver")
    def test_contact_unchanged(self, played: Played) -> None:
        """A contact that says nothing new costs no call."""
        who = self._customer(3)
        self._applied(played, who)
        again = played.contact(who)
        self._took_nothing(played, "The same contact again")
        promise(again.state != "applied", "The same contact again is told as if something had been written.")

    @rule("silver")
    def test_contact_without_email(self, played: Played) -> None:
        """A customer with a phone only is taken, or ignored with a sentence that says why."""
        self._taken(played, customer(4, email=None))

    @rule("silver")
    def test_contact_without_phone(self, played: Played) -> None:
        """A customer with an e-mail address only is taken, or ignored with a sentence that says why."""
        self._taken(played, customer(5, phone_number=None))

    @rule("silver")
    def test_contact_unknown(self, played: Played) -> None:
        """A visitor who gave neither is ignored, with a sentence and without a call."""
        outcome = played.contact(customer(6, email=None, phone_number=None))
        promise(outcome.state == "ignored", "A visitor without e-mail and phone is not ignored.")
        promise(len(outcome.ignored) > 10, "A visitor is ignored, and no sentence says why.")
        promise(not played.calls, f"A visitor whom nobody knows took {', '.join(played.calls)}.")

    @rule("silver")
    def test_contact_unicode(self, played: Played) -> None:
        """A name in any script is taken as it is written."""
        self._applied(played, {**self._customer(7), "name": UNICODE})
        sent = played.sent()
        lost = [word for word in UNICODE.split() if word[0].isalpha() and word not in sent]
        promise(not lost, f"{' '.join(lost)} of the name {UNICODE} was not sent: write names in UTF-8.")

    @rule("silver")
    def test_contact_over_long(self, played: Played) -> None:
        """A name longer than the CRM takes is cut, not refused."""
        self._applied(played, {**self._customer(8), "name": LONG})
        promise(LONG[:SEEN] in played.sent(), "Nothing of a name that is too long was sent: cut its end off.")

    # Conversations

    @rule("bronze")
    def test_conversation_created(self, played: Played) -> None:
        """A conversation that began is noted."""
        who = self._customer(9)
        self._applied(played, who)
        self._says_so(played.created(talk(who)), "A conversation that began")

    @rule("bronze")
    def test_conversation_resolved(self, played: Played) -> None:
        """How a conversation ended is noted, also where its beginning was never seen."""
        who = self._customer(10)
        self._applied(played, who)
        self._says_so(played.resolved(talk(who, resolved=True)), "A conversation that was resolved")

    @rule("silver")
    def test_conversation_resolved_twice(self, played: Played) -> None:
        """The same end of a conversation again costs no call."""
        who = self._customer(11)
        self._applied(played, who)
        played.created(talk(who))
        played.resolved(talk(who, resolved=True))
        played.resolved(talk(who, resolved=True))
        self._took_nothing(played, "The same end again")

    # Cassettes

    @rule("bronze")
    def test_cassettes(self, contract_tapes: Tapes) -> None:
        """The cassettes tell of nobody: no secrets, no addresses and numbers but examples."""
        promise(
            any(contract_tapes.folder.glob("*.yaml")),
            "There are no cassettes yet: pytest --record-mode=rewrite records them.",
        )
        leaks = scan([contract_tapes.folder])
        promise(not leaks, f"{len(leaks)} leaks, the first: {leaks[0] if leaks else ''}")

    # What they have in common

    def _customer(self, number: int) -> Payload:
        company = {"company_name": COMPANY} if self.has_organizations else {}
        return customer(number, **company)

    def _applied(self, played: Played, who: Payload) -> Outcome:
        outcome = played.contact(who)
        self._says_so(outcome, f"The contact {who['name'][:40]}")
        return outcome

    def _took_nothing(self, played: Played, what: str) -> None:
        calls = ", ".join(played.calls)
        promise(not played.calls, f"{what} took {calls}: keep what was written with the link.")

    def _says_so(self, outcome: Outcome, what: str) -> None:
        why = outcome.ignored or "no change is told"
        promise(outcome.state == "applied", f"{what} left nothing in the CRM: {why}.")

    def _taken(self, played: Played, who: Payload) -> None:
        outcome = played.contact(who)
        if outcome.state == "ignored":
            promise(len(outcome.ignored) > 10, "The customer is ignored, and no sentence says why.")
        else:
            self._says_so(outcome, "The customer")
            self._is_linked(played, who)

    def _is_linked(self, played: Played, who: Payload) -> None:
        known = played.link(f"contact:{who['id']}")
        promise(known, "The contact is not linked to its record: context.links.set(…).")
        ids = played.plugin.info.ids
        promise(
            re.fullmatch(ids, known or ""), f"The id {known} is none by the plugin's own info: ids={ids!r}."
        )


def _secrets(model: type[BaseModel]) -> Iterator[str]:
    return (name for name, field in model.model_fields.items() if is_secret(field.annotation))


def _refuses(model: type[BaseModel], values: dict[str, Any]) -> bool:
    try:
        model.model_validate(values)
    except ValidationError:
        return True
    return False
