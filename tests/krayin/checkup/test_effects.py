"""Settings that can have no effect are named by setup, whatever the reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from crmhost import Inbox, TryAgain
from crmhost.admin.heard import translated
from crmhost.admin.words import speaking

from ...house.words import knowing_plugins
from ..connection import Chatwoot
from ..crm import Desk
from .conftest import Fresh

WEBSITE = Inbox(id=12, name="Website", channel="Channel::WebWidget")


class Chat(Chatwoot):
    """A Chatwoot with one inbox."""

    def inboxes(self) -> tuple[Inbox, ...]:
        return (WEBSITE,)


class Away(Chatwoot):
    """A Chatwoot that does not answer."""

    def inboxes(self) -> tuple[Inbox, ...]:
        raise TryAgain("Chatwoot is away.")


def idle(desk: Desk, **given: Any) -> list[str]:
    """Return what setup says of settings without effect."""
    found = [line for line in desk.setup(**given).report if line.name == "Without effect"]
    assert {line.state for line in found} <= {"warning"}
    return [line.found for line in found]


def test_what_setup_finds_by_default_has_effect(krayin: Desk) -> None:
    assert idle(krayin) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"lead_policy": "none", "lead_value": "5", "auto_qualify": "yes", "pipeline_id": "1"},
            "lead_value, auto_qualify: no leads are made.",
        ),
        ({"create_lead": "no", "sync_tags": "leads"}, "sync_tags: no leads are made."),
        (
            {"create_lead": "no", "field_rules": "lead_title=never"},
            "field_rules, lead_title: no leads are made.",
        ),
        (
            {"lead_policy": "one_per_conversation", "closed_leads": "new"},
            "closed_leads: each conversation has a lead of its own.",
        ),
        ({"allow_backwards": "yes"}, "allow_backwards: no rule moves leads."),
        (
            {"sync_activities": "no", "activity_types": "Voice=call", "private_notes": "yes"},
            "activity_types, private_notes: conversations are not noted.",
        ),
        ({"transcript": "no", "private_notes": "yes"}, "private_notes: there are no transcripts."),
        (
            {"invite_customers": "yes", "activity_types": "Voice=task"},
            "invite_customers: activity_types makes none of call, meeting, lunch.",
        ),
        (
            {"create_person": "no", "field_rules": "name=never"},
            "field_rules, name: persons are not kept up to date.",
        ),
        (
            {"sync_organizations": "no", "field_rules": "address=never"},
            "field_rules, address: organizations are not set.",
        ),
        (
            {"only_inboxes": "8", "leads_by_inbox": '{"7": {"source_id": 4}}'},
            "leads_by_inbox, 7: only_inboxes leaves that inbox out.",
        ),
        ({"mirror_ids": "yes"}, "mirror_ids: needs --chatwoot-url and --chatwoot-token."),
        ({"calls_per_minute": "30"}, "calls_per_minute: Krayin itself names a limit."),
        ({"placeholder_phone": "none {id}"}, "placeholder_phone: 2.1 takes an empty phone."),
    ],
)
def test_what_another_setting_overrules_is_named_once_and_with_the_reason(
    desk: Desk, given: dict[str, str], said: str
) -> None:
    assert idle(desk, **given) == [said]


def test_what_an_older_krayin_ignores_counts_on_a_newer_one(fresh: Fresh) -> None:
    desk = fresh.of("2.2 with rest-api 2.2.0")

    assert idle(desk, calls_per_minute="30", placeholder_phone="none {id}") == []


def test_attributes_of_what_is_not_kept_are_named(desk: Desk) -> None:
    for entity in ("persons", "leads"):
        desk.make_attribute(entity, "plan")
    mapped = {"attributes": "person.plan=contact.plan, lead.plan=contact.plan"}

    assert idle(desk, create_person="no", **mapped) == [
        "attributes, person.plan: persons are not kept up to date."
    ]
    assert idle(desk, create_lead="no", **mapped) == ["attributes, lead.plan: no leads are made."]


def test_a_channel_that_chatwoot_has_not_got_is_named(desk: Desk) -> None:
    (said,) = idle(desk, activity_types="Foo=call, Voice=call, Channel::Email=task")

    assert said.startswith("activity_types, foo: Chatwoot has no channel foo; it has Api, Email,")


def test_inboxes_and_channels_are_compared_with_those_of_chatwoot(desk: Desk) -> None:
    desk = replace(desk, chatwoot=Chat())

    assert idle(desk, only_inboxes="12", activity_types="WebWidget=task") == []
    unknown = "Chatwoot shows the token's user no inbox {0}; it shows Website (12)."
    assert idle(desk, only_inboxes="12, 999") == [f"only_inboxes, 999: {unknown.format(999)}"]
    assert idle(desk, leads_by_inbox='{"7": {"source_id": 4}}') == [f"leads_by_inbox, 7: {unknown.format(7)}"]
    assert idle(desk, activity_types="Voice=call") == [
        "activity_types, voice: Chatwoot has no inbox of the channel voice; it has WebWidget."
    ]


def test_what_has_no_effect_is_read_in_the_language_spoken(desk: Desk) -> None:
    (unknown,) = idle(desk, activity_types="Foo=call")
    (missing,) = idle(replace(desk, chatwoot=Chat()), activity_types="Voice=call")

    with knowing_plugins(), speaking("es"):
        told = [translated(unknown), translated(missing)]

    assert told[0].startswith("activity_types, foo: Chatwoot no tiene el canal foo; tiene Api, Email,")
    assert told[1] == (
        "activity_types, voice: Chatwoot no tiene una bandeja de entrada del canal voice; tiene WebWidget."
    )


def test_a_chatwoot_that_is_away_is_no_reason_not_to_connect(desk: Desk) -> None:
    report = replace(desk, chatwoot=Away()).setup(only_inboxes="999").report

    assert [line.found for line in report if line.name == "Inboxes"] == ["not looked at: Chatwoot is away."]
