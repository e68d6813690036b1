"""What a customer's lead is to say: made of what is known now and what was said before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmhost import Contact, Conversation

from ..settings import KrayinSettings
from ..settings.mapping import mapping_of
from .attributes import attribute_values
from .contact import contact_to_fields
from .lead import reach_of, texts_of
from .template import known_of_contact, known_of_conversation, places_of

FIXED = ("id", "channel", "inbox_id", "created_at")
"""What of a conversation never changes."""
CHANGES = {name: name for name in ("status", "priority", "team", "assignee", "labels")} | {
    "first_reply_at": "first_reply"
}
"""Which change brings what of a conversation is no attribute."""


class Wanted:
    """What a lead is to say of a contact, and of a conversation if there is one.

    ``written`` is what was remembered with the lead: what of each field we last wrote (``title``,
    ``attributes`` …), what we last wanted there (``seen``) and what that was made of (``said``).
    ``is_news`` says that this is the contact's newest state; a conversation's event shows an older one,
    from which nothing is taken that is known.
    """

    def __init__(
        self,
        settings: KrayinSettings,
        contact: Contact,
        conversation: Conversation | None,
        written: Mapping[str, Any],
        *,
        is_news: bool,
    ) -> None:
        self.settings = settings
        self.contact = contact
        self.conversation = conversation
        self.is_news = is_news
        self._fields = contact_to_fields(
            contact, organizations=settings.sync_organizations, region=settings.phone_region
        )
        self.said = self._said(written.get("said", {}))
        self.attributes = self._attributes(written.get("seen", {}).get("attributes", {}))
        self._texts, self.trouble = texts_of(settings, self.said, self._name())

    def texts(self, *, lone: bool) -> dict[str, str]:
        """Return title, description and value; of a customer who is no person, how to reach them too."""
        if not lone:
            return self._texts
        description = "\n".join(filter(None, (self._texts["description"], reach_of(self._fields))))
        return {**self._texts, "description": description}

    def all(self, *, lone: bool) -> dict[str, Any]:
        """Return all of it, as it is remembered."""
        return {**self.texts(lone=lone), "attributes": self.attributes}

    def _said(self, before: Mapping[str, str]) -> dict[str, str]:
        """Return what is known for the places in the templates."""
        chosen = self.settings
        places = places_of(chosen.lead_title, chosen.lead_description, chosen.lead_value)
        contact = known_of_contact(places, self.contact, region=chosen.phone_region)
        now = known_of_conversation(places, self.conversation) if self.conversation else {}
        return {**before, **contact, **now} if self.is_news else {**contact, **before, **now}

    def _attributes(self, before: Mapping[str, Any]) -> dict[str, Any]:
        now = attribute_values(self.settings, "leads", self.contact, self.conversation)
        if self.is_news:
            return {**before, **now}
        of_conversation = {
            mapped.code
            for mapped in mapping_of(self.settings.attributes)
            if mapped.entity == "leads" and mapped.source.startswith("conversation.")
        }
        news = {code: value for code, value in now.items() if code in of_conversation}
        return {**now, **before, **news}

    def _name(self) -> str:
        return self._fields.get("name") or f"Contact {self.contact.id}"


def changes_of_sources(settings: KrayinSettings) -> set[str]:
    """Return the changes of conversations that leads' mapped attributes follow."""
    sources = (mapped.source for mapped in mapping_of(settings.attributes) if mapped.entity == "leads")
    keys = {source.partition(".")[2] for source in sources if source.startswith("conversation.")}
    return {CHANGES.get(key, "custom_attributes") for key in keys if key not in FIXED}
