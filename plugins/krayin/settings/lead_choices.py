"""What the settings say of leads: when there is one, where it goes, what moves it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from crmhost import Pairs, tree

from .values import Id, Ids


class Defaults(BaseModel):
    """Where a lead goes, where that is not as for the others."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pipeline_id: Id = Field(None, title="Pipeline")
    stage_id: Id = Field(None, title="Stage")
    source_id: Id = Field(None, title="Source")
    type_id: Id = Field(None, title="Type")


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
        json_schema_extra={"visible": True},
    )
    closed_leads: Literal["leave", "reopen", "new"] = Field(
        "leave",
        title="Closed leads",
        description="What a new conversation does to a customer's lead that is won or lost: leave it, reopen "
        "it, or make a new one.",
        json_schema_extra={"visible": True},
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
        description="Other places for an inbox's leads, where a row names some; on the command line JSON, "
        'such as {"7": {"pipeline_id": 2, "source_id": 4}}.',
    )
    closed_stage_ids: Ids = Field(
        (), title="Closed stages", description="The stages that count as won or lost; setup finds them."
    )
    owner_id: Id = Field(
        None, title="Owner", description="The Krayin user who owns new leads that no agent does."
    )
    assignee_owns_lead: bool = Field(
        False,
        title="Assignee owns the lead",
        description="Make the agent of the conversation the owner of a lead that has none, by e-mail.",
        json_schema_extra={"visible": True},
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
