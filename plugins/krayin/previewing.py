"""What would become of each of Chatwoot's contacts, before anything is written; the finder decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from crmhost import Contact, Links

from .filters import unwanted
from .finders.everybody import Everybody
from .finders.persons import Found, find_person
from .links import ContactLinks
from .mappers.customer import customer_of
from .settings import KrayinSettings

Verdict = Literal["linked", "created", "ambiguous", "ignored"]
VERDICTS: tuple[Verdict, ...] = ("linked", "created", "ambiguous", "ignored")


@dataclass(frozen=True)
class Row:
    """One contact, what would become of it, and why; ``person_id`` is the person's it would be linked to."""

    contact_id: int
    name: str
    verdict: Verdict
    person_id: int | None
    why: str


def preview(
    contacts: Iterable[Contact], everybody: Everybody, settings: KrayinSettings, links: Links
) -> Iterator[Row]:
    """Yield a row for each contact."""
    for contact in contacts:
        verdict, person_id, why = _judged(contact, everybody, settings, links)
        name = contact.name or contact.email or contact.phone or ""
        yield Row(contact.id, name, verdict, person_id, why)


def _judged(
    contact: Contact, everybody: Everybody, settings: KrayinSettings, links: Links
) -> tuple[Verdict, int | None, str]:
    person = ContactLinks(links, contact.id).person
    if person.gone:
        return "ignored", None, "its person was deleted in Krayin, and the settings say to leave it so"
    if person.id is not None:
        return "linked", person.id, "is linked already"
    if not (contact.email or contact.phone):
        return "ignored", None, "has neither an e-mail address nor a phone number"
    if why := unwanted(settings, contact, None):
        return "ignored", None, why
    return _found(contact, everybody, settings)


def _found(
    contact: Contact, everybody: Everybody, settings: KrayinSettings
) -> tuple[Verdict, int | None, str]:
    fields = customer_of(settings, contact, None).fields
    found = find_person(everybody, fields, settings)
    alike = everybody.with_email(fields.get("email", ""))
    if found.person and len(alike) > 1:
        return "ambiguous", found.person["id"], f"persons {_listed(alike)} have this e-mail address"
    if found.person and found.phone_taken:
        return "ambiguous", found.person["id"], "another person has the phone number too, and keeps it"
    if found.person:
        by = "e-mail address" if alike else "phone number"
        return "linked", found.person["id"], f"has the same {by}"
    return _nobody(found, settings)


def _nobody(found: Found, settings: KrayinSettings) -> tuple[Verdict, int | None, str]:
    if not settings.create_person:
        if settings.leads:
            return "created", None, "gets a lead without a person, as the settings say"
        return "ignored", None, "the settings say to make nothing"
    if found.phone_taken:
        why = "somebody with another e-mail address has the phone number; a person without it would be made"
        return "ambiguous", None, why
    return "created", None, "nobody has this e-mail address or phone number"


def _listed(ids: Iterable[int]) -> str:
    return ", ".join(map(str, ids))
