"""The sandbox as the CRM of the demo and of tests: what it holds, and where that is not what it should be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from crmhost import Expected

from .differences import NOTE, differences, values

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from .sandbox import KrayinSandbox

Row = Mapping[str, Any]


class KrayinStandIn:
    """A Krayin 2.1 that runs in this process and forgets everything when it ends."""

    def __init__(self, **sandbox: Any) -> None:
        self._options = sandbox

    @cached_property
    def sandbox(self) -> KrayinSandbox:
        """The Krayin itself, made when it is first needed."""
        from .sandbox import KrayinSandbox

        return KrayinSandbox(**self._options)

    @property
    def app(self) -> ASGIApp:
        """Krayin's API as an ASGI application."""
        return self.sandbox

    def settings(self, base_url: str) -> Mapping[str, Any]:
        """Return the settings of a connection to it, with a token of its own."""
        return {"api_url": base_url, "api_token": self.sandbox.make_token()}

    def tables(self) -> Mapping[str, Sequence[Mapping[str, str]]]:
        """Return persons, organizations, leads and notes as a person would like to see them."""
        state = self.sandbox.state
        names = {row["id"]: str(row["name"]) for row in state.persons.values()}
        companies = {row["id"]: str(row["name"]) for row in state.organizations.values()}
        notes = (row for row in state.activities.values() if row["type"] == NOTE)
        return {
            "persons": [_person(row, companies) for row in state.persons.values()],
            "organizations": [{"id": str(key), "name": name} for key, name in companies.items()],
            "leads": [_lead(row, names) for row in state.leads.values()],
            "activities": [{key: str(row[key] or "") for key in ("id", "title", "comment")} for row in notes],
        }

    def differences(self, expected: Expected) -> list[str]:
        """Return a sentence for each record that is missing, doubled, wrong or too many."""
        return list(differences(self.sandbox.state, expected))


def _person(row: Row, companies: Mapping[int, str]) -> dict[str, str]:
    return {
        "id": str(row["id"]),
        "name": str(row["name"]),
        "emails": ", ".join(values(row, "emails")),
        "phones": ", ".join(values(row, "contact_numbers")),
        "organization": companies.get(row["organization_id"], ""),
    }


def _lead(row: Row, names: Mapping[int, str]) -> dict[str, str]:
    return {"id": str(row["id"]), "title": str(row["title"]), "person": names.get(row["person_id"], "")}
