"""Labels become tags: on whom, at what cost, and never at the sales team's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crmhost import Contact, Conversation, Links, Outcome, TryAgain
from crmhost_krayin import handle_contact, handle_conversation_changed, wanted_changes

from .crm import Desk

JANE: dict[str, Any] = {"name": "Jane", "email": "jane@example.com", "phone_number": "+447700900123"}


def jane(number: int = 5821, **more: Any) -> Contact:
    return Contact.model_validate({"id": number, **JANE, **more})


def talk(number: int, *labels: str, contact: int = 5821) -> Conversation:
    sender = {"id": contact, **JANE}
    return Conversation.model_validate({"id": number, "meta": {"sender": sender}, "labels": labels})


def brought(desk: Desk, conversation: Conversation) -> Outcome:
    """Deliver a conversation that brings its customer along."""
    return desk._deliver(handle_contact, contact=conversation.contact, conversation=conversation)


def labelled(desk: Desk, conversation: Conversation) -> Outcome:
    return desk._deliver(handle_conversation_changed, conversation=conversation, changed={"labels"})


def tags(desk: Desk, entity: str, record_id: int = 1) -> list[str]:
    rows = desk.state.tables["tags"]
    return sorted(str(rows[tag_id]["name"]) for tag_id in desk.state.tags_of[entity][record_id])


def tag(desk: Desk, name: str, entity: str, record_id: int = 1) -> int:
    """Put a tag on as a salesperson would; make it first."""
    row = desk.state.insert(desk.state.tables["tags"], {"name": name, "color": "#FF0000", "user_id": 1})
    desk.state.tags_of[entity][record_id].add(row["id"])
    return int(row["id"])


@pytest.fixture
def tagging(desk: Desk) -> Desk:
    return desk.with_settings(sync_tags="both")


@pytest.mark.parametrize(
    ("chosen", "person", "lead"),
    [("none", [], []), ("persons", ["hot", "vip"], []), ("leads", [], ["hot", "vip"])],
)
def test_labels_become_tags_of_whom_the_setting_names(
    desk: Desk, chosen: str, person: list[str], lead: list[str]
) -> None:
    brought(desk.with_settings(sync_tags=chosen), talk(731, "vip", "hot"))

    assert (tags(desk, "persons"), tags(desk, "leads")) == (person, lead)


def test_a_new_customers_tags_are_made_and_put_on_in_as_few_calls_as_there_can_be(tagging: Desk) -> None:
    outcome = brought(tagging, talk(731, "vip"))

    assert tagging.calls[2:] == [
        "GET /settings/tags",
        "POST /settings/tags",
        "POST /contacts/persons/1/tags",
        "GET /settings/tags",
        "POST /leads/1/tags",
    ]
    told = [change for change in outcome.changes if change.kind in {"person", "lead"}]
    assert [(change.action, change.note) for change in told] == [("created", "Tags put on: vip.")] * 2


def test_the_same_again_costs_nothing(tagging: Desk) -> None:
    brought(tagging, talk(731, "vip"))

    for again in (brought, labelled, Desk.created):
        again(tagging, talk(731, "vip"))
        assert [call for call in tagging.calls if "tags" in call] == []
    tagging.contact(jane())
    assert tagging.calls == []


def test_a_known_tag_on_an_old_record_costs_a_look_and_the_putting_on(desk: Desk) -> None:
    tagging = desk.with_settings(sync_tags="persons")
    tag(tagging, "vip", "leads", 99)
    tag(tagging, "hot", "leads", 99)
    brought(tagging, talk(731, "vip"))

    labelled(tagging, talk(731, "vip", "hot"))

    assert tagging.calls == ["GET /contacts/persons/search", "POST /contacts/persons/1/tags"]


def test_a_label_that_is_gone_everywhere_takes_its_tag_along(tagging: Desk) -> None:
    brought(tagging, talk(731, "vip", "hot"))

    outcome = labelled(tagging, talk(731, "hot"))

    assert (tags(tagging, "persons"), tags(tagging, "leads")) == (["hot"], ["hot"])
    assert tagging.calls == ["DELETE /contacts/persons/1/tags", "DELETE /leads/1/tags"]
    assert {change.note for change in outcome.changes} == {"Tags taken off: vip."}


def test_a_label_that_another_conversation_has_keeps_its_tag(tagging: Desk) -> None:
    brought(tagging, talk(731, "vip"))
    labelled(tagging, talk(732, "vip"))

    labelled(tagging, talk(731))
    assert (tags(tagging, "persons"), tagging.calls) == (["vip"], [])

    labelled(tagging, talk(732))
    assert tags(tagging, "persons") == []


def test_an_event_that_says_nothing_of_labels_takes_no_tag_off(tagging: Desk) -> None:
    brought(tagging, talk(731, "vip"))

    tagging.contact(jane(name="Jane Smith"))
    tagging.created(Conversation.model_validate({"id": 731, "meta": {"sender": {"id": 5821, **JANE}}}))

    assert tags(tagging, "persons") == tags(tagging, "leads") == ["vip"]


def test_the_contacts_own_labels_count_where_they_are_known(tagging: Desk) -> None:
    tagging.contact(jane(labels=["partner"]))
    brought(tagging, talk(731, "vip"))
    assert tags(tagging, "persons") == ["partner", "vip"]

    tagging.contact(jane(labels=[]))

    assert tags(tagging, "persons") == tags(tagging, "leads") == ["vip"]


def test_a_tag_of_the_sales_teams_is_found_in_any_case_and_stays(desk: Desk) -> None:
    tagging = desk.with_settings(sync_tags="persons")
    brought(tagging, talk(731))
    theirs = tag(tagging, "VIP", "persons")
    other = tag(tagging, "Berlin", "persons")

    labelled(tagging, talk(731, "vip"))
    labelled(tagging, talk(731))

    assert tagging.state.tags_of["persons"][1] == {theirs, other}
    assert len(tagging.state.tables["tags"]) == 2


def test_a_tag_that_the_sales_team_took_off_is_not_put_back(tagging: Desk) -> None:
    brought(tagging, talk(731, "vip"))
    tagging.state.tags_of["persons"][1].clear()

    brought(tagging, talk(731, "vip"))

    assert tags(tagging, "persons") == []


def test_a_tag_that_was_made_or_deleted_meanwhile_is_looked_up_again(desk: Desk) -> None:
    tagging = desk.with_settings(sync_tags="persons")
    brought(tagging, talk(731, "vip"))
    labelled(tagging, talk(731, "vip", "cold"))
    tagging.state.tables["tags"].pop(1)
    tagging.state.tags_of["persons"][1].discard(1)
    tag(tagging, "hot", "leads", 99)
    jim = {"id": 2, "name": "Jim", "email": "jim@example.com", "phone_number": "+447700900124"}

    brought(
        tagging,
        Conversation.model_validate({"id": 733, "meta": {"sender": jim}, "labels": ["hot", "vip"]}),
    )

    assert tags(tagging, "persons", 2) == ["hot", "vip"]
    assert sorted(str(row["name"]) for row in tagging.state.tables["tags"].values()) == ["cold", "hot", "vip"]


def test_a_tag_that_was_deleted_is_off(desk: Desk) -> None:
    tagging = desk.with_settings(sync_tags="persons")
    brought(tagging, talk(731, "vip", "hot"))
    other = next(tag_id for tag_id, row in tagging.state.tables["tags"].items() if row["name"] == "vip")
    tagging.state.tables["tags"].pop(other)
    tagging.state.tags_of["persons"][1].discard(other)

    labelled(tagging, talk(731, "hot"))

    assert tags(tagging, "persons") == ["hot"]


@pytest.mark.parametrize("labels", [("vip", "hot"), ()])
def test_a_record_that_is_gone_is_told_and_nothing_fails(desk: Desk, labels: tuple[str, ...]) -> None:
    tagging = desk.with_settings(sync_tags="persons", create_lead=False)
    brought(tagging, talk(731, "vip"))
    tagging.delete("contacts/persons/1")

    outcome = labelled(tagging, talk(731, *labels))

    assert [(change.action, change.note) for change in outcome.changes] == [
        ("left", "It is gone from Krayin: no tags.")
    ]


@pytest.mark.parametrize("on_deleted", ["leave", "recreate"])
def test_a_record_that_is_gone_is_not_asked_for_again(desk: Desk, on_deleted: str) -> None:
    tagging = desk.with_settings(sync_tags="leads", on_deleted=on_deleted)
    brought(tagging, talk(731))
    tagging.delete("leads/1")

    labelled(tagging, talk(731, "vip"))
    labelled(tagging, talk(731, "vip", "hot"))

    assert tagging.calls == []
    tagging.created(talk(731, "vip"))
    assert len(tagging.state.leads) == (1 if on_deleted == "recreate" else 0)


def test_a_tag_whose_answer_got_lost_is_taken_for_the_sales_teams(desk: Desk) -> None:
    tagging = desk.with_settings(sync_tags="persons")
    brought(tagging, talk(731))
    tagging.stage.lost = "POST /contacts/persons/1/tags"
    with pytest.raises(TryAgain):
        labelled(tagging, talk(731, "vip"))

    labelled(tagging, talk(731, "vip"))
    labelled(tagging, talk(731))

    assert tags(tagging, "persons") == ["vip"]


def test_what_was_put_on_before_a_failure_is_still_ours(desk: Desk) -> None:
    tagging = desk.with_settings(sync_tags="persons")
    brought(tagging, talk(731))
    tag(tagging, "hot", "leads", 99)
    tagging.stage.lost = "POST /settings/tags"
    with pytest.raises(TryAgain):
        labelled(tagging, talk(731, "hot", "vip"))
    assert tags(tagging, "persons") == ["hot"]

    labelled(tagging, talk(731, "hot", "vip"))
    assert tags(tagging, "persons") == ["hot", "vip"]

    labelled(tagging, talk(731))
    assert tags(tagging, "persons") == []


def test_a_person_of_two_customers_keeps_its_tags(tagging: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    brought(tagging, talk(731, "vip"))
    monkeypatch.setattr(Links, "records_of", lambda *_: ("contact:5821", "contact:12"))

    labelled(tagging, talk(731))

    assert tags(tagging, "persons") == ["vip"]


@pytest.mark.parametrize(("chosen", "wanted"), [("none", set()), ("leads", {"labels"})])
def test_changed_labels_are_asked_for_only_where_they_are_needed(
    desk: Desk, chosen: str, wanted: set[str]
) -> None:
    settings = desk.with_settings(sync_tags=chosen).context(Links()).settings

    assert set(wanted_changes(settings, chatwoot=True)) == wanted


@pytest.mark.parametrize("keep", [lambda link: link.keep(1, {"name": "x"}), lambda link: link.keep_as_gone()])
def test_what_is_known_of_tags_outlives_what_else_is_kept(keep: Callable[[Any], None]) -> None:
    from crmhost_krayin.links import TAGS, ContactLinks

    link = ContactLinks(Links(), 5821).person
    link.keep(1, {"name": "y"})
    link.keep_aside(TAGS, {"ours": {"vip": 3}})

    keep(link)
    assert (link.aside(TAGS), "tags" in link.written) == ({"ours": {"vip": 3}}, False)

    link.keep(2, {"name": "x"})
    assert link.aside(TAGS) == {}
