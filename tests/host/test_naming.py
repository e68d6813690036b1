"""What connections are called: no two alike, and none longer than it must be."""

from __future__ import annotations

import pytest

from crmhost import overview
from crmhost.house import House
from crmhost.naming import address, names
from crmhost.plugins import discover
from crmhost.store.connections import CRMConnection

from .conftest import connected


def joined(number: int, account_id: int, url: str, plugin: str = "krayin") -> CRMConnection:
    return CRMConnection(
        id=number, plugin=plugin, account_id=account_id, address="", given={"api_url": url}, found={},
        webhook_secrets=(), unsigned=False, created_at=0.0, paused_reason=None, paused_fix=None,
        paused_until=None,
    )  # fmt: skip


ONE = joined(1, 3, "https://crm.example.com/admin")


@pytest.mark.parametrize(
    ("others", "called"),
    [
        ((), ["Krayin"]),
        ((joined(2, 3, "https://gone.example.com", "gone"),), ["Krayin", "gone"]),
        (
            (joined(2, 3, "https://old.example.com"),),
            ["Krayin (crm.example.com, account 3)", "Krayin (old.example.com, account 3)"],
        ),
        (
            (joined(2, 4, "https://crm.example.com"),),
            ["Krayin (crm.example.com, account 3)", "Krayin (crm.example.com, account 4)"],
        ),
        (
            (joined(2, 3, "https://crm.example.com"),),
            ["Krayin (crm.example.com, account 3, #1)", "Krayin (crm.example.com, account 3, #2)"],
        ),
    ],
)
def test_a_name_is_as_short_as_may_be_and_unlike_all_others(
    others: tuple[CRMConnection, ...], called: list[str]
) -> None:
    assert list(names(discover(), [ONE, *others]).values()) == called


def test_a_password_in_an_address_is_not_in_the_name() -> None:
    assert address(discover(), joined(1, 3, "https://bot:s3cret@crm.example.com/")) == "crm.example.com"


def test_the_status_names_connections_apart(lite_house: House) -> None:
    connected(lite_house)
    connected(lite_house, 4)

    shown = overview.status(lite_house)["connections"]

    assert [one["name"] for one in shown] == ["Fake CRM (account 3)", "Fake CRM (account 4)"]
