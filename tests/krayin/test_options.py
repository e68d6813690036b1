"""What the settings can be, as this Krayin and this Chatwoot have it now."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crmhost import Inbox, Links, SettingsError
from crmhost_krayin import choices

from .connection import Chatwoot
from .crm import Desk
from .test_owners import krayin_user


class OneInbox(Chatwoot):
    def inboxes(self) -> tuple[Inbox, ...]:
        return (Inbox(id=12, name="Website"),)


def offered(desk: Desk, setting: str) -> dict[str, str]:
    found = choices(desk.context(Links())).get(setting, ())
    return {one.value: one.title for one in found}


def test_an_owner_is_one_of_krayins_users_who_may_sign_in(desk: Desk) -> None:
    sam = krayin_user(desk)
    krayin_user(desk, "gone@example.com", status=0)

    assert offered(desk, "owner_id") == {"1": "Example", str(sam): "Sam"}


def test_an_owner_who_is_none_is_refused_with_those_there_are(desk: Desk) -> None:
    with pytest.raises(SettingsError, match=r"Krayin has no user 9; it has Example \(1\)\.") as wrong:
        desk.setup(owner_id=9)

    assert wrong.value.fix == "Set owner_id to one of these."
    assert [line.found for line in desk.setup(owner_id=1).report if line.name.startswith("Owner")] == [
        "Example (1)"
    ]


def test_leads_by_inbox_are_chosen_by_the_inboxes_names(desk: Desk) -> None:
    assert offered(desk, "leads_by_inbox") == {}
    assert offered(replace(desk, chatwoot=OneInbox()), "leads_by_inbox") == {"12": "Website"}


def test_a_mapping_is_offered_what_chatwoot_knows(desk: Desk) -> None:
    sources = offered(desk, "attributes.values")

    assert sources["contact.email"] == "email"
    assert sources["conversation.first_reply_at"] == "first reply at"
    assert sources["additional.country_code"] == "country code"
