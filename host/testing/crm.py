"""What the contract must know of a CRM: how to look into a stand-in for it, and how to disturb it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from starlette.types import ASGIApp


@dataclass(frozen=True)
class Person:
    """A customer as the CRM's people see it, whatever the CRM calls it."""

    name: str
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    organization: str | None = None
    id: str = ""

    def has_email(self, email: str) -> bool:
        """Whether this is one of the person's addresses; case is nothing to a mail server."""
        return email.lower() in map(str.lower, self.emails)

    def has_phone(self, phone: str) -> bool:
        """Whether this is one of the person's numbers, however it is written."""
        return digits(phone) in map(digits, self.phones)


@dataclass(frozen=True)
class Activity:
    """What the CRM's people see of a conversation: with whom it is shown, and all of its words."""

    person: str
    """The id of the person in whose timeline it is."""
    text: str
    id: str = ""


class OpenCRM(Protocol):
    """A stand-in for the CRM that can be looked into and disturbed. It is made afresh for each trial.

    It may be what the plugin's hook ``stand_in`` returns, with these few methods beside.
    """

    @property
    def app(self) -> ASGIApp:
        """The CRM's API as an ASGI application."""

    def settings(self, base_url: str) -> Mapping[str, Any]:
        """Return what a person would set for a connection to it, served at ``base_url``.

        The secrets are new each time, and good from then on.
        """

    # Looking into it

    def persons(self) -> Sequence[Person]:
        """Return all customers, as the CRM's people would see them."""

    def activities(self) -> Sequence[Activity]:
        """Return all that is noted of conversations."""

    # What its people do, and its administrators

    def add_person(self, person: Person) -> str:
        """Add a customer as a salesperson would, and return the id."""

    def rename(self, person_id: str, name: str) -> None:
        """Give a customer another name, as a salesperson would."""

    def delete(self, person_id: str) -> None:
        """Delete a customer, as a salesperson would."""

    def merge(self, person_id: str, into: str) -> None:
        """Merge a customer into another one. Asked for only where ``has_merge`` is declared."""

    def revoke(self) -> None:
        """Make the secrets that were given out so far invalid, as an administrator would."""


def digits(text: str) -> str:
    """Return the digits of a phone number."""
    return "".join(char for char in text if char.isdigit())
