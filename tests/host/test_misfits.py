"""Every way a plugin misbehaves: its package, the cause and the cure are named, and the others are served."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from crmhost import Rejected, misfits
from crmhost.demo import payloads
from crmhost.plugins import Plugins, discover
from crmhost.testing.bench import Bench
from crmhost.wiring import open_house

from .conftest import Types, connected, settings_for
from .fake_crm import FakeCRM, Hooks
from .test_plugins import Entry, Misspelt, Odd, OfTheFuture, Plain, Unmarked, WrongArgument, entry, installed

LEFT_OUT = {
    "absent": (
        ModuleNotFoundError("No module named 'acme_sdk'", name="acme_sdk"),
        "it needs acme_sdk, which is not installed.",
        "pip install --force-reinstall crmhost-absent.",
    ),
    "raising": (
        ZeroDivisionError("division by zero"),
        "it cannot be imported (ZeroDivisionError: division by zero).",
        "Report it to its authors; until it is mended: pip uninstall crmhost-raising.",
    ),
    "exiting": (SystemExit(3), "it cannot be imported (SystemExit: 3).", "pip uninstall crmhost-exiting."),
    "misspelt": (Misspelt(), "handle_conversation_created was probably meant.", "Rename it"),
    "unknown": (Odd(), "its brew_coffee is no hook of crmhost's", "Rename it, or remove the mark."),
    "unmarked": (Unmarked(), "is not marked as a hook.", "@crmhost.hookimpl above its def"),
    "arguments": (WrongArgument(), "takes contakt, which is not offered: contact", "Rename it."),
    "newer": (OfTheFuture(), "was written for hook API 2, and this crmhost has 1.", "Upgrade crmhost."),
}
"""What an entry point gives or raises, and what is said of it: the cause, and the cure."""
HANGING = ("The plugin hanging hangs: importing it gave no sign of life", "Report it to the plugin's authors")
DOUBLE = ("crmhost-fake has a plugin of this name already, which is used.", "pip uninstall crmhost-fake-too.")


class Hanging(Entry):
    def load(self) -> object:
        self.over.wait(30)
        return self.thing


@pytest.fixture
def bad_company(monkeypatch: pytest.MonkeyPatch, crm: FakeCRM) -> Iterator[None]:
    """An environment with a good plugin, and with one that misbehaves in each way."""
    monkeypatch.setattr("crmhost.plugins.QUICK", 0.2)
    over = threading.Event()
    hanging = Hanging(**vars(entry("hanging", Plain())), over=over)
    bad = [entry(name, thing) for name, (thing, *_) in LEFT_OUT.items()]
    good, double = entry("fake", Hooks(crm)), entry("fake", Plain(), "crmhost-fake-too")
    installed(monkeypatch, [double, *bad, hanging, good])
    with structlog.testing.capture_logs():  # which go elsewhere in a process of its own
        yield
    over.set()


@pytest.mark.usefixtures("bad_company")
def test_the_doctor_and_the_list_name_package_cause_and_cure_of_each(types: Types) -> None:
    shown = " ".join(types("crmhost", "plugins").out.split())
    told = types("crmhost", "doctor", "--offline", "--json").document["checks"]
    problems = [
        (one["said"], one["fix"]) for one in told if one["check"] == "plugins" and one["state"] != "ok"
    ]

    causes = {f"crmhost-{name}": words[1:] for name, words in LEFT_OUT.items()}
    causes |= {"crmhost-hanging": HANGING, "crmhost-fake-too": DOUBLE}
    assert len(problems) == len(causes)
    for package, (cause, cure) in causes.items():
        ((said, fix),) = [one for one in problems if f"({package})" in one[0]]
        assert cause in said
        assert cure in fix
        for word in (package, *cause.split(), *cure.split()):
            assert word in shown
    assert ".." not in shown + str(problems)


@pytest.mark.usefixtures("bad_company")
def test_the_host_serves_the_others(tmp_path: Path, valkey_url: str, crm: FakeCRM) -> None:
    with open_house(settings_for(tmp_path, None, valkey_url), discover()) as house:
        bench = Bench(house, connected(house))
        bench.receive(payloads.contact_created(payloads.contact(5821, "Jane Doe", email="jane@example.com")))
        bench.work()
        states = bench.states()
        bench.close()

    assert states == ["applied"]
    assert len(crm.customers) == 1


def test_what_a_plugin_failed_of_at_work_is_named_with_its_package(lite_bench: Bench, crm: FakeCRM) -> None:
    crm.troubles = [KeyError("email"), KeyError("email"), Rejected("The CRM said no.")]
    for number in range(3):
        somebody = payloads.contact(5821 + number, "Jane Doe", email=f"jane{number}@example.com")
        lite_bench.receive(payloads.contact_created(somebody))
        lite_bench.work(5821 + number)

    with lite_bench.house.store.read() as tx:
        found = list(misfits.at_work(tx, lite_bench.house.plugins))
        unknown = list(misfits.at_work(tx, Plugins({})))

    plugin = lite_bench.house.plugins["fake"]
    said = "2 dead of «The plugin fake failed: KeyError: 'email'», the newest is 2."
    assert found == [
        misfits.Misfit(
            f"fake ({plugin.package} {plugin.version}): {said}",
            "Report it to the plugin's authors; then replay.",
        )
    ]
    assert [one.said for one in unknown] == [f"fake: {said}"]
