"""Who is in Krayin's answers: names, addresses, numbers and what people wrote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

TEXTS = ("title", "description", "comment", "job_title", "lost_reason", "location", "remark")
"""What people write into records, and what may tell of them."""
PLACES = ("address", "city", "state", "postcode")


def people_in(value: Any) -> Iterator[tuple[str, str]]:
    """Yield the texts in Krayin's JSON that are about people, each with its kind."""
    if isinstance(value, list):
        for item in value:
            yield from people_in(item)
    if not isinstance(value, Mapping):
        return
    if "address" in value or {"emails", "email"} & set(value):
        yield "company" if "address" in value else "name", _said(value.get("name"))
    yield "email", _said(value.get("email"))
    yield "company", _said(value.get("organization_name"))
    for key, kind in (("emails", "email"), ("contact_numbers", "phone")):
        for entry in value.get(key) or ():
            yield kind, _said(entry.get("value")) if isinstance(entry, Mapping) else ""
    for key in (*TEXTS, *PLACES):
        yield "text", _said(value.get(key))
    for item in value.values():
        yield from people_in(item)


def _said(value: object) -> str:
    return value if isinstance(value, str) else ""
