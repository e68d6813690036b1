"""What passes between host and plugin: Chatwoot's records on the way in, outcomes on the way back.

Shapes follow what Chatwoot 4.x sends (webhooks and REST API differ little); unknown keys are
ignored, missing ones have a default, so that a newer Chatwoot does not stop the sync.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, AliasPath, BaseModel, BeforeValidator, ConfigDict, Field, model_validator


def _text_or_none(value: object) -> str | None:
    """Return the text without outer blanks; None for what is empty or no text.

    Lone surrogates and NUL, which JSON can escape, have no place in any CRM.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value).replace("\x00", "").encode(errors="replace").decode().strip()
    return text or None


def _moment(value: object) -> object:
    """Read both of Chatwoot's time formats: unix seconds (int or float) and ISO 8601; 0 means never."""
    if not isinstance(value, int | float):
        return value or None
    try:
        return datetime.fromtimestamp(value, UTC) if value else None
    except (OverflowError, OSError, ValueError):
        return None  # no year that a calendar knows


Text = Annotated[str | None, BeforeValidator(_text_or_none)]
Attributes = dict[str, Any]
Moment = Annotated[datetime | None, BeforeValidator(_moment)]


class _FromChatwoot(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_not_said(cls, data: Any) -> Any:
        """Let defaults stand for null: any column of Chatwoot's may be null."""
        if isinstance(data, Mapping):
            return {key: value for key, value in data.items() if value is not None}
        return data


ADDRESSES = ("email", "phone_number", "identifier")
"""What of a contact, by Chatwoot's names, is one customer's alone."""


def is_identifiable(contact: Mapping[str, Any]) -> bool:
    """Whether anything but a generated name tells this customer, as Chatwoot sends it, from another."""
    if any(_text_or_none(contact.get(name)) for name in ADDRESSES):
        return True
    additional = contact.get("additional_attributes")
    profiles = additional.get("social_profiles") if isinstance(additional, Mapping) else None
    return isinstance(profiles, Mapping) and any(map(_text_or_none, profiles.values()))


class Contact(_FromChatwoot):
    """A customer: what a contact webhook, a conversation's ``meta.sender`` or the API shows."""

    id: int
    name: Text = None
    email: Text = None
    phone: Text = Field(default=None, validation_alias="phone_number")
    """E.164, as Chatwoot keeps it."""
    identifier: Text = None
    """The id the customer has in the shop's own system."""
    labels: tuple[str, ...] = ()
    """Where they are known: webhooks do not carry them, the API is asked for them apart."""
    additional_attributes: Attributes = {}
    custom_attributes: Attributes = {}

    @property
    def identifiable(self) -> bool:
        """Whether anything but a generated name tells this customer from another."""
        said = {"email": self.email, "phone_number": self.phone, "identifier": self.identifier}
        return is_identifiable({**said, "additional_attributes": self.additional_attributes})

    @property
    def company(self) -> str | None:
        """The company's name, where the contact has one."""
        return _text_or_none(self.additional_attributes.get("company_name"))


class Attachment(_FromChatwoot):
    """A file that came with a message; ``url`` is Chatwoot's redirecting address."""

    file_type: str = "file"
    url: Text = Field(default=None, validation_alias="data_url")
    name: Text = Field(default=None, validation_alias="fallback_title")


class Inbox(_FromChatwoot):
    """A place in Chatwoot where conversations come in."""

    id: int
    name: Text = None
    channel: Text = Field(default=None, validation_alias="channel_type")
    """Such as ``Channel::WebWidget``."""


MESSAGE_TYPES = ("incoming", "outgoing", "activity", "template")


def _direction(value: object) -> object:
    """Return the message type's name: conversation payloads number it, message payloads name it."""
    if isinstance(value, int):
        return MESSAGE_TYPES[value] if 0 <= value < len(MESSAGE_TYPES) else "unknown"
    return value


class Message(_FromChatwoot):
    """One message of a conversation."""

    id: int = 0
    content: Text = None
    direction: Annotated[str, BeforeValidator(_direction)] = Field(
        default="incoming", validation_alias="message_type"
    )
    """One of MESSAGE_TYPES, or unknown."""
    private: bool = False
    deleted: Annotated[bool, BeforeValidator(bool)] = Field(
        default=False, validation_alias=AliasPath("content_attributes", "deleted")
    )
    """Chatwoot keeps a deleted message with other words in its place."""
    sender: Text = Field(default=None, validation_alias=AliasPath("sender", "name"))
    sender_email: Text = Field(default=None, validation_alias=AliasPath("sender", "email"))
    created_at: Moment = None
    """When it was written, in UTC."""
    attachments: tuple[Attachment, ...] = ()


def _is_bot(meta: Mapping[str, Any], assignee: Mapping[str, Any]) -> bool:
    """Whether a conversation is assigned to a bot (4.8.0 on); webhooks and API say it differently."""
    return meta.get("assignee_type") == "AgentBot" or assignee.get("type") == "agent_bot"


class Conversation(_FromChatwoot):
    """A conversation as webhooks and the API show it; ``id`` is the display id, unique within an account."""

    id: int
    inbox_id: int | None = None
    channel: Text = Field(
        default=None, validation_alias=AliasChoices("channel", AliasPath("meta", "channel"))
    )
    """Such as ``Channel::WebWidget``; webhooks and API say it in different places."""
    status: str = "open"
    """open, pending, snoozed or resolved."""
    contact: Contact = Field(validation_alias=AliasPath("meta", "sender"))
    assignee: Text = Field(default=None, validation_alias=AliasPath("meta", "assignee", "name"))
    assignee_id: int | None = Field(default=None, validation_alias=AliasPath("meta", "assignee", "id"))
    assignee_email: Text = Field(default=None, validation_alias=AliasPath("meta", "assignee", "email"))
    """Only the API says it; a webhook does not."""
    team: Text = Field(default=None, validation_alias=AliasPath("meta", "team", "name"))
    labels: tuple[str, ...] = ()
    priority: Text = None
    messages: tuple[Message, ...] = ()
    """The last public message, or none: a webhook never carries the whole conversation."""
    custom_attributes: Attributes = {}
    additional_attributes: Attributes = {}
    created_at: Moment = None
    """When it began, in UTC."""
    updated_at: Moment = None
    """When anything of it changed last, in UTC."""
    last_activity_at: Moment = None
    """When something was last said in it, in UTC."""
    first_reply_at: Moment = Field(default=None, validation_alias="first_reply_created_at")
    """When an agent first answered, in UTC."""

    @model_validator(mode="before")
    @classmethod
    def _a_bot_is_no_agent(cls, data: Any) -> Any:
        """Leave a bot's id out: bots are numbered apart, and an agent has the same number."""
        meta = data.get("meta") if isinstance(data, Mapping) else None
        assignee = meta.get("assignee") if isinstance(meta, Mapping) else None
        if isinstance(meta, Mapping) and isinstance(assignee, Mapping) and _is_bot(meta, assignee):
            return {**data, "meta": {**meta, "assignee": {"name": assignee.get("name")}}}
        return data


CHANGES = ("assignee", "custom_attributes", "first_reply", "labels", "message", "priority", "status", "team")
"""What can change of a conversation, by our names."""
Action = Literal["created", "updated", "linked", "left", "deleted"]


@dataclass(frozen=True)
class Change:
    """What became of one CRM record: its kind (person, lead …), its id there, and a word why."""

    kind: str
    action: Action
    remote_id: str
    note: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a plugin did with one event: the records it touched, or why it did nothing."""

    changes: tuple[Change, ...] = ()
    ignored: str = ""
    """A sentence, where this plugin wants nothing to do with the record (no e-mail and no phone, say)."""

    @property
    def state(self) -> Literal["applied", "unchanged", "ignored"]:
        """The delivery's final state that this outcome means."""
        if any(change.action != "left" for change in self.changes):
            return "applied"
        return "ignored" if self.ignored else "unchanged"

    def __add__(self, other: Outcome) -> Outcome:
        """Return both outcomes as one: a conversation that first had to bring its customer along."""
        return Outcome(self.changes + other.changes, other.ignored or self.ignored)


LineState = Literal["ok", "warning", "failed", "skipped"]
"""As it should be; works, with a drawback; stops the setup; not looked at this time."""


@dataclass(frozen=True)
class ReportLine:
    """One line of a setup report: what was looked at, what was found, and how that is.

    ``fix`` says what to do where it is not as it should be.
    """

    name: str
    found: str
    state: LineState = "ok"
    fix: str = ""

    @property
    def told(self) -> str:
        """What was found and what to do, where both stand in one place."""
        return f"{self.found} {self.fix}".rstrip()


@dataclass(frozen=True)
class SetupResult:
    """What ``setup`` found: settings to store beside the given ones, and a report for a person."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    """By the names of the plugin's own settings; JSON."""
    report: tuple[ReportLine, ...] = ()


@dataclass(frozen=True)
class Choice:
    """Something that a setting can be: the value that is stored, and what a person reads.

    A title is shown as it is, as the CRM's own names are; one that the plugin says ``in_english`` is looked
    up among its translations.
    """

    value: str
    title: str
    in_english: bool = False


@dataclass(frozen=True)
class PluginInfo:
    """What a plugin says of itself: ``title`` for people, the settings' model, the kinds of its links."""

    title: str
    settings: type[BaseModel]
    kinds: tuple[str, ...]
    """The first is the customer's own record."""
    ids: str = r"[\w.:-]{1,255}"
    """What every id of this CRM matches as a whole: ids from elsewhere are checked by it."""
    hook_api: int = 1
    """The version of the hooks that the plugin was written for, as a number: not crmhost.HOOK_API itself."""
    locales: Path | None = None
    """The folder of the translations of its settings' titles and descriptions, as gettext lays them out."""
    summary: str = ""
    """In one line, what it brings where; among the translations too."""
    logo: str = ""
    """An SVG, square, shown as an image of about 40 pixels: it runs and fetches nothing there."""
    tier: Literal["bronze", "silver", "gold", "platinum"] | None = None
    """What the contract awards it; ``crmhost certify`` proves it."""


@dataclass(frozen=True)
class Costs:
    """What a contact, and a conversation with its end, takes in calls to the CRM, and how many it allows."""

    contact: float
    conversation: float
    per_minute: int
    """Calls that may be made in a minute, by all workers together."""


@dataclass(frozen=True)
class Imagined:
    """Of a write that a preview does not send: what the CRM has ``now``, by the names that the write uses,
    and the ``answer`` (JSON) that it would give."""

    now: Mapping[str, Any]
    answer: Any


@dataclass(frozen=True)
class Expected:
    """The customers and conversations a stand-in CRM should hold, each once, and nothing else."""

    contacts: tuple[Contact, ...]
    conversations: tuple[Conversation, ...]
