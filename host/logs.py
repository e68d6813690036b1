"""Logs: one line an event on standard error, without personal data."""

from __future__ import annotations

import logging
import re
import sys
import time
import traceback
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, TextIO, cast

import structlog

if TYPE_CHECKING:
    from structlog.typing import EventDict


MASK = "•••"
PERSONAL = re.compile(r"[^\s@<>\"'(),;:=]+@[^\s@<>\"'(),;:=]+\.\w+|\+\d[\d ()-]{6,}\d")
"""What is an e-mail address, or a phone number with its country."""


def way_of_an_error(_logger: object, _method: str, told: EventDict) -> EventDict:
    """Say of an error what it is and where it arose, not in its words: they may hold a customer's data.

    They are kept with the delivery, for those who may see it.
    """
    error = told.pop("exc_info", None)
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)
        told["error"] = type(error).__name__
        told["at"] = " > ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
    return told


def without_addresses(_logger: object, _method: str, told: EventDict) -> EventDict:
    """Leave out what is somebody's mailbox or phone, should a plugin have let it into a line."""
    for name, value in told.items():
        if isinstance(value, str) and ("@" in value or "+" in value):
            told[name] = PERSONAL.sub(MASK, value)
    return told


def as_line(_logger: object, level: str, told: EventDict) -> str:
    """Return the line: the time, the level and the event come first."""
    second, fraction = divmod(time.time(), 1)
    stamp, event = f"{_second(int(second))}.{int(fraction * 1e6):06d}Z", told.pop("event")
    rest = "".join([f" {name}={value!r}" for name, value in told.items()])
    return f"timestamp='{stamp}' level='{level}' event={event!r}{rest}"


@lru_cache(maxsize=1)
def _second(moment: int) -> str:
    """Return a whole second of unix time as it is written in a line."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment))


class Lasting:
    """A stream for which work goes on where it cannot be written: the disk is full, its reader has gone."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        """Write what can be written."""
        with suppress(OSError, ValueError):
            self._stream.write(text)

    def flush(self) -> None:
        """Send what can be sent."""
        with suppress(OSError, ValueError):
            self._stream.flush()


def configure(level: int = logging.INFO) -> None:
    """Have crmhost's own events and the libraries' warnings written to standard error."""
    logging.basicConfig(level=max(level, logging.WARNING), stream=sys.stderr, format="%(name)s: %(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            way_of_an_error,
            without_addresses,
            as_line,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(cast("TextIO", Lasting(sys.stderr))),
        cache_logger_on_first_use=True,
    )
