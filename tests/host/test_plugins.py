"""Finding plugins: the connection's own is called, a broken one is reported and left out."""

from types import SimpleNamespace

import pytest
from pydantic import BaseModel

from crmhost import PluginInfo, SettingsError, hookimpl
from crmhost.plugins import Plugins, discover, load

from .fake_crm import FakeCRM


class Nothing(BaseModel):
    """No settings."""


class Misspelt:
    @hookimpl
    def info(self) -> PluginInfo:
        return PluginInfo("Odd", Nothing, ())

    @hookimpl
    def handle_contakt(self) -> None:
        """Mean handle_contact."""


def test_krayin_is_found_through_its_entry_point() -> None:
    found = discover()

    assert found["krayin"].package == "crmhost-krayin"
    assert found.broken == ()


def test_an_unknown_plugin_is_refused_with_those_that_are_there() -> None:
    with pytest.raises(SettingsError, match="found: fake") as error:
        FakeCRM().plugins()["salesforce"]

    assert error.value.fix == "Install it beside crmhost: pip install crmhost-salesforce."


def test_a_misspelt_hook_is_refused() -> None:
    with pytest.raises(Exception, match="handle_contakt"):
        load("odd", Misspelt())


def test_a_plugin_that_says_nothing_of_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="info"):
        load("odd", SimpleNamespace())


def installed(monkeypatch: pytest.MonkeyPatch, entries: list["Entry"]) -> None:
    """Have the environment hold these entry points and no other."""
    monkeypatch.setattr("importlib_metadata.entry_points", lambda **_: entries)


class Entry(SimpleNamespace):
    """An entry point that loads what it was given, or raises it."""

    def load(self) -> object:
        if isinstance(self.thing, Exception):
            raise self.thing
        return self.thing


def test_a_plugin_that_cannot_be_imported_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    dist = SimpleNamespace(name="crmhost-odd", version="1")
    entries = [
        Entry(name="bad", value="bad", dist=dist, thing=ImportError("no module named bad")),
        Entry(name="odd", value="odd", dist=dist, thing=Misspelt()),
    ]
    installed(monkeypatch, entries)

    found = discover()

    assert found.found == {}
    assert [(one.name, one.package) for one in found.broken] == [
        ("bad", "crmhost-odd"),
        ("odd", "crmhost-odd"),
    ]
    assert "no module named bad" in found.broken[0].problem


def test_of_two_plugins_with_one_name_the_second_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    from .fake_crm import Hooks

    entries = [
        Entry(
            name="fake",
            value="v",
            dist=SimpleNamespace(name=f"package-{number}", version="1"),
            thing=Hooks(FakeCRM()),
        )
        for number in (1, 2)
    ]
    installed(monkeypatch, entries)

    found = discover()

    assert found["fake"].package == "package-1"
    assert found.broken[0].package == "package-2"


def test_two_plugins_side_by_side_do_not_answer_for_each_other() -> None:
    both = Plugins({"one": FakeCRM().plugin(), "two": load("two", Misspeltless())})

    assert both["one"].info.title == "Fake CRM"
    assert both["two"].info.title == "Other"
    assert both["two"].stand_in() is None


class Misspeltless:
    @hookimpl
    def info(self) -> PluginInfo:
        return PluginInfo("Other", Nothing, ())
