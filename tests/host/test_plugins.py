"""Finding plugins: the connection's own is called, a broken one is reported and left out."""

import threading
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from pydantic import BaseModel

from crmhost import HOOK_API, Contact, Outcome, PluginInfo, SettingsError, SetupResult, hookimpl
from crmhost.fitness import Unfit
from crmhost.plugins import Broken, Plugins, discover, load

from .conftest import Types
from .fake_crm import FakeCRM


class Nothing(BaseModel):
    """No settings."""


class Plain:
    """As little as a plugin can be."""

    @hookimpl
    def info(self) -> PluginInfo:
        return PluginInfo("Plain", Nothing, ("customer",))

    @hookimpl
    def setup(self) -> SetupResult:
        return SetupResult()

    @hookimpl
    def handle_contact(self, contact: Contact) -> Outcome:
        return Outcome(ignored=f"Contact {contact.id} is nobody's.")


def test_krayin_is_found_through_its_entry_point() -> None:
    found = discover()

    assert found["krayin"].package == "crmhost-krayin"
    assert found.broken == ()


def test_an_unknown_plugin_is_refused_with_those_that_are_there() -> None:
    with pytest.raises(SettingsError, match="found: fake") as error:
        FakeCRM().plugins()["salesforce"]

    assert error.value.fix == "Install it beside crmhost: pip install crmhost-salesforce."


def test_a_name_with_a_slip_of_the_pen_is_answered_with_the_right_one() -> None:
    with pytest.raises(SettingsError) as error:
        FakeCRM().plugins()["fak"]

    assert error.value.fix == "Did you mean fake?"


class Misspelt(Plain):
    @hookimpl
    def handle_conversation_craeted(self) -> None:
        """Mean handle_conversation_created."""


class Odd(Plain):
    @hookimpl
    def brew_coffee(self) -> None:
        """Mean no hook at all."""


class OddButOptional(Plain):
    @hookimpl(optionalhook=True)
    def brew_coffee(self) -> None:
        """Be of use to a newer host."""


class Unmarked(Plain):
    def handle_conversation_created(self) -> None:
        """Lack the mark."""


class WrongArgument(Plain):
    @hookimpl
    def handle_contact(self, context: object, contakt: object) -> Outcome:  # type: ignore[override]
        return Outcome(ignored=f"{context} {contakt}")


class AnyArguments(Plain):
    @hookimpl
    def handle_contact(self, **given: object) -> Outcome:  # type: ignore[override]
        return Outcome(ignored=f"{given}")


class OfTheFuture(Plain):
    @hookimpl
    def info(self) -> PluginInfo:
        return PluginInfo("Newer", Nothing, ("customer",), hook_api=HOOK_API + 1)

    @hookimpl
    def brew_coffee(self) -> None:
        """Be a hook by then."""


class OfThePast(Plain):
    @hookimpl
    def info(self) -> PluginInfo:
        return PluginInfo("Older", Nothing, ("customer",), hook_api=HOOK_API - 1)


class SaysMore(Plain):
    @hookimpl
    def info(self) -> PluginInfo:
        return PluginInfo("Newer", Nothing, ("customer",), smell="fresh")  # type: ignore[call-arg]


class SaysNothing(Plain):
    @hookimpl
    def info(self) -> PluginInfo:
        return None  # type: ignore[return-value]


class DoesNothing:
    @hookimpl
    def info(self) -> PluginInfo:
        return PluginInfo("Lazy", Nothing, ("customer",))


@pytest.mark.parametrize(
    ("plugin", "problem"),
    [
        (
            Misspelt,
            "its handle_conversation_craeted is no hook of crmhost's: "
            "handle_conversation_created was probably meant",
        ),
        (Odd, "its brew_coffee is no hook of crmhost's: there are info, setup, handle_contact"),
        (Unmarked, "its handle_conversation_created is not marked as a hook"),
        (WrongArgument, "its handle_contact takes contakt, which is not offered: contact was probably meant"),
        (AnyArguments, r"its handle_contact takes \*given"),
        (OfTheFuture, "it was written for hook API 2, and this crmhost has 1"),
        (OfThePast, "it was written for hook API 0, and this crmhost has 1"),
        (SaysMore, "its hook info failed: .*smell"),
        (SaysNothing, "its hook info returned nothing, not a PluginInfo"),
        (DoesNothing, "it does not implement the hook setup"),
        (SimpleNamespace, "it does not implement the hook info"),
    ],
)
def test_a_plugin_that_cannot_be_used_is_refused_with_a_sentence(plugin: type, problem: str) -> None:
    with pytest.raises(Unfit, match=problem) as error:
        load("odd", plugin())

    assert error.value.fix


def test_a_hook_for_newer_hosts_may_be_optional() -> None:
    assert load("odd", OddButOptional()).info.title == "Plain"


def installed(monkeypatch: pytest.MonkeyPatch, entries: list["Entry"]) -> None:
    """Have the environment hold these entry points and no other."""
    monkeypatch.setattr("importlib_metadata.entry_points", lambda **_: entries)


class Entry(SimpleNamespace):
    """An entry point that loads what it was given, or raises it."""

    def load(self) -> object:
        if isinstance(self.thing, BaseException):
            raise self.thing
        return self.thing


def entry(name: str, thing: object, package: str = "") -> Entry:
    return Entry(
        name=name,
        value=name,
        dist=SimpleNamespace(name=package or f"crmhost-{name}", version="1"),
        thing=thing,
    )


@pytest.mark.parametrize(
    ("raised", "problem", "fix"),
    [
        (
            ModuleNotFoundError("No module named 'acme_sdk'", name="acme_sdk"),
            "it needs acme_sdk, which is not installed",
            "pip install --force-reinstall crmhost-bad",
        ),
        (
            ImportError("cannot import name 'Coffee' from 'crmhost'", name="crmhost"),
            "it cannot be imported (cannot import name 'Coffee' from 'crmhost')",
            "It was written for another crmhost: pip install --upgrade crmhost crmhost-bad",
        ),
        (
            ZeroDivisionError("division by zero"),
            "it cannot be imported (ZeroDivisionError: division by zero)",
            "Report it to its authors; until it is mended: pip uninstall crmhost-bad",
        ),
        (
            SystemExit(3),
            "it cannot be imported (SystemExit: 3)",
            "Report it to its authors; until it is mended: pip uninstall crmhost-bad",
        ),
    ],
)
def test_a_plugin_that_cannot_be_imported_is_left_out_and_the_others_are_there(
    raised: BaseException, problem: str, fix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, [entry("bad", raised), entry("plain", Plain()), entry("worse", Misspelt())])

    found = discover()

    assert list(found.found) == ["plain"]
    assert found.broken[0] == Broken("bad", "crmhost-bad", problem, fix)
    assert [one.name for one in found.broken] == ["bad", "worse"]


def test_a_plugin_whose_import_never_ends_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    class Slow(Entry):
        def load(self) -> object:
            over.wait(30)
            return self.thing

    monkeypatch.setattr("crmhost.plugins.QUICK", 0.05)
    slow = Slow(**vars(entry("slow", Plain())))
    installed(monkeypatch, [entry("plain", Plain()), slow])

    found = discover()
    over.set()

    assert list(found.found) == ["plain"]
    assert found.broken[0].problem.startswith("The plugin slow hangs: importing it gave no sign of life")


def test_of_two_plugins_with_one_name_the_same_is_used_everywhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    both = [entry("fake", Plain(), f"package-{number}") for number in (2, 1)]
    installed(monkeypatch, both)

    found = discover()

    assert found["fake"].package == "package-1"
    assert found.broken == (
        Broken(
            "fake",
            "package-2",
            "package-1 has a plugin of this name already, which is used",
            "Remove one of them: pip uninstall package-2",
        ),
    )


def test_two_plugins_side_by_side_do_not_answer_for_each_other() -> None:
    both = Plugins({"one": FakeCRM().plugin(), "two": load("two", Plain())})

    assert both["one"].info.title == "Fake CRM"
    assert both["two"].info.title == "Plain"
    assert both["two"].stand_in() is None


def test_what_a_hook_returns_must_be_what_it_should() -> None:
    class Wrong(Plain):
        @hookimpl
        def setup(self) -> SetupResult:
            return None  # type: ignore[return-value]

        @hookimpl
        def handle_contact(self) -> Outcome:  # type: ignore[override]
            return {"changes": []}  # type: ignore[return-value]

        @hookimpl
        def wanted_changes(self) -> str:
            return "labels"

        @hookimpl
        def record_url(self) -> str:
            raise KeyError("kind")

    plugin: Any = load("wrong", Wrong())

    with pytest.raises(TypeError, match="its hook setup returned nothing, not a SetupResult"):
        plugin.setup(None)
    with pytest.raises(TypeError, match="its hook handle_contact returned a dict, not a Outcome"):
        plugin.handle_contact(None, None)
    with pytest.raises(TypeError, match="its hook wanted_changes returned a str"):
        plugin.wanted_changes(None, chatwoot=False)
    assert plugin.record_url(None, "customer", "1") is None


def test_the_command_names_package_cause_and_cure(monkeypatch: pytest.MonkeyPatch, types: Types) -> None:
    installed(monkeypatch, [entry("bad", ModuleNotFoundError("no acme_sdk", name="acme_sdk"))])

    with structlog.testing.capture_logs():  # which go elsewhere in a process of its own
        told, shown = types("crmhost", "plugins", "--json"), types("crmhost", "plugins")

    assert told.document["broken"] == [
        {
            "name": "bad",
            "package": "crmhost-bad",
            "problem": "it needs acme_sdk, which is not installed",
            "fix": "pip install --force-reinstall crmhost-bad",
        }
    ]
    for word in ("crmhost-bad", "acme_sdk", "--force-reinstall"):
        assert word in shown.out
