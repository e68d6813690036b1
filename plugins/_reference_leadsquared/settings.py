"""What a person tells about their LeadSquared, and what setup found there."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from crmhost import HeaderSecret, Pairs


class Facts(BaseModel):
    """What setup learnt; unknown keys are left out, so that an older plugin reads what a newer one kept."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    api_url: str = ""
    """Where the account's API is, /v2 included."""
    organization: str = ""
    """The account's short code: who shares it shares its limit of calls."""
    timezone: str = "UTC"
    conversation_code: int | None = None
    transcript_code: int | None = None


class LeadSquaredSettings(BaseModel):
    """The settings of one connection, by the names that Chatwoot's own integration has for them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    access_key: HeaderSecret = Field(
        title="Access key", description="Of an administrator: My Account, Settings, API and Webhooks."
    )
    secret_key: HeaderSecret = Field(title="Secret key", description="The one beside the access key.")
    api_url: str = Field(
        "https://api.leadsquared.com",
        title="Address",
        description="Of any LeadSquared host: setup asks it for the account's own.",
        json_schema_extra={"visible": True},
    )
    brand: str = Field(
        "Chatwoot",
        title="Brand",
        description="What leads have as their source, and activities in their names.",
    )
    attributes: Pairs = Field(
        {},
        title="Attributes",
        description="Which attributes of the contact go where, such as Company=company_name.",
    )
    enable_conversation_activity: bool = Field(
        True,
        title="Note conversations",
        description="An activity when a conversation begins.",
        json_schema_extra={"visible": True},
    )
    conversation_activity_score: int = Field(
        0,
        title="Score of a conversation",
        description="Of the activity's type, where setup makes it.",
        json_schema_extra={"visible": True},
    )
    enable_transcript_activity: bool = Field(
        True,
        title="Note transcripts",
        description="An activity with what was said, when it is resolved.",
        json_schema_extra={"visible": True},
    )
    transcript_activity_score: int = Field(
        0,
        title="Score of a transcript",
        description="Of the activity's type, where setup makes it.",
        json_schema_extra={"visible": True},
    )
    in_doubt: Literal["ask", "repeat"] = Field(
        "repeat",
        title="In doubt",
        description="Where LeadSquared did not say if it took an activity: ask a person, or repeat it.",
    )
    mirror_ids: bool = Field(
        False, title="Ids in Chatwoot", description="Keep the lead's id with the contact; needs a token."
    )
    calls: int = Field(
        10,
        ge=1,
        title="Calls in five seconds",
        description="By all workers together; the plan says how many.",
    )
    calls_at_once: int = Field(4, ge=1, title="Calls at once", description="By all workers together.")
    facts: Facts = Field(Facts(), title="Facts", description="What setup found; not to be set.", repr=False)

    @property
    def crm(self) -> str:
        """What all connections to this account call it: they share its customers and its limit of calls."""
        return f"leadsquared {self.facts.organization}"
