"""What is logged while a contract is tried: enough for the plugin's author to see where it failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor


def for_authors() -> list[Processor]:
    """Return how events become lines: with a traceback, and without the values of all variables in it."""
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    return [structlog.processors.add_log_level, _worth_a_line, plain]


def _worth_a_line(_logger: object, method: str, told: EventDict) -> EventDict:
    """Drop what is of no use: details, and that something is not written yet, which the rule says."""
    if method == "debug" or isinstance(told.get("exc_info"), NotImplementedError):
        raise structlog.DropEvent
    return told
