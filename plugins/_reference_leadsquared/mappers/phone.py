"""Phone numbers as LeadSquared has them."""

from __future__ import annotations

import phonenumbers


def to_mobile(phone: str) -> str:
    """Return ``+44-7700900123``; as it is where the country is not known."""
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return phone
    if not phonenumbers.is_possible_number(number):
        return phone
    return f"+{number.country_code}-{phonenumbers.national_significant_number(number)}"
