"""What is written where a customer has no e-mail address or no phone, and how to know it again.

Krayin wants an address for each person, and shows an error page for the leads of one without a phone.
2.1 takes an empty phone; 2.2 turns that into none at all, so there a stand-in is written, which must
differ from person to person.
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import sha256

from ..settings import KrayinSettings
from .phone import digits_of

_DEFAULT_PHONE = str(KrayinSettings.model_fields["placeholder_phone"].default)
_DISTINCT = 6
"""Hexadecimal digits that tell two stand-ins apart that would be one."""


def placeholder_for(phone: str, placeholder: str) -> str:
    """Return the address that stands for a customer who has none."""
    return placeholder.replace("{digits}", digits_of(phone))


def is_placeholder(email: str, placeholder: str) -> bool:
    """Whether an address only stands for one: ours, or any under .invalid, which can't be real."""
    before, _, after = placeholder.partition("{digits}")
    address = email.strip().lower()
    digits = address.removeprefix(before).removesuffix(after)
    return address.endswith(".invalid") or (address == before + digits + after and digits.isdigit())


def no_phone(settings: KrayinSettings, account_id: int, contact_id: int, *, distinct: str = "") -> str:
    """Return what is written as the phone of a customer who has none.

    ``distinct`` is what no other person has, such as the e-mail address: for a second try, where
    Krayin says that somebody has the stand-in already.
    """
    if settings.facts.krayin == "2.1":
        return ""
    pattern = settings.placeholder_phone
    stand_in = pattern.replace("{account}", str(account_id)).replace("{id}", str(contact_id))
    return f"{stand_in}-{sha256(distinct.encode()).hexdigest()[:_DISTINCT]}" if distinct else stand_in


def is_no_phone(value: str, placeholder: str) -> bool:
    """Whether a person's phone is none: empty, or a stand-in by this pattern or by the usual one."""
    text = value.strip()
    return not text or any(_stand_in(pattern).fullmatch(text) for pattern in (placeholder, _DEFAULT_PHONE))


@lru_cache(maxsize=64)
def _stand_in(placeholder: str) -> re.Pattern[str]:
    pattern = re.sub(r"\\\{(?:account|id)\\\}", r"\\d+", re.escape(placeholder))
    return re.compile(rf"{pattern}(?:-[0-9a-f]{{{_DISTINCT}}})?")
