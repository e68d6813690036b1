"""The sandbox as the CRM of the demo and of tests: what it holds, and where that is not what it should be.

It is judged by its rows, and by none of the plugin's own rules: were one used here, breaking it would
break the judge too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from crmhost import Contact, Conversation, Expected

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from .sandbox import LeadSquaredSandbox

STARTED, TRANSCRIPT = "Chatwoot Conversation Started", "Chatwoot Conversation Transcript"


class LeadSquaredStandIn:
    """A LeadSquared that runs in this process and forgets everything when it ends."""

    def __init__(self, **sandbox: Any) -> None:
        self._options = sandbox

    @cached_property
    def sandbox(self) -> LeadSquaredSandbox:
        """The LeadSquared itself, made when it is first needed."""
        from .sandbox import LeadSquaredSandbox

        return LeadSquaredSandbox(**self._options)

    @property
    def app(self) -> ASGIApp:
        """LeadSquared's API as an ASGI application."""
        return self.sandbox

    def settings(self, base_url: str) -> Mapping[str, Any]:
        """Return the settings of a connection to it, with keys of its own; it takes any number of calls."""
        access_key, secret_key = self.sandbox.make_keys()
        return {"api_url": base_url, "access_key": access_key, "secret_key": secret_key, "calls": 1000}

    def tables(self) -> Mapping[str, Sequence[Mapping[str, str]]]:
        """Return leads and activities as a person would like to see them."""
        account = self.sandbox.account
        names = ("FirstName", "EmailAddress", "Mobile", "Source")
        return {
            "leads": [
                {"id": key, **{name: lead.get(name, "") for name in names}}
                for key, lead in account.leads.items()
            ],
            "activities": [
                {"type": self._type(one), "lead": one["RelatedProspectId"], "note": one["ActivityNote"]}
                for one in account.activities
            ],
        }

    def differences(self, expected: Expected) -> list[str]:
        """Return a sentence for each record that is missing, doubled, wrong or too many."""
        return [*self._wrong_leads(expected.contacts), *self._wrong_activities(expected)]

    def _wrong_leads(self, contacts: Sequence[Contact]) -> Iterator[str]:
        known: set[str] = set()
        for contact in contacts:
            mine = self._leads_of(contact)
            known.update(mine)
            if len(mine) != 1:
                yield f"Contact {contact.id}, {contact.name}, is {len(mine)} leads instead of one."
            for key in mine:
                lead = self.sandbox.account.leads[key]
                if lead.get("FirstName") != contact.name:
                    yield f"Contact {contact.id} is called {lead.get('FirstName')} instead of {contact.name}."
                if _digits(lead.get("Mobile")) != _digits(contact.phone):
                    yield f"Contact {contact.id} has the phone {lead.get('Mobile')}, not {contact.phone}."
        yield from (f"Lead {key} is nobody's." for key in self.sandbox.account.leads if key not in known)

    def _leads_of(self, contact: Contact) -> list[str]:
        """Return who has the contact's e-mail address, or the phone number if that is all there is."""
        leads = self.sandbox.account.leads.items()
        if contact.email:
            return [
                key for key, lead in leads if lead.get("EmailAddress", "").lower() == contact.email.lower()
            ]
        phone = _digits(contact.phone)
        return [key for key, lead in leads if phone and _digits(lead.get("Mobile")) == phone]

    def _wrong_activities(self, expected: Expected) -> Iterator[str]:
        activities = self.sandbox.account.activities
        wanted = [
            (talk, kind)
            for talk in expected.conversations
            for kind in (STARTED, TRANSCRIPT)
            if kind == STARTED or talk.status == "resolved"
        ]
        found = [[one for one in activities if self._is(one, *pair)] for pair in wanted]
        for (talk, kind), mine in zip(wanted, found, strict=True):
            if len(mine) != 1:
                yield f"Conversation {talk.id} has {len(mine)} activities «{kind}» instead of one."
            yield from (
                f"Conversation {talk.id} lacks «{message.content}» in its transcript."
                for message in (talk.messages if kind == TRANSCRIPT else ())
                if mine and str(message.content) not in mine[0]["ActivityNote"]
            )
        meant = [one["Id"] for mine in found for one in mine]
        yield from (f"Activity {one['Id']} is nobody's." for one in activities if one["Id"] not in meant)

    def _is(self, activity: Mapping[str, Any], talk: Conversation, kind: str) -> bool:
        """Whether an activity is the one of this kind of this conversation, with its customer's lead."""
        lines = str(activity["ActivityNote"]).splitlines()
        theirs = activity["RelatedProspectId"] in self._leads_of(talk.contact)
        return theirs and self._type(activity) == kind and f"Conversation ID: {talk.id}" in lines

    def _type(self, activity: Mapping[str, Any]) -> str:
        return str(self.sandbox.account.types[activity["ActivityEvent"]]["ActivityEventName"])


def _digits(phone: str | None) -> str:
    return re.sub(r"\D", "", phone or "")
