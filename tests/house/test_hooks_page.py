"""The page on hooks says when each is called, what it returns and raises, who has it; its examples run."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import BaseModel

import crmhost
from crmhost.fitness import HOOKS, check
from crmhost.plugins import discover

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "hooks.md").read_text()
TITLES = {"Krayin": "krayin", "LeadSquared": "leadsquared"}


def sections() -> Mapping[str, str]:
    """Return each hook's section."""
    parts = re.split(r"^## (\w+)\(.*\)$", PAGE, flags=re.MULTILINE)[1:]
    return {name: text.split("\n## ")[0] for name, text in zip(parts[::2], parts[1::2], strict=True)}


SECTIONS = sections()
HOOK = pytest.mark.parametrize("hook", HOOKS)


@HOOK
def test_a_hook_says_when_it_is_called_and_what_it_returns_and_raises(hook: str) -> None:
    labels = re.findall(r"^\*\*(\w+)\*\*", SECTIONS[hook], re.MULTILINE)

    assert labels == ["Called", "Return", "Raise"]


@HOOK
def test_a_hook_names_the_plugins_that_have_it(hook: str) -> None:
    (line,) = re.findall(r"^Implemented by (.*)\.$", SECTIONS[hook], re.MULTILINE)
    named = {TITLES[title] for title in re.findall(r"\[(\w+)\]", line)}
    files = [ROOT / "docs" / path for path in re.findall(r"\(([^)]*)\)", line)]

    have = {name for name, plugin in discover().found.items() if getattr(plugin._hook, hook).get_hookimpls()}

    assert named == have
    assert all(file.is_file() for file in files)


def examples() -> dict[str, Any]:
    """Run the examples of all hooks, as the one module that they are."""
    blocks = [
        re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL) for text in SECTIONS.values()
    ]
    source = "from __future__ import annotations\n" + "\n\n".join(block[-1] for block in blocks)

    class AcmeSettings(BaseModel):
        api_url: str = "https://crm.example.com"
        follow_owners: bool = True

    given = {name: getattr(crmhost, name) for name in crmhost.__all__}
    types = {"AbstractSet": AbstractSet, "Any": Any, "Collection": Collection, "Sequence": Sequence}
    module = {**given, **types, "AcmeSettings": AcmeSettings, "client_for": _client, "AcmeStandIn": object}
    exec(compile(source, "docs/hooks.md", "exec"), module)
    return module


class _Crm:
    """What the examples' client would ask."""

    def __init__(self) -> None:
        self.people: dict[str, dict[str, Any]] = {}
        self.notes: dict[str, str] = {}

    def find_person(self, email: str) -> str | None:
        return next((key for key, row in self.people.items() if row["email"] == email), None)

    def create_person(self, fields: dict[str, Any]) -> str:
        self.people["1"] = fields
        return "1"

    def update_person(self, person: str, fields: dict[str, Any]) -> None:
        self.people[person] |= fields

    def delete_person(self, person: str) -> None:
        del self.people[person]

    def person(self, person: str) -> dict[str, Any]:
        return self.people[person]

    def create_note(self, person: str | None, record: str, text: str) -> str:
        assert person in self.people, record
        self.notes["1"] = text
        return "1"

    def update_note(self, note: str, text: str) -> None:
        self.notes[note] = text

    def whoami(self) -> dict[str, Any]:
        return {"id": 7, "name": "Pat"}

    def teams(self) -> list[dict[str, Any]]:
        return [{"id": 3, "name": "Sales"}]


CRM = _Crm()


def _client(_context: object) -> _Crm:
    return CRM


def test_the_examples_are_a_plugin_that_does_what_the_page_says() -> None:
    acme = SimpleNamespace(**examples())
    settings = acme.AcmeSettings()
    context = SimpleNamespace(settings=settings, links=crmhost.Links(), read_only=False)
    jane = crmhost.Contact(id=5821, name="Jane Doe", email="jane@example.com")
    talk = crmhost.Conversation.model_validate({"id": 731, "meta": {"sender": jane.model_dump()}})

    assert check(acme).title == "Acme CRM"
    assert acme.setup(context).settings == {"user_id": 7}
    for state in ("created", "left"):
        assert [one.action for one in acme.handle_contact(context, jane).changes] == [state]
    assert acme.handle_conversation_created(context, talk).state == "applied"
    assert acme.handle_conversation_resolved(context, talk).state == "applied"
    assert acme.handle_conversation_resolved(context, talk).state == "unchanged"
    assert acme.handle_conversation_changed(context, talk, {"assignee"}).state == "applied"
    assert CRM.notes == {"1": "Conversation 731 is resolved.\n"}
    assert acme.wanted_changes(settings) == {"assignee"}
    assert acme.costs().per_minute == 60
    assert acme.imagine("POST", "/people", {"name": "Jane"}, 9).answer == {"id": 9, "name": "Jane"}
    assert acme.choices(context)["team_id"][0].title == "Sales"
    assert acme.record_url(settings, "person", "1") == "https://crm.example.com/people/1"
    assert acme.card(context, 5821).records[0].title == "Jane Doe"
    renamed = acme.act_on_card(context, jane.model_copy(update={"name": "Jane Roe"}), "rename")
    assert (renamed.state, CRM.people["1"]["name"]) == ("applied", "Jane Roe")
    assert acme.forget_contact(context, 5821).changes[0].action == "deleted"
    assert acme.stand_in()
    assert CRM.people == {}


def test_each_example_takes_what_the_hook_is_offered() -> None:
    """The examples are marked, so that fitness looked at their arguments; here at each being there."""
    tree = ast.parse("\n".join(re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)))
    marked = {
        one.name
        for one in tree.body
        if isinstance(one, ast.FunctionDef)
        and any("hookimpl" in ast.unparse(mark) for mark in one.decorator_list)
    }

    assert marked == set(HOOKS)
