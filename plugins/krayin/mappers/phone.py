"""Phone numbers: one way to write them, and how to know one again that people wrote otherwise."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers

ENOUGH_DIGITS = 7
"""A shorter number is written the same nowhere but where it was typed."""


def to_e164(text: str, region: str = "") -> str:
    """Return the number as ``+442079460000``; as it is where its country or its sense is not known.

    ``region`` (``GB``) is whose numbers people write without +44. A number with an extension stays
    whole: without it, it would be the switchboard's.
    """
    number = _parsed(text, region)
    if number is None or number.extension:
        return text.strip()
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_same_phone(theirs: str, ours: str, region: str = "") -> bool:
    """Whether two numbers are one, however they are written; a national one needs its region."""
    if digits_of(theirs) == digits_of(ours) != "":
        return True
    one, other = _parsed(theirs, region), _parsed(ours, region)
    return one is not None and other is not None and _identity(one) == _identity(other)


def digits_of(phone: str) -> str:
    """Return what tells one phone from another: its digits, without 00 for the + in front."""
    return re.sub(r"[^0-9]", "", phone).removeprefix("00")


def common_digits(phone: str, region: str = "") -> str:
    """Return the digits that each way to write the number has; at home people leave out the country's."""
    number = _parsed(phone, region)
    if number is not None and region and number.country_code == _country_code(region):
        national = phonenumbers.national_significant_number(number)
        if len(national) >= ENOUGH_DIGITS:
            return national
    return digits_of(phone)


def is_region(region: str) -> bool:
    """Whether two letters are those of a country, as phone numbers know it: GB, and not UK."""
    return _country_code(region) != 0


def _country_code(region: str) -> int:
    return phonenumbers.country_code_for_region(region)


@lru_cache(maxsize=4096)
def _parsed(text: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, region or None)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None


def _identity(number: phonenumbers.PhoneNumber) -> tuple[str, str]:
    plain = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return plain, number.extension or ""
