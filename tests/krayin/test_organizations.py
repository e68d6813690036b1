"""Organizations and users, asked of the sandbox."""

from typing import Any

import pytest

from crmhost import Http
from crmhost_krayin.clients.lookups import Lookups
from crmhost_krayin.clients.organizations import Organizations
from crmhost_krayin.clients.transport import Transport

from .crm import Desk

ADDRESS = {
    "address": "1 Main St",
    "country": "GB",
    "state": "",
    "city": "London",
    "postcode": "N1",
}


@pytest.fixture
def transport(desk: Desk, pool: Any) -> Transport:
    return Transport(Http(pool), desk.url, desk.settings["api_token"])


@pytest.fixture
def organizations(transport: Transport) -> Organizations:
    return Organizations(transport)


def test_an_address_is_written_and_the_name_left(desk: Desk, organizations: Organizations) -> None:
    made = desk.ask("POST", "contacts/organizations", {"name": "Globex"})

    organizations.update(made["id"], {"address": ADDRESS})

    organization = organizations.get(made["id"])
    assert organization
    assert (organization["name"], organization["address"]["city"]) == ("Globex", "London")


def test_an_unknown_organization_is_none_and_no_error(organizations: Organizations) -> None:
    assert organizations.get(99) is None


def test_krayins_users_are_listed(transport: Transport) -> None:
    assert [user["email"] for user in Lookups(transport).users()] == ["admin@example.com"]
