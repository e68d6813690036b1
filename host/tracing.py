"""Traces of a delivery for OpenTelemetry: received, handled, each call to the CRM; none without the package.

A delivery is received by one process and handled by another, with nothing between them but its row. Both
know its body, so the trace is named by the body's digest: what happens to one delivery is one trace.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, Self

try:
    from opentelemetry import trace
except ImportError:  # pip install crmhost[opentelemetry]
    trace = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from opentelemetry.trace import Span

NAME = "crmhost"
LENGTH = 12
"""Signs of a digest that logs show: they find both processes' lines of one delivery."""


class Silent:
    """Stands in for a span where nobody traces."""

    def __enter__(self) -> Self:
        """Begin nothing."""
        return self

    def __exit__(self, *_: object) -> None:
        """End nothing."""

    def set(self, **said: object) -> None:
        """Say nothing to nobody."""


class Traced:
    """A span that goes on."""

    def __init__(self, span: Span) -> None:
        self._span = span

    def set(self, **said: object) -> None:
        """Say more of it."""
        for name, value in said.items():
            if value is not None:
                self._span.set_attribute(f"crmhost.{name}", value)  # type: ignore[arg-type]


SILENT = Silent()


def traced(
    what: str, digest: str = "", said: Mapping[str, Any] | None = None
) -> AbstractContextManager[Traced | Silent]:
    """Trace the block; ``digest`` (64 hexadecimal signs) is the delivery's, whose trace it then belongs to.

    Nothing personal is said: ids, kinds, paths without queries, counts.
    """
    return _span(what, digest, said or {}) if _is_exported() else SILENT


@contextmanager
def _span(what: str, digest: str, said: Mapping[str, Any]) -> Iterator[Traced]:
    context = _of(digest) if digest else None
    with trace.get_tracer(NAME).start_as_current_span(what, context=context) as span:
        made = Traced(span)
        made.set(**said)
        yield made


def _is_exported() -> bool:
    """Whether anybody listens: ``start_exporting``, or whoever runs us in a program of their own."""
    return trace is not None and not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)


def _of(digest: str) -> Any:
    """Return the context in which all spans of one delivery are: under a parent that nobody reports."""
    parent = trace.SpanContext(
        int(digest[:32], 16) or 1,
        int(digest[32:48], 16) or 1,
        is_remote=True,
        trace_flags=trace.TraceFlags(trace.TraceFlags.SAMPLED),
    )
    return trace.set_span_in_context(trace.NonRecordingSpan(parent))


def start_exporting() -> None:
    """Send traces to where the environment says: ``OTEL_EXPORTER_OTLP_ENDPOINT``."""
    import os

    if trace is None or not os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        return
    name = os.environ.get("OTEL_SERVICE_NAME", NAME)
    provider = TracerProvider(resource=Resource.create({"service.name": name}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
