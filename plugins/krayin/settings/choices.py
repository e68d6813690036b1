"""The settings of a connection, by what they are about. The README shows them in this order."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from crmhost import HeaderSecret, Pairs, Words, pairs, tree

from .mapping import checked_mapping
from .values import (
    Id,
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


class Defaults(BaseModel):
    """Where a lead goes, where that is not as for the others."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pipeline_id: Id = None
    stage_id: Id = None
    source_id: Id = None
    type_id: Id = None


class Reach(BaseModel):
    """Which Krayin, and how hard it is asked."""

    model_config = ConfigDict(title="Krayin")

    api_url: Annotated[str, AfterValidator(address)] = Field(
        title="Krayin's address",
        description="Such as https://crm.example.com; a page's address, as the browser shows it, will do.",
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
        "none", title="Tags", description="Whose tags Chatwoot's labels become: none, persons, leads or both."
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
    )


class LeadChoices(BaseModel):
    """Leads: when there is one, what it says, where it goes."""

    model_config = ConfigDict(title="Leads")

    create_lead: bool = Field(
        True, title="Make leads", description="Make leads at all; the policy says how many."
    )
    lead_policy: Literal["one_per_person", "one_per_conversation", "none"] = Field(
        "one_per_person",
        title="How many leads",
        description="One open lead for each customer (one_per_person), one_per_conversation, or none.",
    )
    closed_leads: Literal["leave", "reopen", "new"] = Field(
        "leave",
        title="Closed leads",
        description="What a new conversation does to a customer's lead that is won or lost: leave it, reopen "
        "it, or make a new one.",
    )
    lead_title: str = Field(
        "{name}",
        min_length=1,
        title="Lead's title",
        description="May hold {name}, {email}, {phone}, {company}, {id}, {inbox}, {contact.KEY}, "
        "{conversation.KEY} and {additional.KEY}.",
    )
    lead_description: str = Field("", title="Lead's description", description="The same may be in it.")
    lead_value: str = Field(
        "0", title="Lead's value", description="A number, or such as {contact.deal_value}."
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
    leads_by_inbox: Annotated[dict[int, Defaults], BeforeValidator(tree)] = Field(
        {},
        title="Leads by inbox",
        description='JSON, such as {"7": {"pipeline_id": 2, "source_id": 4}}: other places for an inbox\'s '
        "leads.",
    )
    closed_stage_ids: Ids = Field(
        (), title="Closed stages", description="The stages that count as won or lost; setup finds them."
    )
    assignee_owns_lead: bool = Field(
        False,
        title="Assignee owns the lead",
        description="Make the agent of the conversation the owner of a lead that has none, by e-mail.",
    )


class StageRules(BaseModel):
    """What moves a lead: stages are named by code or id."""

    model_config = ConfigDict(title="Stages")

    stage_on_created: str = Field(
        "",
        title="Stage at the start",
        description="Of a lead when a conversation begins: by its code, such as prospect, or its number.",
    )
    stage_on_first_reply: str = Field(
        "", title="Stage at the first reply", description="Of a lead when an agent has answered."
    )
    stage_on_resolved: str = Field(
        "", title="Stage at the end", description="Of a lead when its conversation is resolved."
    )
    stage_rules: Pairs = Field(
        {},
        title="Stages by rule",
        description="Such as priority:urgent=negotiation, label:vip=prospect, status:pending=follow-up.",
    )
    auto_qualify: bool = Field(
        False,
        title="Qualify by itself",
        description="Move a lead from its first stage to the next when its conversation is resolved.",
    )
    allow_backwards: bool = Field(
        False,
        title="Allow backwards",
        description="Let rules move a lead back, out of won or lost, or into another pipeline.",
    )


class Conversations(BaseModel):
    """What is noted of conversations."""

    model_config = ConfigDict(title="Conversations")

    sync_activities: bool = Field(
        True, title="Note conversations", description="Keep an activity in Krayin for each conversation."
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
        True, title="Transcript", description="Write the messages into the activity when it is resolved."
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
