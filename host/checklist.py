"""What a setup looks at, line by line: where it stops, what passed before is told with what did not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .errors import CRMHostError, SettingsError
from .models import ReportLine


class Checklist:
    """Gathers the lines of a report.

    ``with looked.at("Token"): …`` has an error that is raised there be a line of that name, and carry all
    lines up to then as its ``report``.
    """

    def __init__(self) -> None:
        self._lines: list[ReportLine] = []
        self._first: CRMHostError | None = None

    @property
    def lines(self) -> tuple[ReportLine, ...]:
        """All lines, in the order in which things were looked at."""
        return tuple(self._lines)

    def add(self, *lines: ReportLine) -> None:
        """Tell what was found."""
        self._lines += lines

    @contextmanager
    def at(self, name: str, *, go_on: bool = False) -> Iterator[None]:
        """Look at one thing; whatever of crmhost's is raised ends the look.

        With ``go_on`` a wrong setting does not: what comes next must not need what the block finds, and
        ``end`` raises it. So a person reads all that is wrong at once.
        """
        try:
            yield
        except CRMHostError as error:
            self._lines += error.report or (ReportLine(name, str(error), "failed", error.fix),)
            self._first = self._first or error
            if not (go_on and isinstance(error, SettingsError)):
                self.end()

    def end(self) -> None:
        """Raise what was wrong first, with all lines; nothing where nothing was."""
        if self._first is not None:
            self._first.report = self.lines
            raise self._first
