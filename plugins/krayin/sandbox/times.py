"""Times as Krayin keeps them: the server's zone inside, UTC outside."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from .failures import Unforeseen
from .mariadb import NO_DATE

STORED = "%Y-%m-%d %H:%M:%S"

_SHOWN = "%Y-%m-%dT%H:%M:%S.000000Z"

_FORMS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d", "%d.%m.%Y",
    "%d-%m-%Y", "%m/%d/%Y", "%Y/%m/%d",
)  # fmt: skip


class Times:
    """The server's clock and its time zone, which is a setting and may change."""

    def __init__(self, clock: Callable[[], datetime], zone: str) -> None:
        self.clock = clock
        self.zone = ZoneInfo(zone)

    def now(self) -> str:
        """Tell the time as it is stored."""
        return self.local_now().strftime(STORED)

    def local_now(self) -> datetime:
        """Tell the time in the server's zone."""
        return self.clock().astimezone(self.zone)

    def stamp(self) -> float:
        """Tell the time in seconds, for the rate limit."""
        return self.clock().timestamp()

    def yesterday(self) -> str:
        """Name yesterday, which an expected close date must come after."""
        return (self.local_now().date() - timedelta(days=1)).isoformat()

    def stored(self, value: Any) -> str | None:
        """Write any time that PHP reads as it is stored."""
        if value is None or value == "":
            return None
        return NO_DATE if value == NO_DATE else self._read(value).strftime(STORED)

    def shown(self, value: Any) -> str | None:
        """Show a time as answers do: in UTC, with six noughts for the microseconds."""
        if value is None or value == "":
            return None
        moment = self._read(value).replace(tzinfo=self.zone).astimezone(UTC)
        return moment.strftime(_SHOWN)

    def shown_date(self, value: Any) -> str | None:
        """Show a date, which may be one just sent and of any shape (a-068 to a-076 of 2.2.3)."""
        if value == NO_DATE:
            return self._before_all_time()
        if value and (moment := _with_offset(str(value))):
            return moment.astimezone(UTC).strftime(_SHOWN)
        return self.shown(value)

    def spelled(self, value: Any) -> str | None:
        """Spell a shown time as the change log does, in the server's zone."""
        moment = _with_offset(str(value)) if value else None
        return moment.astimezone(self.zone).strftime("%a %b %d, %Y %H:%M %p") if moment else None

    def _before_all_time(self) -> str:
        """Show a date of noughts: the day before the year nought began, by the sun."""
        midnight = datetime(2, 11, 30, tzinfo=self.zone).astimezone(UTC)  # any year so early will do
        return midnight.strftime("-000001-%m-%dT%H:%M:%S.000000Z")

    def _read(self, value: Any) -> datetime:
        if isinstance(value, int | float) or re.fullmatch(r"-?\d+(\.\d+)?", str(value)):
            # A number is a unix time (recording 403).
            return datetime.fromtimestamp(float(value), self.zone).replace(tzinfo=None)
        moment = parsed(str(value))
        if moment is None:
            message = f"Could not parse '{value}': Failed to parse time string"
            raise Unforeseen(message, "Carbon\\Exceptions\\InvalidFormatException")
        return moment


def parsed(text: str) -> datetime | None:
    """Read a written time; an offset is thrown away, not applied (recordings 398-400)."""
    bare = re.sub(r"(\.\d+)?\s*(Z|[+-]\d\d:?\d\d)$", "", text.strip()) if ":" in text else text.strip()
    for form in _FORMS:
        try:
            return datetime.strptime(bare, form)  # noqa: DTZ007 - the server's zone is meant
        except ValueError:
            continue
    return None


def _with_offset(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def is_plain_date(value: Any) -> bool:
    """Tell whether a value is written exactly as year-month-day."""
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return False
    try:
        return bool(date.fromisoformat(value))
    except ValueError:
        return False


def spelled(value: Any) -> str | None:
    """Spell a stored date as the change log does: Thu Dec 31, 2026."""
    if not value:
        return None
    if value == NO_DATE:
        return "Wed Nov 30, -0001"
    moment = parsed(str(value))
    if moment is None:
        # It breaks here, after the lead was written (a-072 of 2.2.3).
        raise Unforeseen(f"Could not parse '{value}'", "Carbon\\Exceptions\\InvalidFormatException")
    return moment.strftime("%a %b %d, %Y")
