"""What a customer's lead is to say: made of what is known now and what was said before."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from crmhost import Contact, Conversation

from ..settings import KrayinSettings
from ..settings.mapping import mapping_of
from .attributes import attribute_problems, attribute_values
from .lead import reach_of, texts_of, value_problem
from .template import FIELDS, known_of, places_of, source_of

SAID, ATTRIBUTES = "said", "attributes"
"""What a lead is made of, as it is remembered: what fills the places in templates, mapped attributes."""
OF_CONVERSATION = "conversation."
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
    from which nothing is taken that is known, be it by ``newest``: what ``said_of_contact`` returned last.
    """

    def __init__(
        self,
        settings: KrayinSettings,
        contact: Contact,
        conversation: Conversation | None,
        written: Mapping[str, Any],
        *,
        is_news: bool,
        newest: Mapping[str, Any],
    ) -> None:
        self.settings = settings
        self.contact = contact
        self.conversation = conversation
        self.is_news = is_news
        places = _places(settings)
        self.said: dict[str, str] = self._known(
            known_of(places, settings, contact, conversation),
            written.get(SAID, {}),
            newest.get(SAID, {}),
            [place for place in places if source_of(place).startswith(OF_CONVERSATION)],
        )
        self.attributes = self._known(
            attribute_values(settings, "leads", contact, conversation),
            written.get("seen", {}).get(ATTRIBUTES, {}),
            newest.get(ATTRIBUTES, {}),
            [code for source, code in _mapped(settings) if source.startswith(OF_CONVERSATION)],
        )
        self._texts = texts_of(settings, self.said, self.said["name"] or f"Contact {contact.id}")

    def texts(self, *, lone: bool) -> dict[str, str]:
        """Return title, description and value; of a customer who is no person, how to reach them too."""
        if not lone:
            return self._texts
        reach = reach_of(self.said, company=self.settings.sync_organizations)
        description = "\n".join(filter(None, (self._texts["description"], reach)))
        return {**self._texts, "description": description}

    def all(self, *, lone: bool) -> dict[str, Any]:
        """Return all of it, as it is remembered."""
        return {**self.texts(lone=lone), ATTRIBUTES: self.attributes}

    def problems(self, *, is_new: bool) -> Iterator[str]:
        """Yield a sentence for each thing that can't be brought into a lead, or not whole."""
        if problem := value_problem(self.settings, self.said):
            yield f"{problem}; its value is 0." if is_new else f"{problem}; what it has stays."
        scope = "" if self.is_news else OF_CONVERSATION
        yield from attribute_problems(self.settings, "leads", self.contact, self.conversation, scope=scope)

    def _known(
        self,
        now: Mapping[str, Any],
        before: Mapping[str, Any],
        newest: Mapping[str, Any],
        of_conversation: Collection[str],
    ) -> dict[str, Any]:
        """Return what is known after this event, of what it says ``now`` and what was known ``before``."""
        if self.is_news:
            return {**before, **now}
        news = {name: value for name, value in now.items() if name in of_conversation}
        return {**now, **before, **newest, **news}


def said_of_contact(settings: KrayinSettings, contact: Contact) -> dict[str, Any]:
    """Return what a contact says for leads, to be remembered until an event of theirs comes."""
    return {
        SAID: known_of(_places(settings), settings, contact, None),
        ATTRIBUTES: attribute_values(settings, "leads", contact),
    }


def changes_of_sources(settings: KrayinSettings) -> set[str]:
    """Return the changes of conversations that leads' texts and mapped attributes follow."""
    sources = [source for source, _ in _mapped(settings)] + [source_of(place) for place in _places(settings)]
    keys = {source.removeprefix(OF_CONVERSATION) for source in sources if source.startswith(OF_CONVERSATION)}
    return {CHANGES.get(key, "custom_attributes") for key in keys if key not in FIXED}


def _places(settings: KrayinSettings) -> list[str]:
    """Return the places to fill; of who is no person the lead tells, so the fields are always known."""
    wanted = places_of(settings.lead_title, settings.lead_description, settings.lead_value)
    return list(dict.fromkeys((*FIELDS, *wanted)))


def _mapped(settings: KrayinSettings) -> list[tuple[str, str]]:
    """Return the source and the code of each attribute that is mapped to leads."""
    return [(one.source, one.code) for one in mapping_of(settings.attributes) if one.entity == "leads"]
