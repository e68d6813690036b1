"""A value as Krayin's kinds of attributes take it; what is written is never shown again, so it must fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from ..settings import Attribute, KrayinSettings
from .markup import cut, one_line
from .reading import date_in, is_empty, local, moment_of, number_of, text_of, truth_of

DECIMALS = Decimal("0.0001")
"""What is finer, Krayin refuses."""
TOO_LARGE = 10**11
"""From here on PHP writes four decimals of a number no longer."""

NO_OPTION = "none of its options"

Fitted = tuple[Any, str]
"""The value, and what of it could not be brought over."""


class Zones(NamedTuple):
    """Whose midnight is meant: the people's who read and write dates, the server's that keeps moments."""

    people: tzinfo
    server: tzinfo | None


def zones_of(settings: KrayinSettings) -> Zones:
    """Return the settings' zones; the server's where it is known."""
    server = settings.server_zone
    return Zones(ZoneInfo(settings.timezone), ZoneInfo(server) if server else None)


def _text(value: Any, _attribute: Attribute, zones: Zones) -> Fitted:
    return cut(one_line(text_of(local(value, zones.people)))), ""


def _textarea(value: Any, _attribute: Attribute, zones: Zones) -> Fitted:
    return cut(text_of(local(value, zones.people))), ""


def _price(value: Any, _attribute: Attribute, _zones: Zones) -> Fitted:
    """Return a number: no sign, at most four decimals (recordings 291 to 298)."""
    number = number_of(value)
    if not 0 <= number < TOO_LARGE:
        raise ValueError(f"is a number that Krayin does not take ({number:f})")
    amount = number.quantize(DECIMALS, ROUND_HALF_UP)
    return (int(amount) if amount == int(amount) else float(amount)), ""


def _boolean(value: Any, _attribute: Attribute, _zones: Zones) -> Fitted:
    return int(truth_of(value)), ""


def _select(value: Any, attribute: Attribute, _zones: Zones) -> Fitted:
    """Return the option's id (recordings 244 and 310)."""
    text = one_line(text_of(value))
    if text.casefold() not in attribute.options:
        raise ValueError(f"is {NO_OPTION} ({text})")
    return attribute.options[text.casefold()], ""


def _choices(value: Any, attribute: Attribute, _zones: Zones) -> Fitted:
    """Return the ids of the options that are there; Krayin wants a list of them."""
    entries = value if isinstance(value, list | tuple) else text_of(value).split(",")
    names = [one_line(text_of(entry)) for entry in entries if not is_empty(entry)]
    chosen = {attribute.options[name.casefold()] for name in names if name.casefold() in attribute.options}
    strange = [name for name in names if name.casefold() not in attribute.options]
    problem = f"has what is {NO_OPTION} ({', '.join(strange)})" if strange else ""
    return sorted(chosen) or None, problem


def _date(value: Any, _attribute: Attribute, zones: Zones) -> Fitted:
    return date_in(moment_of(value), zones.people).isoformat(), ""


def _datetime(value: Any, _attribute: Attribute, zones: Zones) -> Fitted:
    """Return the moment in the server's zone, which Krayin takes every time for (recordings 398 to 400)."""
    if zones.server is None:
        raise ValueError("is a time, and Krayin's time zone is not known; set server_timezone")
    moment = moment_of(value)
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001 - placed below
    placed = moment if moment.tzinfo else moment.replace(tzinfo=zones.people)
    return placed.astimezone(zones.server).strftime("%Y-%m-%d %H:%M:%S"), ""


TYPES: Mapping[str, Callable[[Any, Attribute, Zones], Fitted]] = {
    "text": _text,
    "textarea": _textarea,
    "price": _price,
    "boolean": _boolean,
    "select": _select,
    "multiselect": _choices,
    "checkbox": _choices,
    "date": _date,
    "datetime": _datetime,
}
"""What can be written: e-mails, phones and addresses are lists, look-ups and files lie elsewhere."""
