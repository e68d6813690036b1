"""Changing a lead that is in Krayin: read once, written once, and nothing of the sales team's lost."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from crmhost import SetUpAgain

from .checkboxes import protect, why_withheld
from .clients.errors import ZONE_FIX, Failed, Missing, just_deleted
from .clients.leads import STAGE
from .desk import Desk
from .finders.leads import is_open
from .links import LEAD
from .mappers.dates import close_date, server_time
from .mappers.lead import lead_to_resend
from .telling import Told

WORDED = frozenset({"title", "description"})
"""What only a PUT of the whole lead changes everywhere (recording 343)."""
CONTRADICTIONS = 3
"""How often the facts may be learnt anew for one lead before that is for a person to see."""


class LeadEdit:
    """The changes of one lead, as it was read, collected and then made by one request."""

    def __init__(self, desk: Desk, lead: dict[str, Any], told: Told) -> None:
        self.desk = desk
        self.settings = desk.settings
        self.lead = lead
        self.told = told
        self.changes: dict[str, Any] = {}
        self.notes: list[str] = []
        self.claims: dict[str, str] = {}
        """What is to be told of a change, by its field, once it is made."""
        self.withheld = False
        """Whether the changes were not made, for the sake of checkboxes."""
        self.overdue: frozenset[str] = frozenset()
        """The fields that were not written, since the expected close date is over."""

    @property
    def id(self) -> int:
        """Krayin's id of the lead."""
        return int(self.lead["id"])

    @property
    def is_open(self) -> bool:
        """Whether the lead is neither won nor lost."""
        return is_open(self.lead, self.settings.closed_stage_ids)

    def change(self, field: str, value: object, sentence: str) -> None:
        """Change a field, and have the sentence told if that is written."""
        self.changes[field] = value
        self.claims[field] = sentence

    def note(self, sentence: str) -> None:
        """Have a sentence told, whether or not anything is written."""
        self.notes.append(sentence)

    def write(self) -> frozenset[str]:
        """Make the changes; return the fields that were written, and tell what became of the lead."""
        written = frozenset(self.changes) if self._send() else frozenset()
        said = [sentence for field, sentence in self.claims.items() if field in written] + self.notes
        if written or said:
            self.told.say(LEAD, "updated" if written else "left", self.id, " ".join(said))
        self.changes, self.claims, self.notes = {}, {}, []
        return written

    def _send(self) -> bool:
        """Write by the gentlest of Krayin's three ways; say no where none of them is gentle enough."""
        date = self._close_date() if self.changes else None
        self._withhold(date)
        if not self.changes:
            return False
        try:
            return self._move(date) or self._write(date)
        except Missing as error:
            raise just_deleted(f"Lead {self.id}, or its stage,") from error
        except Failed:
            if "user_id" in self.changes:  # perhaps a user who was deleted since they were listed
                self.desk.lookups.drop("users")
            raise

    def _move(self, date: str | None) -> bool:
        """Move the lead by stage/edit, where nothing else changes and it has no close date to lose.

        That touches neither products (recording 543) nor checkboxes, and Krayin itself refuses a stage
        of another pipeline (549); but it empties the close date's column, which answers go on showing
        from elsewhere (330, 638).
        """
        if set(self.changes) != {STAGE} or date or self._changes_pipeline:
            return False
        self.lead = self.desk.leads.move(self.id, self.changes[STAGE])
        return True

    def _write(self, date: str | None) -> bool:
        """Write by attributes/edit, which keeps products and takes past dates (591, 346), or by a whole PUT.

        Each resets what checkboxes it is not told of (345, 657), and the close date (342, 315).
        """
        checkboxes = protect(self.desk, "leads", self.id)
        if checkboxes is None:
            self.withheld = True
            self.note(why_withheld(self.settings, "leads"))
            return False
        kept = ({"expected_close_date": date} if date else {}) | checkboxes
        if self._needs_all:
            body = lead_to_resend(self.lead) | self._closed_at() | kept | self.changes
            self.lead = self.desk.leads.update(self.id, body)
        else:
            self.lead = self.desk.leads.edit(self.id, kept | self.changes)
        return True

    def _withhold(self, date: str | None) -> None:
        """Leave out what takes a whole PUT where Krayin 2.1 would refuse it, for a date gone by (347)."""
        if not self._needs_all or not date or self.settings.facts.krayin != "2.1" or date >= self._today():
            return
        stay: list[str] = [name for name in ("title", "description") if name in self.changes]
        if self._changes_pipeline:
            stay.append(STAGE)
        for name in stay:
            del self.changes[name]
        self.overdue = frozenset(stay)
        words = " and ".join("stage" if name == STAGE else name for name in stay)
        self.note(f"Its {words} stayed: Krayin takes no such change once the expected close date is over.")

    @property
    def _needs_all(self) -> bool:
        return bool(WORDED & self.changes.keys()) or self._changes_pipeline

    @property
    def _changes_pipeline(self) -> bool:
        """Whether the stage is in another pipeline; attributes/edit would leave the lead in both (550)."""
        pipelines = {stage.id: stage.pipeline_id for stage in self.settings.facts.stages}
        wanted = self.changes.get(STAGE)
        return wanted is not None and pipelines.get(wanted) != self.lead.get("lead_pipeline_id")

    def _closed_at(self) -> dict[str, str]:
        """Return when the lead was closed: a PUT that repeats the stage would make it now (340)."""
        closed = self.lead.get("closed_at")
        moment = server_time(closed, self._zone(closed)) if closed and STAGE not in self.changes else None
        return {"closed_at": moment} if moment else {}

    def _close_date(self) -> str | None:
        shown = self.lead.get("expected_close_date")
        if not shown:
            return None
        try:
            return close_date(shown, self._zone(shown))
        except ValueError as error:
            self.desk.signs.note(shown)
            raise _another_zone(self.id, str(error)) from error

    def _zone(self, shown: object) -> str:
        zone = self.settings.server_zone
        if zone is None:
            raise _another_zone(self.id, f"which day is {shown} there?")
        return zone

    def _today(self) -> str:
        return datetime.now(ZoneInfo(self.settings.server_zone or "UTC")).date().isoformat()


def _another_zone(lead_id: int, why: str) -> SetUpAgain:
    return SetUpAgain(
        f"Krayin's time zone is not as it was found ({why}), so lead {lead_id} can't be changed without "
        "losing its expected close date.",
        at_most=CONTRADICTIONS,
        fix=ZONE_FIX,
    )
