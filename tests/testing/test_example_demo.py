"""The demo shows a plugin whose stand-in began as a copy of the example CRM."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from crmhost import (
    Contact,
    Context,
    Conversation,
    Expected,
    Outcome,
    SettingsError,
    StandIn,
    hookimpl,
    plugins,
)
from crmhost.demo import payloads, run
from crmhost.plugins import Plugins
from crmhost.testing.example_crm import ExampleCRM
from crmhost.wiring import open_house

from .tiny_plugin import Tiny, TinySettings

JANE = payloads.contact(5821, "Jane Doe", email="jane.doe@example.com")
TALK = payloads.conversation(731, JANE, 1, said="Hello!")
EXPECTED = Expected((Contact.model_validate(JANE),), (Conversation.model_validate(TALK),))


class Shown(Tiny):
    """A plugin that brings the example as its stand-in."""

    @hookimpl
    def stand_in(self) -> StandIn:
        return ExampleCRM()


class WantsAnAddress(Shown):
    """It leaves out whoever has no e-mail address, and says so."""

    @hookimpl
    def handle_contact(self, context: Context[TinySettings], contact: Contact) -> Outcome:
        if not contact.email:
            return Outcome(ignored=f"Contact {contact.id} has no e-mail address, which Tiny CRM needs.")
        return super().handle_contact(context, contact)


class Silent:
    """A stand-in with what the contract needs, and no more."""

    app = None


class Unseen(Tiny):
    @hookimpl
    def stand_in(self) -> Any:
        return Silent()


@pytest.fixture
def shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return what the demo reports of a plugin."""

    def report(plugin: Tiny) -> dict[str, Any]:
        installed = Plugins({"tiny": plugins.load("tiny", plugin)})
        monkeypatch.setattr(run, "open_house", partial(open_house, plugins=installed))
        with run.running_demo(tmp_path, "tiny") as demo:
            return demo.report

    return report


def test_the_demo_shows_what_the_example_holds(shows: Any) -> None:
    report = shows(Shown())

    assert report["differences"] == []
    assert {name: len(rows) for name, rows in report["crm"].items()} == {"people": 3, "notes": 1}


def test_who_has_a_phone_only_may_be_ignored_with_a_reason(shows: Any) -> None:
    report = shows(WantsAnAddress())

    assert report["differences"] == []
    assert [one["state"] for one in report["deliveries"] if one["how"] == "phone only"] == ["ignored"]
    assert len(report["crm"]["people"]) == 2


def test_a_stand_in_that_cannot_be_looked_into_is_told_what_it_lacks(shows: Any) -> None:
    with pytest.raises(SettingsError) as error:
        shows(Unseen())

    assert str(error.value) == "The stand-in of tiny has no tables() and no differences()."
    assert "crmhost.testing.example_crm" in error.value.fix


def test_the_example_tells_what_is_missing_doubled_and_too_much() -> None:
    crm, jane = ExampleCRM(), {"name": "Jane Doe", "email": "jane.doe@example.com", "phone": None}
    assert crm.differences(EXPECTED) == [
        "Contact 5821 is there 0 times.",
        "Conversation 731 is there 0 times.",
        "There are 0 people instead of 1.",
        "There are 0 notes instead of 1.",
    ]

    crm.people |= {"1": dict(jane)}
    crm.notes |= {"2": {"person": "1", "ref": "conversation:731", "text": "Hello!"}}
    assert crm.differences(EXPECTED) == []

    crm.people |= {"3": dict(jane)}
    assert crm.differences(EXPECTED) == ["Contact 5821 is there 2 times.", "There are 2 people instead of 1."]
