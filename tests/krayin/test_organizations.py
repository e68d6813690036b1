"""Organizations and users, asked of the sandbox."""

from typing import Any

import pytest

from crmhost import Http, Rejected
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


def test_an_organization_is_found_by_its_name_whatever_the_case(organizations: Organizations) -> None:
    made = organizations.create({"name": "Globex Ltd"})

    found = organizations.named("GLOBEX ltd")

    assert found
    assert found["id"] == made["id"]
    assert organizations.named("Globex") is None


def test_a_name_with_a_comma_finds_no_namesake_of_its_parts(organizations: Organizations) -> None:
    organizations.create({"name": "Globex"})

    assert organizations.named("Globex,Inc") is None


def test_an_address_is_written_and_the_name_left(organizations: Organizations) -> None:
    made = organizations.create({"name": "Globex"})

    organizations.update(made["id"], {"address": ADDRESS})

    organization = organizations.get(made["id"])
    assert organization
    assert (organization["name"], organization["address"]["city"]) == ("Globex", "London")


def test_an_unknown_organization_is_none_and_no_error(organizations: Organizations) -> None:
    assert organizations.get(99) is None


def test_a_name_that_is_taken_is_refused(organizations: Organizations) -> None:
    organizations.create({"name": "Globex"})

    with pytest.raises(Rejected):
        organizations.create({"name": "globex"})


def test_krayins_users_are_listed(transport: Transport) -> None:
    assert [user["email"] for user in Lookups(transport).users()] == ["admin@example.com"]
