"""The sandbox as the contract looks into it and disturbs it."""

from __future__ import annotations

from crmhost.testing import Activity, Person
from crmhost_leadsquared_reference.stand_in import LeadSquaredStandIn


class OpenLeadSquared(LeadSquaredStandIn):
    """A LeadSquared whose leads are persons, and whose activities stay where they are."""

    def persons(self) -> list[Person]:
        return [
            Person(lead.get("FirstName", ""), _said(lead, "EmailAddress"), _said(lead, "Mobile"), id=key)
            for key, lead in self.sandbox.account.leads.items()
        ]

    def activities(self) -> list[Activity]:
        return [
            Activity(one["RelatedProspectId"], one["ActivityNote"], one["Id"])
            for one in self.sandbox.account.activities
        ]

    def add_person(self, person: Person) -> str:
        said = {"EmailAddress": person.emails, "Mobile": person.phones}
        given = {name: values[0] for name, values in said.items() if values}
        return self.sandbox.account.create_or_update({"FirstName": person.name, **given})

    def rename(self, person_id: str, name: str) -> None:
        self.sandbox.account.update(person_id, {"FirstName": name})

    def delete(self, person_id: str) -> None:
        del self.sandbox.account.leads[person_id]

    def merge(self, person_id: str, into: str) -> None:
        raise NotImplementedError("What LeadSquared does with merged leads is not known.")

    def revoke(self) -> None:
        self.sandbox.keys.clear()


def _said(lead: dict[str, str], name: str) -> tuple[str, ...]:
    return (lead[name],) if lead.get(name) else ()
