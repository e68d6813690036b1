"""Reading what a person typed: each function makes a value of a text, or refuses it in a clause."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from crmhost import items

_PASTED_TAIL = re.compile(r"/(?:admin|api)(?:/.*)?$")


def address(value: str) -> str:
    """Return the address that /api/v1 is appended to, whichever page of Krayin was pasted."""
    parts = urlsplit(value.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("it needs http:// or https:// and a host, such as https://crm.example.com")
    if parts.username is not None:
        raise ValueError("leave user name and password out of it; Krayin is asked with the API token")
    return f"{parts.scheme}://{parts.netloc}{_PASTED_TAIL.sub('', parts.path.rstrip('/'))}".rstrip("/")


def token(value: object) -> object:
    """Return the bare token: people paste what goes before it, and the line's end, along."""
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    return re.sub(r"^bearer\s+", "", text.strip(), flags=re.IGNORECASE) if isinstance(text, str) else text


def no_comma(value: str) -> str:
    """Refuse a comma: Krayin reads one in a search as the word «or». Outer blanks it would cut off."""
    if "," in value or not value.strip():
        raise ValueError("it can't be empty or have a comma")
    return value.strip()


def email_pattern(value: str) -> str:
    """Refuse a pattern that would give everybody one address."""
    before, digits, after = value.strip().lower().partition("{digits}")
    if not digits or "@" not in after or "{" in before + after:
        raise ValueError("it needs {digits} before the @, such as {digits}@phone.invalid")
    return before + digits + after


def phone_pattern(value: str) -> str:
    """Refuse a pattern that would give two persons one phone."""
    if "{id}" not in value or set(re.findall(r"\{.*?\}", value)) - {"{id}", "{account}"}:
        raise ValueError("it needs {id}, such as no phone {account}-{id}")
    return value.strip()


def attribute_code(value: str) -> str:
    """Refuse what Krayin does not take as the code of an attribute; nothing at all is an answer too."""
    if value and not re.fullmatch(r"[A-Za-z]\w*", value, re.ASCII):
        raise ValueError("an attribute's code has letters, digits and _ only")
    return value


def region(value: str) -> str:
    """Refuse what is no country's two letters; nothing at all is an answer too."""
    if value and not re.fullmatch(r"[A-Za-z]{2}", value):
        raise ValueError("it is a country's two letters, such as GB")
    return value.upper()


def zone(value: str) -> str:
    """Return the time zone's name, or refuse it."""
    try:
        return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("there is no such time zone; it is called such as Europe/Prague") from None


def channels(types: dict[str, str]) -> dict[str, str]:
    """Return the types by the channel's last part; Krayin takes an "email" for one of the mails it holds."""
    if "email" in types.values():
        raise ValueError(
            "no conversation can be an email in Krayin, which would open another mail: take task"
        )
    return {name.rpartition("::")[2].lower(): type_ for name, type_ in types.items()}


def nothing(value: object) -> object:
    """Return None for an empty text: an emptied field of a form."""
    return None if isinstance(value, str) and not value.strip() else value


Id = Annotated[Annotated[int, Field(gt=0)] | None, BeforeValidator(nothing)]
Ids = Annotated[tuple[Annotated[int, Field(gt=0)], ...], BeforeValidator(items)]
Zone = Annotated[Annotated[str, AfterValidator(zone)] | None, BeforeValidator(nothing)]
