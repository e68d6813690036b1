"""What a person tells about their Krayin, and what setup found there."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

_PASTED_TAIL = re.compile(r"/(?:admin|api)(?:/.*)?$")


def _address(value: str) -> str:
    """Return the address that /api/v1 is appended to, whichever page of Krayin was pasted."""
    parts = urlsplit(value.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("it needs http:// or https:// and a host, such as https://crm.example.com")
    if parts.username is not None:
        raise ValueError("leave user name and password out of it; Krayin is asked with the API token")
    return f"{parts.scheme}://{parts.netloc}{_PASTED_TAIL.sub('', parts.path.rstrip('/'))}".rstrip("/")


def _token(value: object) -> object:
    """Return the bare token: people paste what goes before it, and the line's end, along."""
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    return re.sub(r"^bearer\s+", "", text.strip(), flags=re.IGNORECASE) if isinstance(text, str) else text


def _printable(value: SecretStr) -> SecretStr:
    """Refuse what can't be sent in a header."""
    text = value.get_secret_value()
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("it is one line of letters and digits such as 3|abc…, without blanks")
    return value


def _number_or_none(value: object) -> object:
    """Return None for an empty text: an emptied field of a form."""
    return None if isinstance(value, str) and not value.strip() else value


def _numbers(value: object) -> object:
    """Return the numbers of ``5,6``: the command line has only texts."""
    return [part for part in value.replace(",", " ").split() if part] if isinstance(value, str) else value


def _no_comma(value: str) -> str:
    """Refuse a comma: Krayin reads one in a search as the word «or». Outer blanks it would cut off."""
    if "," in value or not value.strip():
        raise ValueError("it can't be empty or have a comma")
    return value.strip()


def _placeholder(value: str) -> str:
    """Refuse a pattern that would give everybody one address."""
    before, digits, after = value.strip().lower().partition("{digits}")
    if not digits or "@" not in after or "{" in before + after:
        raise ValueError("it needs {digits} before the @, such as {digits}@phone.invalid")
    return before + digits + after


Id = Annotated[Annotated[int, Field(gt=0)] | None, BeforeValidator(_number_or_none)]


class KrayinSettings(BaseModel):
    """The settings of one connection to a Krayin."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    api_url: Annotated[str, AfterValidator(_address)] = Field(
        title="Krayin's address",
        description="Such as https://crm.example.com; a page's address, as the browser shows it, will do.",
    )
    api_token: Annotated[SecretStr, BeforeValidator(_token), AfterValidator(_printable)] = Field(
        title="API token",
        description="Of a Krayin user made for this: a login through the API deletes a user's older tokens.",
    )
    create_person: bool = Field(
        True,
        title="Make persons",
        description="Make a person for each customer who is not in Krayin, and keep it up to date.",
    )
    create_lead: bool = Field(
        True, title="Make leads", description="Make a lead for each customer who has no open one."
    )
    sync_activities: bool = Field(
        True, title="Note conversations", description="Keep a note in Krayin for each conversation."
    )
    sync_organizations: bool = Field(
        True,
        title="Set organizations",
        description="Put persons into the organization named as the customer's company; make it if need be.",
    )
    pipeline_id: Id = Field(
        None, title="Pipeline", description="Where new leads go; without it Krayin's default pipeline."
    )
    stage_id: Id = Field(
        None, title="Stage", description="The stage of new leads; without it the pipeline's first."
    )
    source_id: Id = Field(
        None,
        title="Source",
        description="The source of new leads; without it Chatwoot or Web, if there is one.",
    )
    type_id: Id = Field(None, title="Type", description="The type of new leads; without it the first.")
    closed_stage_ids: Annotated[tuple[int, ...], BeforeValidator(_numbers)] = Field(
        (), title="Closed stages", description="The stages that count as won or lost; setup finds them."
    )
    placeholder_email: Annotated[str, AfterValidator(_placeholder)] = Field(
        "{digits}@phone.invalid",
        title="Address where there is none",
        description="Krayin wants an e-mail address for each person: this, with the phone's digits.",
    )
    chatwoot_name: Annotated[str, AfterValidator(_no_comma)] = Field(
        "Chatwoot",
        max_length=100,
        title="Chatwoot's name",
        description="Begins the titles of notes. Two Chatwoots that share a Krayin need different names.",
    )
