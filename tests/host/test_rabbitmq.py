"""Doorbells by way of a real RabbitMQ, by its address alone; Redis keeps locks and budgets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pika
import pytest
from pydantic import SecretStr

from crmhost.broker import Bell
from crmhost.demo import payloads
from crmhost.errors import SettingsError
from crmhost.house import House
from crmhost.rabbitmq import RabbitBroker, patient, require
from crmhost.settings import load_settings
from crmhost.wiring import open_house, require_redis, working

from ..conftest import named_server
from .conftest import connected, settings_for
from .fake_crm import FakeCRM
from .test_receiver import chatwoot_for
from .test_workers import until

SERVER = "CRMHOST_TEST_RABBITMQ_URL"
NOWHERE = "amqp://guest:t0p-secret@127.0.0.1:1/"


@pytest.fixture
def rabbit_url() -> Iterator[str]:
    """The address of a RabbitMQ, where there is one; what a test leaves in it is removed."""
    url = named_server(SERVER)
    yield url
    line = pika.BlockingConnection(pika.URLParameters(url))
    for queue in ("crmhost.lanes", "crmhost.lanes.DQ", "crmhost.lanes.XQ"):
        line.channel().queue_delete(queue)
    line.close()


@pytest.fixture
def rabbit_house(tmp_path: Path, valkey_url: str, rabbit_url: str, crm: FakeCRM) -> Iterator[House]:
    settings = settings_for(tmp_path, None, valkey_url, broker_url=SecretStr(rabbit_url))
    with open_house(settings, crm.plugins()) as house:
        house.redis.flushdb()
        yield house


def test_its_address_alone_has_rabbitmq_carry_the_bells(rabbit_house: House, crm: FakeCRM) -> None:
    """The sweep would ring a second time after five seconds: whoever comes sooner heard RabbitMQ's bell."""
    made = connected(rabbit_house)
    jane = payloads.contact(5821, "Jane", email="jane@example.com")

    with contextmanager(chatwoot_for)(rabbit_house, made) as chatwoot, working(rabbit_house):
        assert chatwoot.post(payloads.contact_created(jane)).status == 200
        took = until(lambda: len(crm.customers) == 1)

    assert took < 4
    assert not rabbit_house.redis.exists("crmhost:lanes")


@pytest.mark.slow
def test_many_bells_are_answered_once_each(rabbit_house: House, crm: FakeCRM) -> None:
    made = connected(rabbit_house)
    people = [payloads.contact(number, f"No {number}", email=f"{number}@x.y") for number in range(1, 13)]

    with contextmanager(chatwoot_for)(rabbit_house, made) as chatwoot, working(rabbit_house):
        for one in people:
            chatwoot.post(payloads.contact_created(one))
        until(lambda: len(crm.customers) == len(people))

    assert sorted(str(name) for _, name in crm.customers) == sorted(one["name"] for one in people)


def test_a_rabbitmq_that_is_away_is_named_without_its_password(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, None, "redis://127.0.0.1:1/0", broker_url=SecretStr(NOWHERE))

    with pytest.raises(SettingsError, match="No RabbitMQ lets us in at CRMHOST_BROKER_URL") as refused:
        require_redis(settings)

    assert "t0p-secret" not in f"{refused.value} {refused.value.fix}"
    with pytest.raises(SettingsError):
        require(NOWHERE)


@pytest.mark.parametrize("url", [NOWHERE, "amqp://guest:t0p-secret@no-such-host.invalid/"])
def test_no_bell_is_rung_where_it_is_away_and_nobody_fails(url: str) -> None:
    """Its name may have no address for a while; pika passes on what the resolver says."""
    Bell(RabbitBroker(url)).ring([(1, 2)])


def test_an_address_of_something_else_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRMHOST_BROKER_URL", "redis://elsewhere")

    with pytest.raises(SettingsError, match="CRMHOST_BROKER_URL is wrong: it starts with amqp://"):
        load_settings()


def test_times_to_wait_are_short_unless_the_address_says_others() -> None:
    assert "socket_timeout=2" in patient("amqp://rabbit/")
    assert "socket_timeout=9" in patient("amqp://rabbit/?socket_timeout=9")
