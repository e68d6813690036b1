"""What people and forms write, read as a number, a yes or no, a date; ValueError says in a clause why not."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from .markup import plain

YES = frozenset({"yes", "y", "true", "t", "on", "1", "checked"})
NO = frozenset({"no", "n", "false", "f", "off", "0", "unchecked"})
FORMS = ("%d.%m.%Y", "%Y/%m/%d")
"""How a date may be written beside ISO 8601: what is the same day to everybody. 03/04/2026 is not."""

_UNIT = r"(?:[A-Z]{3}|Kč|kr\.?|zł|Ft|Fr\.?|[^\w\s.,-])?"
_AMOUNT = re.compile(rf"{_UNIT}\s*(-?\d[\d\s.,'\u2019]*?)(?:[.,]-)?\s*{_UNIT}")
_GROUPED = re.compile(r"-?\d{1,3}(?:(?:,\d{3})+|(?:\.\d{3}){2,})")


def is_empty(value: object) -> bool:
    """Whether there is nothing: no value, only blanks, no entry that is anything."""
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, list | tuple):
        return all(map(is_empty, value))
    return value is None or value == {}


def text_of(value: Any) -> str:
    """Return a value as a person would write it."""
    if isinstance(value, str):
        return plain(value).strip()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float | Decimal):
        return _digits(number_of(value))
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Sequence):
        return ", ".join(text_of(item) for item in value if not is_empty(item))
    raise ValueError("is a group of values; name one of them, such as contact.social_profiles.twitter")


def local(value: Any, zone: tzinfo) -> Any:
    """Return a moment as the zone's clock shows it; anything else as it is."""
    return value.astimezone(zone) if isinstance(value, datetime) and value.tzinfo else value


def number_of(value: Any) -> Decimal:
    """Return a number; of ``1,234.50 €`` the digits. Of . and , the later one begins the decimals.

    Alone, a comma before exactly three digits parts thousands, and so does what stands there twice.
    """
    if isinstance(value, int | float | Decimal):
        return _decimal(str(int(value) if isinstance(value, bool) else value), value)
    found = _AMOUNT.fullmatch(text_of(value))
    if not found:
        raise ValueError(f"is no number ({_shown(value)})")
    text = re.sub(r"[\s'\u2019]", "", found[1])
    if "." in text and "," in text:
        grouping = "," if text.rfind(",") < text.rfind(".") else "."
    else:
        grouping = text[-4] if _GROUPED.fullmatch(text) else ""
    return _decimal(text.replace(grouping, "").replace(",", "."), value)


def truth_of(value: Any) -> bool:
    """Return whether a value says yes."""
    if isinstance(value, bool):
        return value
    word = text_of(value).casefold()
    if word in YES or word in NO:
        return word in YES
    raise ValueError(f"is neither yes nor no ({_shown(value)})")


def moment_of(value: Any, form: str | None = None) -> date | datetime:
    """Return a date or a moment: of ISO 8601, of seconds since 1970, of 31.12.2026, or of the form."""
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _since_1970(value)
    text = text_of(value)
    if form is not None:
        return _formed(text, form)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return _formed(text, "%Y-%m-%d")
    for read in _READERS:
        with suppress(ValueError):
            return read(text)
    raise ValueError(f"is no date ({_shown(value)})")


def date_in(value: date | datetime, zone: tzinfo) -> date:
    """Return the day that a moment falls on in a time zone; without one of its own it is there already."""
    if not isinstance(value, datetime):
        return value
    return (value if value.tzinfo is None else value.astimezone(zone)).date()


def _formed(text: str, form: str) -> date | datetime:
    try:
        moment = datetime.strptime(text, form)  # noqa: DTZ007 - a day has no time zone
    except ValueError:
        raise ValueError(f"is no date ({_shown(text)})") from None
    return moment if re.search("%[HI]", form) else moment.date()


def _since_1970(value: float) -> datetime:
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError):
        raise ValueError(f"is no date ({_shown(value)})") from None


def _decimal(text: str, value: Any) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"is no number ({_shown(value)})") from None
    if not number.is_finite():
        raise ValueError(f"is no number ({_shown(value)})")
    return number


def _digits(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _shown(value: Any) -> str:
    """Return enough of a value for a person to know it by."""
    text = str(value)
    return text if len(text) <= 40 else text[:39] + "…"


_READERS: tuple[Callable[[str], date | datetime], ...] = (
    datetime.fromisoformat,
    *(partial(_formed, form=form) for form in FORMS),
)
