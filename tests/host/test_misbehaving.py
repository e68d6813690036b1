"""A plugin that raises anything, or never comes back, costs its own connection something and no other's."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import model_validator

from crmhost import (
    Change,
    Contact,
    Context,
    Links,
    NotYet,
    Outcome,
    PluginError,
    PluginInfo,
    Rejected,
    SettingsError,
    SetupResult,
    TryAgain,
    hookimpl,
    watch,
)
from crmhost.connect import connect
from crmhost.demo import payloads
from crmhost.errors import leaves_open
from crmhost.house import House
from crmhost.plugins import Plugin, load
from crmhost.testing.bench import Bench
from crmhost.watch import GivenUp, Raised, SignsOfLife, Watch

from .fake_crm import FakeSettings


@dataclass
class Strange:
    """A plugin whose hooks do what a test says, one a call, before they do what they should."""

    name: str = "strange"
    steps: list[Callable[[Context[Any]], object]] = field(default_factory=list)

    def plugin(self) -> Plugin:
        return load(self.name, self, f"crmhost-{self.name}", "1")

    @hookimpl
    def info(self) -> PluginInfo:
        return PluginInfo("Strange", FakeSettings, ("customer",))

    @hookimpl
    def setup(self, context: Context[Any]) -> SetupResult:
        self._step(context)
        return SetupResult()

    @hookimpl
    def handle_contact(self, context: Context[Any], contact: Contact) -> Outcome:
        self._step(context)
        context.links.set(f"contact:{contact.id}", "customer", 1)
        return Outcome((Change("customer", "created", "1"),))

    def _step(self, context: Context[Any]) -> None:
        if self.steps:
            self.steps.pop(0)(context)


Benches = Callable[..., Bench]


@pytest.fixture
def strange() -> Strange:
    return Strange()


@pytest.fixture
def benches(lite_house: House) -> Iterator[Benches]:
    """Connects plugins, one an account, and gives the bench of each."""
    made: list[Bench] = []

    def connected(plugin: Strange) -> Bench:
        lite_house.plugins.found[plugin.name] = plugin.plugin()
        account = 3 + len(made)
        connection = connect(lite_house, plugin.name, account, {"token": "t"}, webhook_secret="s").connection
        made.append(Bench(lite_house, connection))
        return made[-1]

    yield connected
    for bench in made:
        bench.close()


@pytest.fixture
def over() -> Iterator[threading.Event]:
    """Lets what hangs go, in the end."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "PATIENCE", 0.3)


def person(number: int) -> payloads.Payload:
    return payloads.contact(5821 + number, "Jane Doe", email=f"jane{number}@example.com")


def exits(*_context: object) -> None:
    raise SystemExit(3)


def interrupts(*_context: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(("trouble", "said"), [(exits, "SystemExit: 3"), (interrupts, "KeyboardInterrupt: ")])
def test_a_hook_that_would_end_the_worker_ends_its_delivery(
    benches: Benches, strange: Strange, trouble: Callable[[object], None], said: str
) -> None:
    bench = benches(strange)
    strange.steps = [trouble]
    bench.receive(payloads.contact_created(person(0)))
    bench.work()

    last = bench.last()
    assert (last["state"], last["reason"]) == ("dead", f"The plugin strange failed: {said}")


@pytest.mark.usefixtures("impatient")
def test_a_hook_that_hangs_ends_its_delivery_and_frees_its_lane(
    benches: Benches, strange: Strange, over: threading.Event
) -> None:
    bench = benches(strange)
    strange.steps = [lambda _: over.wait(30)]
    bench.receive(payloads.contact_created(person(0)))
    bench.work()
    bench.receive(payloads.contact_updated({**person(0), "name": "Jane Roe"}, 1, name="Jane Doe"))
    bench.work()

    hung, then = bench.deliveries()
    assert hung["state"] == "dead"
    assert hung["reason"].startswith("The plugin strange hangs: its hook for contact_created gave no sign")
    assert "start crmhost again" in hung["fix"]
    assert then["state"] == "applied"


@pytest.mark.usefixtures("impatient")
def test_what_was_given_up_does_nothing_later(
    benches: Benches, strange: Strange, over: threading.Event
) -> None:
    bench, ended, did = benches(strange), threading.Event(), list[str]()

    def hang(context: Context[Any]) -> None:
        over.wait(30)
        try:
            with context.links.creating("contact:5821", "customer"):
                did.append("began")
                context.http.request("POST", "http://127.0.0.1:1/people")
        finally:
            ended.set()

    strange.steps = [hang]
    bench.receive(payloads.contact_created(person(0)))
    bench.work()
    over.set()

    assert ended.wait(10)
    with bench.house.store.read() as tx:
        intents = tx.exec_driver_sql("SELECT count(*) FROM intents").scalar()
    assert (did, intents, bench.states()) == ([], 0, ["dead"])


@pytest.mark.usefixtures("impatient")
def test_a_plugin_that_hangs_on_and_on_is_asked_nothing_more_and_the_others_are(
    benches: Benches, strange: Strange, over: threading.Event
) -> None:
    bad, good = benches(strange), benches(Strange("sound"))
    strange.steps = [lambda _: over.wait(30)] * watch.MANY
    for number in range(watch.MANY + 1):
        bad.receive(payloads.contact_created(person(number)))
        bad.work(5821 + number)
    good.receive(payloads.contact_created(person(0)))
    good.work()

    assert bad.states() == ["dead"] * watch.MANY + ["pending"]
    assert bad.connection_state()["state"] == "paused"
    assert bad.connection_state()["reason"].startswith("3 calls of the plugin strange hang")
    assert good.states() == ["applied"]


@pytest.mark.usefixtures("impatient")
def test_a_setup_that_hangs_is_a_sentence(benches: Benches, strange: Strange, over: threading.Event) -> None:
    strange.steps = [lambda _: over.wait(30)]

    with pytest.raises(PluginError, match="its hook setup gave no sign of life"):
        benches(strange)


@pytest.mark.parametrize("trouble", [exits, lambda _: 1 // 0])
def test_a_setup_that_raises_anything_is_a_sentence(
    benches: Benches, strange: Strange, trouble: Callable[[object], None]
) -> None:
    strange.steps = [trouble]

    with pytest.raises(PluginError, match="The plugin strange cannot make sense of what answers there"):
        benches(strange)


def test_settings_that_cannot_be_read_are_a_sentence(benches: Benches) -> None:
    class Stumbles(FakeSettings):
        @model_validator(mode="after")
        def _stumble(self) -> Stumbles:
            raise KeyError("token")

    class Worse(Strange):
        @hookimpl
        def info(self) -> PluginInfo:
            return PluginInfo("Worse", Stumbles, ("customer",))

    with pytest.raises(SettingsError, match=r"cannot read its settings \(KeyError\)"):
        benches(Worse("worse"))


def test_signs_of_life_keep_a_slow_hook_alive() -> None:
    signs = SignsOfLife()
    renewed: list[float] = []

    def slow() -> str:
        for _ in range(8):
            time.sleep(0.02)
            signs.guard(True, 1.0)
        return "done"

    said = Watch("slow").run(
        slow, "it", patience=0.1, signs=signs, meanwhile=lambda: renewed.append(time.monotonic())
    )

    assert said == "done"
    assert renewed


def test_what_is_raised_comes_through_and_nothing_hangs() -> None:
    watched = Watch("odd")

    with pytest.raises(ZeroDivisionError):
        watched.run(lambda: 1 // 0, "it")
    with pytest.raises(Raised, match="SystemExit: 3"):
        watched.run(exits, "it")
    assert watched.hanging == 0


def test_where_much_hangs_nothing_is_begun_until_it_has_come_back(over: threading.Event) -> None:
    watched = Watch("odd")
    for _ in range(watch.MANY):
        with pytest.raises(PluginError, match="hangs"):
            watched.run(lambda: over.wait(30), "it", patience=0.01)

    with pytest.raises(SettingsError, match="3 calls of the plugin odd hang"):
        watched.run(lambda: "begun", "it")
    over.set()
    while watched.hanging:
        time.sleep(0.01)
    assert watched.run(lambda: "begun", "it") == "begun"


def test_what_was_given_up_ends_at_its_next_call() -> None:
    signs = SignsOfLife()
    signs.give_up()

    with pytest.raises(GivenUp):
        signs.give()


def looks_in_vain(error: PluginError) -> None:
    raise Rejected("It cannot be asked.") from error


def stumbles(_error: PluginError) -> None:
    raise NotYet("No calls are left.")


def knows_better(_error: PluginError) -> None:
    raise Rejected("It was not there to begin with.") from None


def makes(links: Links, then: Callable[[PluginError], None]) -> None:
    with links.creating("contact:5821", "customer"):
        try:
            raise TryAgain("No answer came.", unsure=True)
        except TryAgain as error:
            then(error)


@pytest.mark.parametrize(("then", "unsure"), [(looks_in_vain, True), (stumbles, True), (knows_better, False)])
def test_what_may_have_been_made_stays_in_doubt_whatever_is_raised_on_its_account(
    then: Callable[[PluginError], None], unsure: bool
) -> None:
    links = Links()

    with pytest.raises(PluginError):
        makes(links, then)

    assert links.unsure("contact:5821", "customer") is unsure


def test_an_error_that_is_its_own_cause_is_looked_at_once() -> None:
    error = Rejected("No.")
    error.__cause__ = error

    assert not leaves_open(error)
