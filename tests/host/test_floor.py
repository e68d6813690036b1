"""Of the threads that work on one SQLite one at a time has the floor, and stands aside where it waits."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import ModuleType

import pytest

from crmhost import concluding, sync
from crmhost.demo import payloads
from crmhost.floor import Floor, aside
from crmhost.house import House
from crmhost.watch import Watch

from .conftest import Bench
from .fake_crm import FakeCRM
from .jane import JANE


class Crowd:
    """Counts who is in at once."""

    def __init__(self) -> None:
        self.inside = self.most = 0

    def stay(self) -> None:
        self.inside += 1
        self.most = max(self.most, self.inside)
        time.sleep(0.01)
        self.inside -= 1


def together(work: Callable[[], None]) -> None:
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)


def test_one_thread_at_a_time_has_the_floor() -> None:
    floor, crowd = Floor(), Crowd()

    def work() -> None:
        with floor.had():
            crowd.stay()

    together(work)

    assert crowd.most == 1


def test_who_stands_aside_lets_others_have_it_and_waits_for_it_then() -> None:
    floor, crowd, waiting = Floor(), Crowd(), threading.Barrier(4)

    def work() -> None:
        with floor.had():
            with aside():
                waiting.wait(10)  # all four are here at once, or it breaks
            crowd.stay()

    together(work)

    assert not waiting.broken
    assert crowd.most == 1


def test_who_has_it_not_need_not_stand_aside() -> None:
    floor = Floor()

    with aside(), floor.had(), aside():
        assert not floor._lock.locked()
    assert not floor._lock.locked()


@pytest.mark.parametrize("raised", [None, KeyError])
def test_a_plugin_runs_without_it(raised: type[Exception] | None) -> None:
    floor, seen = Floor(), list[bool]()

    def hook() -> None:
        seen.append(floor._lock.locked())
        with aside():
            seen.append(floor._lock.locked())
        if raised:
            raise raised

    with floor.had():
        try:
            Watch("it").run(hook, "its hook")
        except KeyError:
            assert raised
        seen.append(floor._lock.locked())

    assert seen == [False, False, True]


def test_a_worker_has_it_but_for_its_hook_and_where_it_writes(
    lite_bench: Bench, crm: FakeCRM, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor, seen = lite_bench.house.store._floor, list[tuple[str, bool]]()
    assert floor

    def noted(module: ModuleType, name: str) -> None:
        plain = getattr(module, name)

        def told(*args: object) -> object:
            seen.append((name, floor._lock.locked()))
            return plain(*args)

        monkeypatch.setattr(module, name, told)

    noted(sync, "next_step")
    noted(concluding, "finish")
    crm.after = [lambda: seen.append(("the hook", floor._lock.locked()))]
    lite_bench.receive(payloads.contact_created(JANE))
    lite_bench.work()

    assert seen == [("next_step", True), ("the hook", False), ("finish", False)]


def test_who_has_the_turn_to_write_waits_for_nobody_who_has_the_floor(lite_house: House) -> None:
    """Whoever has the floor may be asking a Redis that is away, while a webhook is to be committed."""
    writing, goes, over = threading.Event(), threading.Event(), threading.Event()
    store, said = lite_house.store, list[str]()

    def receiver() -> None:
        with store.write():
            writing.set()
            assert goes.wait(10)
        said.append("received")

    def worker() -> None:
        with store.floor(), store.write():
            said.append("written")

    def other() -> None:
        with store.floor():
            goes.set()
            assert over.wait(10)

    threads = [threading.Thread(target=work) for work in (receiver, worker, other)]
    threads[0].start()
    assert writing.wait(10)
    threads[1].start()
    while not store._writers or not store._writers._waiting:
        time.sleep(0.001)
    threads[2].start()
    for thread in threads[:1]:
        thread.join(5)
    assert said == ["written", "received"]
    over.set()
    for thread in threads:
        thread.join(10)


def test_of_a_server_anybody_has_it(house: House) -> None:
    waiting = threading.Barrier(4)

    def work() -> None:
        with house.store.floor(), suppress(threading.BrokenBarrierError):
            waiting.wait(1)

    together(work)

    assert waiting.broken == (house.store.engine.dialect.name == "sqlite")
