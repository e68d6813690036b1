"""What is traced and logged of one delivery: one trace and one name, whatever process writes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from unittest.mock import Mock

import pytest
import structlog
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from crmhost import tracing
from crmhost.demo import payloads
from crmhost.logs import as_line, configure, without_addresses
from crmhost.tracing import Silent, traced

from .conftest import Bench

JANE = payloads.contact(5821, "Jane", email="jane@example.com")
DIGEST = "9f2a61c04d7e" + "0" * 51 + "1"


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """Keep what is traced, in a tracer of the test's own."""
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)
    yield kept
    provider.shutdown()


def test_two_processes_write_one_trace(spans: InMemorySpanExporter) -> None:
    with traced("receive", DIGEST, {"connection": 1}):
        pass
    with traced("handle contact_created", DIGEST) as span, traced("call", said={"path": "/leads"}):
        span.set(state="applied", calls=1)

    receive, call, handle = spans.get_finished_spans()
    traces = {one.context.trace_id for one in (receive, call, handle) if one.context}
    assert [hex(number)[2:14] for number in traces] == [DIGEST[:12]]
    assert call.parent
    assert handle.context
    assert call.parent.span_id == handle.context.span_id
    assert dict(handle.attributes or {}) == {"crmhost.state": "applied", "crmhost.calls": 1}


def test_a_delivery_that_is_worked_is_traced_and_named_in_each_line(
    lite_bench: Bench, spans: InMemorySpanExporter
) -> None:
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        lite_bench.receive(payloads.contact_created(JANE))
        lite_bench.work()

    handled = next(one for one in lines if one["event"] == "handled")
    assert handled["state"] == "applied"
    assert handled["delivery"] == 1
    names = [one.name for one in spans.get_finished_spans()]
    assert "handle contact_created" in names
    told = spans.get_finished_spans()[names.index("handle contact_created")]
    assert told.context
    assert f"{told.context.trace_id:032x}"[:12] == handled["ref"]


def test_without_the_package_nothing_is_traced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "trace", None)

    with traced("receive", DIGEST) as span:
        span.set(state="applied")

    assert isinstance(span, Silent)


def test_where_nobody_listens_nothing_is_traced() -> None:
    with traced("receive", DIGEST) as span:
        span.set(state="applied")

    assert isinstance(span, Silent)


def test_a_mailbox_or_a_phone_that_got_into_a_line_is_masked() -> None:
    told = without_addresses(None, "", {"event": "made jane.doe@example.com, +44 7700 900123", "id": 7})

    assert told == {"event": "made •••, •••", "id": 7}


def test_a_line_begins_with_its_time_its_level_and_its_event() -> None:
    line = as_line(None, "info", {"stored": True, "event": "received", "uid": None})

    stamp = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"
    assert re.fullmatch(rf"timestamp='{stamp}' level='info' event='received' stored=True uid=None", line)


def test_work_goes_on_where_a_line_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk on which the log lies is full: what waits for an answer gets one."""
    full, before = Mock(side_effect=OSError(28, "No space left on device")), structlog.get_config()
    monkeypatch.setattr("sys.stderr", Mock(write=full, flush=full))
    configure()
    try:
        structlog.get_logger("a name of its own").warning("could not store")
    finally:
        structlog.configure(**before)

    assert full.called
