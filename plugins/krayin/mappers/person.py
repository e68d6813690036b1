"""A changed contact brought into a person that is already in Krayin, without losing what is there.

``written`` is what we knew of the contact when we last looked, ``fields`` what it is now, and the
person what Krayin has now; ``merge`` says what becomes of each field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any
from unicodedata import combining, normalize

from ..settings import KrayinSettings
from .contact import LABEL, NOTHING, entry
from .merge import Same, is_equal, merge, merge_list
from .phone import is_same_phone
from .placeholders import is_no_phone, is_placeholder, placeholder_for

Entries = list[dict[str, Any]]


@dataclass(frozen=True)
class Changes:
    """What is to be written into a person, by Krayin's names; and the fields where theirs stays."""

    values: Mapping[str, Any]
    stays: tuple[str, ...] = ()


def contact_into_person(
    fields: Mapping[str, str],
    written: Mapping[str, Any],
    person: Mapping[str, Any],
    settings: KrayinSettings,
    *,
    leave: AbstractSet[str] = NOTHING,
) -> Changes:
    """Return what of ours is new; ``leave`` names fields that are not to be brought in."""
    ours = {name: value for name, value in fields.items() if name not in leave}
    values: dict[str, Any] = {}
    emails, phones = entries(person.get("emails")), entries(person.get("contact_numbers"))
    if (merged := _with_email(emails, ours, written, settings)) != emails:
        values["emails"] = merged
    if (merged := _with_phone(phones, ours, written, settings)) != phones:
        values["contact_numbers"] = merged
    stays = []
    for field, key, theirs, same in _texts(person):
        own = field != "name" or _is_named(fields)
        rule = settings.rule(field) if own else "merge"
        verdict = merge(rule, base=written.get(field), ours=ours.get(field), theirs=theirs, same=same)
        if verdict == "write":
            values[key] = ours[field]
        elif verdict == "theirs" and own:
            stays.append(field.replace("_", " "))
    return Changes(values, tuple(stays))


def person_payload(
    person: Mapping[str, Any], values: Mapping[str, Any], settings: KrayinSettings, *, no_phone: str
) -> dict[str, Any]:
    """Return the payload that changes these of a person.

    It resends what Krayin would wipe: the owner, all e-mails, all phones. Where there is no phone,
    ``no_phone`` stands for it, and where there is one it does no longer.
    """
    owner, organization = person.get("sales_owner"), organization_of(person)
    phones = values.get("contact_numbers", entries(person.get("contact_numbers")))
    real = [row for row in phones if not is_no_phone(row["value"], settings.placeholder_phone)]
    standing = [row for row in phones if row["value"].strip()] if no_phone else phones
    # Krayin 2.1 refuses a person without an address, and one may have come to be without (on MySQL).
    phone = next((row["value"] for row in real if row["value"].strip()), "")
    stand_in = [entry(placeholder_for(phone, settings.placeholder_email))] if phone else []
    payload: dict[str, Any] = {
        "emails": entries(person.get("emails")) or stand_in,
        "user_id": owner.get("id") if isinstance(owner, Mapping) else None,
        **values,
        "contact_numbers": real or standing or [entry(no_phone)],
    }
    if "organization_name" not in values and organization:
        payload["organization_id"] = organization.get("id")
    return payload


def lacks_phones(person: Mapping[str, Any]) -> bool:
    """Whether Krayin has null as the person's phones, which breaks the page of each of its leads."""
    return person.get("contact_numbers") is None


def entries(values: object) -> Entries:
    """Return Krayin's list of e-mails or phones, each with a text and a label, as it wants them back.

    A list from which PHP dropped an entry comes as an object, by number.
    """
    rows = list(values.values()) if isinstance(values, Mapping) else values
    return [
        {**row, "value": str(row.get("value") or ""), "label": row.get("label") or LABEL}
        for row in (rows if isinstance(rows, list) else ())
        if isinstance(row, Mapping)
    ]


def organization_of(person: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the person's organization; {} where Krayin shows none."""
    organization = person.get("organization")
    return organization if isinstance(organization, Mapping) else {}


def is_same_organization(theirs: object, ours: object) -> bool:
    """Whether two names are one organization to Krayin: case and accents don't count."""
    return _folded(theirs) == _folded(ours)


def _with_email(
    emails: Entries, ours: Mapping[str, str], written: Mapping[str, Any], settings: KrayinSettings
) -> Entries:
    """Return the e-mails with ours, which takes the place of a placeholder."""

    def stands_in(value: str) -> bool:
        return is_placeholder(value, settings.placeholder_email)

    return _merged(settings, "email", emails, ours, written, _is_same_email, stands_in)


def _with_phone(
    phones: Entries, ours: Mapping[str, str], written: Mapping[str, Any], settings: KrayinSettings
) -> Entries:
    """Return the phones with ours, which takes the place of the one that stood for it."""

    def same(one: str, other: str) -> bool:
        return is_same_phone(one, other, settings.phone_region)

    def stands_in(value: str) -> bool:
        return is_no_phone(value, settings.placeholder_phone)

    return _merged(settings, "phone", phones, ours, written, same, stands_in)


def _merged(
    settings: KrayinSettings,
    field: str,
    rows: Entries,
    ours: Mapping[str, str],
    written: Mapping[str, Any],
    same: Same,
    stands_in: Callable[[str], bool],
) -> Entries:
    """Return the rows with ours among them, each with the label it had."""
    real = [row for row in rows if not stands_in(row["value"])]
    theirs = [row["value"] for row in real]
    base, value = written.get(field, ""), ours.get(field, "")
    merged = merge_list(settings.rule(field), base=base, ours=value, theirs=theirs, same=same)
    if not any(same(one, value) for one in merged):
        return rows
    kept = [{**row, "value": one} for row, one in zip(real, merged, strict=False)]
    return kept + [entry(one) for one in merged[len(real) :]]


def _texts(person: Mapping[str, Any]) -> list[tuple[str, str, object, Same]]:
    """Return our name, Krayin's, its value and what counts as the same, of each plain field."""
    return [
        ("name", "name", person.get("name"), is_equal),
        ("organization", "organization_name", organization_of(person).get("name"), is_same_organization),
        ("job_title", "job_title", person.get("job_title"), is_equal),
    ]


def _is_named(fields: Mapping[str, str]) -> bool:
    """Whether the name is the customer's, and not what stands for one."""
    return fields.get("name") not in (fields.get("email"), fields.get("phone"))


def _is_same_email(one: str, other: str) -> bool:
    return one.strip().lower() == other.strip().lower()


def _folded(text: object) -> str:
    letters = normalize("NFKD", str(text or "").strip().casefold())
    return "".join(letter for letter in letters if not combining(letter))
