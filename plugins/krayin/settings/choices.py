"""The settings of a connection, by what they are about, but for leads. The README has them in this order."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from crmhost import HeaderSecret, Pairs, Words, pairs

from .mapping import checked_mapping
from .values import (
    Ids,
    Zone,
    address,
    attribute_code,
    channels,
    email_pattern,
    no_comma,
    phone_pattern,
    region,
    token,
    zone,
)

Rule = Literal["merge", "chatwoot_wins", "fill_empty", "never"]
RULED = (
    "name",
    "email",
    "phone",
    "job_title",
    "organization",
    "address",
    "lead_title",
    "lead_description",
    "lead_value",
)
"""The fields that can have a rule, beside mapped attributes such as person.plan."""


def _ruled(rules: dict[str, Rule]) -> dict[str, Rule]:
    for name in rules:
        if name not in RULED and not name.startswith(("person.", "lead.")):
            raise ValueError(f"there is no field {name}; there are {', '.join(RULED)}, person.… and lead.…")
    return rules


class Reach(BaseModel):
    """Which Krayin, and how hard it is asked."""

    model_config = ConfigDict(title="Krayin")

    api_url: Annotated[str, AfterValidator(address)] = Field(
        title="Krayin's address",
        description="Such as https://crm.example.com; a page's address, as the browser shows it, will do.",
        json_schema_extra={"visible": True},
    )
    api_token: Annotated[HeaderSecret, BeforeValidator(token)] = Field(
        title="API token",
        description="Of a Krayin user made for this: a login through the API deletes a user's older tokens.",
    )
    calls_per_minute: int = Field(
        300,
        ge=1,
        title="Calls a minute",
        description="Where Krayin itself names no limit (2.2 does not; 2.1 allows 60).",
    )
    calls_at_once: int = Field(4, ge=1, title="Calls at once", description="By all workers together.")
    server_timezone: Zone = Field(
        None,
        title="Krayin's time zone",
        description="APP_TIMEZONE of the Krayin server; without it setup finds out.",
    )


class Which(BaseModel):
    """Which customers and conversations are brought over; nothing set means all."""

    model_config = ConfigDict(title="Which customers")

    only_inboxes: Ids = Field(
        (), title="Only inboxes", description="Ids of the Chatwoot inboxes whose customers go to Krayin."
    )
    only_labels: Words = Field(
        (),
        title="Only labels",
        description="A customer goes to Krayin with the first conversation that has one of these labels.",
    )
    only_attributes: Pairs = Field(
        {},
        title="Only attributes",
        description="Contact attributes that must have these values, such as plan=pro, country=CZ.",
    )


class People(BaseModel):
    """Persons, their organizations, and what goes for all records."""

    model_config = ConfigDict(title="Persons")

    create_person: bool = Field(
        True,
        title="Make persons",
        description="Make a person for each customer who is not in Krayin, and keep it up to date.",
    )
    sync_organizations: bool = Field(
        True,
        title="Set organizations",
        description="Put persons into the organization named as the customer's company; make it if need be.",
    )
    field_rules: Annotated[dict[str, Rule], BeforeValidator(pairs("=")), AfterValidator(_ruled)] = Field(
        {},
        title="Rules for fields",
        description="Such as name=fill_empty, job_title=never; without one merge: what the sales team "
        "changed stays. chatwoot_wins overwrites it.",
    )
    attributes: Annotated[Pairs, AfterValidator(checked_mapping)] = Field(
        {},
        title="Attributes",
        description="Where Chatwoot's attributes go, such as person.plan=contact.plan, "
        "lead.budget=conversation.budget|number.",
    )
    sync_tags: Literal["none", "persons", "leads", "both"] = Field(
        "none",
        title="Tags",
        description="Whose tags Chatwoot's labels become: none, persons, leads or both.",
        json_schema_extra={"visible": True},
    )
    protect_checkboxes: bool = Field(
        True,
        title="Protect checkboxes",
        description="Read a yes-or-no attribute before each write, which would reset it; where there are "
        "several, withhold the write. Costs a call a write.",
    )
    reference_attribute: Annotated[str, AfterValidator(attribute_code)] = Field(
        "chatwoot_ref",
        title="Reference attribute",
        description="Code of a unique text attribute, which setup makes: Krayin itself then refuses a "
        "double. Empty for none.",
    )
    placeholder_email: Annotated[str, AfterValidator(email_pattern)] = Field(
        "{digits}@phone.invalid",
        title="Address where there is none",
        description="Krayin wants an e-mail address for each person: this, with the phone's digits.",
    )
    placeholder_phone: Annotated[str, AfterValidator(phone_pattern)] = Field(
        "no phone {account}-{id}",
        title="Phone where there is none",
        description="Krayin 2.2 shows an error page for the leads of a person without one.",
    )
    phone_region: Annotated[str, AfterValidator(region)] = Field(
        "",
        title="Country of phones",
        description="Two letters such as GB: whose numbers people write without +44.",
    )
    on_deleted: Literal["recreate", "leave"] = Field(
        "recreate",
        title="When deleted",
        description="What to do when a person, organization, lead or activity is needed again that was "
        "deleted in Krayin.",
    )
    mirror_ids: bool = Field(
        False,
        title="Ids in Chatwoot",
        description="Keep Krayin's ids with the contact in Chatwoot; needs a Chatwoot token.",
        json_schema_extra={"visible": True},
    )


class Conversations(BaseModel):
    """What is noted of conversations."""

    model_config = ConfigDict(title="Conversations")

    sync_activities: bool = Field(
        True,
        title="Note conversations",
        description="Keep an activity in Krayin for each conversation.",
        json_schema_extra={"visible": True},
    )
    activity_types: Annotated[
        dict[str, Literal["note", "call", "meeting", "lunch", "task", "email"]],
        BeforeValidator(pairs("=")),
        AfterValidator(channels),
    ] = Field(
        {},
        title="Types by channel",
        description="Such as Voice=call, Email=task; the others are notes.",
    )
    invite_customers: bool = Field(
        False,
        title="Invite customers",
        description="Make the customer a participant of calls and meetings: Krayin then e-mails them.",
    )
    transcript: bool = Field(
        True,
        title="Transcript",
        description="Write the messages into the activity when it is resolved.",
        json_schema_extra={"visible": True},
    )
    private_notes: bool = Field(
        False, title="Private notes", description="Write the agents' private notes there too."
    )
    timezone: Annotated[str, AfterValidator(zone)] = Field(
        "UTC", title="Time zone", description="Of transcripts and mapped dates, such as Europe/Prague."
    )
    chatwoot_name: Annotated[str, AfterValidator(no_comma)] = Field(
        "Chatwoot",
        max_length=100,
        title="Chatwoot's name",
        description="Begins titles of notes and references. Chatwoots sharing a Krayin need different ones.",
    )
