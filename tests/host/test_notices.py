"""Operators are told what needs them: once, in one message, and when it is over."""

import queue
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from crmhost import CredentialsError, Rejected, SettingsError, notices
from crmhost.demo import payloads
from crmhost.messenger import Undelivered, Webhook, messenger
from crmhost.notices import CALM, GAP, QUIET, Notices
from crmhost.pool import new_pool
from crmhost.refusals import SIGNATURES
from crmhost.server import serving
from crmhost.settings import load_settings
from crmhost.store import connections, counters, gates, reconciliations
from crmhost.wiring import open_house, working

from .conftest import Bench, connected, settings_for
from .fake_crm import FakeCRM

JANE = payloads.contact(5821, "Jane", email="jane@example.com")


class Pigeon:
    """Keeps what it was to carry; ``lame`` makes it fail."""

    def __init__(self) -> None:
        self.carried: list[tuple[str, ...]] = []
        self.lame = False

    def send(self, lines: Sequence[str]) -> None:
        if self.lame:
            raise Undelivered("no way")
        self.carried.append(tuple(lines))


class Watch:
    """Notices looked at by hand, with a clock of their own."""

    def __init__(self, bench: Bench) -> None:
        self.now = 1_800_000_000.0
        self.pigeon = Pigeon()
        self._notices = Notices(bench.house.store, self.pigeon, clock=lambda: self.now)

    def after(self, seconds: float) -> list[tuple[str, ...]]:
        """Look after so many seconds; return what was said."""
        self.now += seconds
        self.pigeon.carried = []
        self._notices.look()
        return self.pigeon.carried


@pytest.fixture
def watch(bench: Bench) -> Watch:
    return Watch(bench)


def dies(bench: Bench, crm: FakeCRM, contact_id: int) -> None:
    crm.troubles.append(Rejected("The name is forbidden."))
    bench.receive(payloads.contact_created({**JANE, "id": contact_id}))
    bench.work(contact_id)


def test_where_all_is_well_nothing_is_said(watch: Watch) -> None:
    assert watch.after(60) == []


def test_what_is_dead_is_counted_in_one_message_and_then_there_is_quiet(
    bench: Bench, crm: FakeCRM, watch: Watch
) -> None:
    dies(bench, crm, 1)
    first = watch.after(60)
    for contact_id in (2, 3):
        dies(bench, crm, contact_id)

    assert first == [("Dead deliveries of connection 1: 1 more. The last: The name is forbidden.",)]
    assert watch.after(60) == []
    assert watch.after(QUIET)[0][0].startswith("Dead deliveries of connection 1: 2 more.")
    assert watch.after(QUIET) == []


def test_a_paused_connection_is_told_and_its_end_too(bench: Bench, crm: FakeCRM, watch: Watch) -> None:
    crm.troubles.append(CredentialsError("The token is wrong.", fix="Make a new one."))
    bench.receive(payloads.contact_created(JANE))
    bench.work()
    told = watch.after(60)
    with bench.house.store.write() as tx:
        gates.resume(tx, bench.connection.id)

    assert told == [("Connection 1 waits: The token is wrong. Make a new one.",)]
    assert watch.after(60) == [("Connection 1 works again.",)]
    assert watch.after(60) == []


def test_a_crm_that_is_away_is_told_if_that_lasts_and_its_end_too(bench: Bench, watch: Watch) -> None:
    def away(since: float) -> None:
        with bench.house.store.write() as tx:
            gates.away(tx, bench.connection.id, "Nothing answers.", "", since, 0.0)

    away(1000.0)
    blip = watch.after(60)
    away(1020.0)
    told = watch.after(60)
    with bench.house.store.write() as tx:
        gates.reached(tx, bench.connection.id)

    assert blip == []
    assert told == [
        ("Connection 1 waits: Nothing answers. It goes on by itself once the CRM answers.",),
    ]
    assert watch.after(60) == [("The CRM of connection 1 is reached again.",)]


def test_a_connection_that_a_person_paused_is_no_news(bench: Bench, watch: Watch) -> None:
    with bench.house.store.write() as tx:
        gates.pause(tx, bench.connection.id, "A person paused it.", "")

    assert watch.after(60) == []


def refused(bench: Bench, count: int, reason: str = "bad_signature") -> None:
    with bench.house.store.write() as tx:
        counters.add(tx, Counter({(bench.connection.id, "refused", reason): count}))


REFUSED = "Webhooks of connection 1 refused for their signature: {} more. crmhost doctor says why."


@pytest.mark.parametrize("reason", sorted(SIGNATURES))
def test_whatever_is_not_believed_is_told(bench: Bench, watch: Watch, reason: str) -> None:
    """A clock that is wrong, or a Chatwoot that signs nothing, has every webhook refused."""
    refused(bench, 4, reason)

    assert watch.after(60) == [(REFUSED.format(4),)]


def test_what_only_grows_is_over_once_it_has_not_grown_for_a_while(bench: Bench, watch: Watch) -> None:
    refused(bench, 4)
    first = watch.after(60)
    refused(bench, 1)
    more = watch.after(QUIET)
    calm = [watch.after(CALM), watch.after(CALM)]
    refused(bench, 2)

    assert first == [(REFUSED.format(4),)]
    assert more == [(REFUSED.format(1),)]
    assert calm == [
        [("No webhook of connection 1 was refused for its signature in the last two hours.",)],
        [],
    ]
    assert watch.after(60) == [(REFUSED.format(2),)]


def test_a_connection_that_cannot_be_compared_is_told_with_the_cure_and_its_end_too(
    bench: Bench, watch: Watch
) -> None:
    def failed(fix: str) -> None:
        with bench.house.store.write() as tx:
            reconciliations.plan(tx, 1, "recent", 0)
            reconciliations.fail(tx, 1, "recent", "The token is wrong.", fix, 0)

    failed("")
    silent = watch.after(60)
    failed("Give another.")
    told = watch.after(60)
    with bench.house.store.write() as tx:
        reconciliations.finish(tx, 1, "recent", {}, 0)

    assert silent == [], "Chatwoot is away for a moment: nobody has to do anything"
    assert told == [("Connection 1 cannot be compared with Chatwoot: The token is wrong. Give another.",)]
    assert watch.after(60) == [("Connection 1 is compared with Chatwoot again.",)]


def test_messages_are_a_minute_apart(bench: Bench, crm: FakeCRM, watch: Watch) -> None:
    dies(bench, crm, 1)
    first = watch.after(60)
    refused(bench, 1)
    early = watch.after(GAP / 2)
    with bench.house.store.write() as tx:
        counters.add(tx, Counter({(bench.connection.id, "reconcile", "lost"): 3}))

    assert (len(first), early) == (1, [])
    assert [len(message) for message in watch.after(GAP / 2)] == [2]


def test_a_connection_that_gets_a_removed_ones_number_begins_anew(
    bench: Bench, crm: FakeCRM, watch: Watch
) -> None:
    for contact_id in (1, 2):
        dies(bench, crm, contact_id)
    watch.after(60)

    with bench.house.store.write() as tx:
        connections.remove(tx, bench.connection.id)
    over = watch.after(60)
    again = Bench(bench.house, connected(bench.house))
    dies(again, crm, 3)
    again.intake.close()

    assert over == []
    assert f"connection {again.connection.id}: 1 more" in watch.after(QUIET)[0][0]


def test_several_things_are_one_message(bench: Bench, crm: FakeCRM, watch: Watch) -> None:
    dies(bench, crm, 1)
    refused(bench, 4)

    (message,) = watch.after(60)

    assert [line.split(":")[1].split(" ")[1] for line in message] == ["1", "4"]


def test_what_could_not_be_delivered_is_told_the_next_time(bench: Bench, crm: FakeCRM, watch: Watch) -> None:
    dies(bench, crm, 1)
    watch.pigeon.lame = True
    with pytest.raises(Undelivered):
        watch.after(60)
    watch.pigeon.lame = False

    assert len(watch.after(60)) == 1


def test_of_two_processes_one_tells(bench: Bench, crm: FakeCRM) -> None:
    one, other = Watch(bench), Watch(bench)
    dies(bench, crm, 1)

    assert [len(one.after(60)), len(other.after(60))] == [1, 0]


def test_a_webhook_gets_the_text() -> None:
    got: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        got.append(await Request(scope, receive).json())
        await Response(status_code=204 if len(got) == 1 else 500)(scope, receive, send)

    with serving(app) as url, new_pool() as pool:
        carrier = messenger(url, pool)
        carrier.send(["Connection 1 waits."])
        with pytest.raises(Undelivered, match="answered 500"):
            carrier.send(["Connection 1 waits."])

    assert got[0] == {"text": "crmhost needs you:\nConnection 1 waits.", "lines": ["Connection 1 waits."]}


def test_workers_tell_by_themselves(
    tmp_path: Path, valkey_url: str, crm: FakeCRM, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "PERIOD", 0.02)
    heard: queue.SimpleQueue[Any] = queue.SimpleQueue()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        heard.put((await Request(scope, receive).json())["lines"])
        await Response(status_code=204)(scope, receive, send)

    with (
        serving(app) as url,
        open_house(settings_for(tmp_path, None, valkey_url, notify=url), crm.plugins()) as house,
        working(house, 1),
    ):
        bench = Bench(house, connected(house))
        connected(house, 4)
        dies(bench, crm, 5821)
        told = heard.get(timeout=20)
        bench.intake.close()

    called = "connection 1 «Fake CRM (account 3)»"
    assert told == [f"Dead deliveries of {called}: 1 more. The last: The name is forbidden."]


def test_operators_are_told_in_the_language_that_is_set(
    tmp_path: Path, valkey_url: str, crm: FakeCRM, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "PERIOD", 0.02)
    heard: queue.SimpleQueue[Any] = queue.SimpleQueue()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        heard.put(await Request(scope, receive).json())
        await Response(status_code=204)(scope, receive, send)

    with (
        serving(app) as url,
        open_house(
            settings_for(tmp_path, None, valkey_url, notify=url, language="pt_BR"), crm.plugins()
        ) as house,
        working(house, 1),
    ):
        one = connected(house)
        with house.store.write() as tx:
            gates.refused(tx, one.id, "Its plugin is missing.", "Add --chatwoot-url URL.", time.time() + 60)
        told = heard.get(timeout=20)

    line = "A conexão 1 «Fake CRM» espera: Falta o plugin dela. Acrescente --chatwoot-url URL."
    assert told == {"text": f"o crmhost precisa de você:\n{line}", "lines": [line]}


def test_a_webhook_that_is_away_is_undelivered() -> None:
    with new_pool() as pool, pytest.raises(Undelivered, match="cannot be reached"):
        Webhook("http://127.0.0.1:9", pool).send(["x"])


@pytest.mark.parametrize("url", ["ops@example.com", "smtp://mail.example.com", "ftp://x"])
def test_an_address_that_nothing_can_be_carried_to_is_refused_by_name(
    url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CRMHOST_NOTIFY", url)

    with pytest.raises(SettingsError, match="CRMHOST_NOTIFY"):
        load_settings()
