"""A power cut takes what had not reached the disk: SQLite is then as its last durable commit left it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crmhost.demo import payloads
from crmhost.store import writers

from .conftest import hurry
from .fake_crm import FakeCRM
from .jane import DONE, JANE, TALK, jane
from .test_restored import backup, bench_in, restore

EVENTS = {
    "a contact": payloads.contact_created(JANE),
    "a conversation": payloads.conversation_created(TALK),
    "its end": payloads.status_changed(DONE),
    "a change": jane("Jane Doe", 600),
}


@pytest.fixture
def cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Have whatever is committed durably be kept beside the store; return how to cut the power."""
    monkeypatch.setattr(writers, "keep", lambda _log: backup(tmp_path))
    return lambda: monkeypatch.setattr(writers, "keep", lambda _log: None)


@pytest.mark.parametrize("events", range(1, len(EVENTS) + 1))
def test_what_was_applied_just_before_is_not_written_again(
    tmp_path: Path, cut: Callable[[], None], valkey_url: str, crm: FakeCRM, events: int
) -> None:
    with bench_in(tmp_path, valkey_url, crm) as before:
        for event in list(EVENTS.values())[:events]:
            before.receive(event)
            before.work()
        assert before.states() == ["applied"] * events
        written = (list(crm.customers), list(crm.notes))
        cut()
    restore(tmp_path)

    with bench_in(tmp_path, valkey_url, crm, before.connection) as after:
        assert after.states() == ["applied"] * (events - 1) + ["pending"], "its outcome waited for no disk"
        hurry(after)
        after.work()

        assert after.states() == ["applied"] * events
    assert (crm.customers, crm.notes) == written
