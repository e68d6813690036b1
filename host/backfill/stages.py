"""The lists of Chatwoot's that a backfill reads, one after another.

All there is, is read from the oldest on, so that what is new comes last and no page shifts. What is
younger than a date is read from the newest on, down to that date: the contacts that were heard of
since, those that were only made since, and the conversations.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from ..chatwoot import ChatwootAPI
    from ..chatwoot.pages import Page

Row = dict[str, Any]
Records = Literal["contacts", "conversations"]
ENDING = "ending"
"""After the last page: what was put in line is worked."""


@dataclass(frozen=True)
class Stage:
    """One list: its records, Chatwoot's word for its order, and by which time it comes newest first.

    Those that an earlier stage has shown ``before``, by another time, are left out.
    """

    name: str
    of: Records
    sort: str
    newest_by: str = ""
    before: str = ""

    def read(self, api: ChatwootAPI, number: int) -> Page:
        """Read a page of it."""
        return (api.all_contacts if self.of == "contacts" else api.all_conversations).page(number, self.sort)

    def wanted(self, page: Page, since: float | None) -> list[Row]:
        """Return the rows that are young enough and were not shown before."""
        return [row for row in self._young(page, since) if not (self.before and _is(row, self.before, since))]

    def ends_at(self, number: int, page: Page, since: float | None) -> bool:
        """Whether this page is the last, or lies beyond it."""
        if not page.rows or 0 < page.count <= (number - 1) * len(page.rows):
            return True
        return len(self._young(page, since)) < len(page.rows)

    def count(self, api: ChatwootAPI, since: float | None) -> int:
        """Return how many rows are young enough, by a few looks: halving finds the page where they end."""
        first = self.read(api, 1)
        length = len(first.rows)
        if len(self._young(first, since)) < length or not length:
            return len(self._young(first, since))
        if not self.newest_by:
            return first.count

        def young_on(number: int) -> int:
            return len(self._young(self.read(api, number), since))

        pages = range(1, -(-first.count // length) + 1)
        last = pages[0] + bisect_left(pages, True, lo=1, key=lambda number: young_on(number) < length)
        return (last - 1) * length + young_on(last)

    def _young(self, page: Page, since: float | None) -> list[Row]:
        return [row for row in page.rows if not self.newest_by or _is(row, self.newest_by, since)]


ALL = (
    Stage("contacts", "contacts", "created_at"),
    Stage("conversations", "conversations", "created_at_asc"),
)
SINCE = (
    Stage("active contacts", "contacts", "-last_activity_at", "last_activity_at"),
    Stage("new contacts", "contacts", "-created_at", "created_at", before="last_activity_at"),
    Stage("active conversations", "conversations", "last_activity_at_desc", "last_activity_at"),
)
_NAMED = {stage.name: stage for stage in (*ALL, *SINCE)}


def stages(since: float | None) -> tuple[Stage, ...]:
    """Return the lists that are read, in their order."""
    return ALL if since is None else SINCE


def stage_named(name: str) -> Stage | None:
    """Return a stage by its name; None after the last one."""
    return _NAMED.get(name)


def after(name: str, since: float | None) -> str:
    """Return the name of the stage that follows."""
    names = [*(stage.name for stage in stages(since)), ENDING]
    return names[names.index(name) + 1]


def _is(row: Row, time: str, since: float | None) -> bool:
    return since is None or (row.get(time) or 0) >= since
