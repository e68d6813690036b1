"""What a person tells about their Krayin, and what setup found there."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from .card import OnCard
from .choices import Conversations, People, Reach, Rule, Which
from .facts import CLOSED_CODES, ENTITIES, Attribute, Entity, Facts, Stage, target_of
from .lead_choices import Defaults, LeadChoices, StageRules

__all__ = [
    "CLOSED_CODES",
    "ENTITIES",
    "Attribute",
    "Defaults",
    "Entity",
    "Facts",
    "KrayinSettings",
    "Rule",
    "Stage",
    "target_of",
]


class KrayinSettings(OnCard, Conversations, StageRules, LeadChoices, People, Which, Reach):
    """The settings of one connection to a Krayin; ``facts`` are not for a person to set."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    facts: Facts = Field(
        Facts(), title="Facts", description="What setup found in Krayin; not to be set.", repr=False
    )

    def rule(self, field: str) -> Rule:
        """Return how a field is brought in: ``name``, ``lead_title``, ``person.plan``."""
        return self.field_rules.get(field, "merge")

    @property
    def server_zone(self) -> str | None:
        """The zone of Krayin's clock: as it was set, or as setup found it; None where nobody knows."""
        return self.server_timezone or self.facts.timezone

    @property
    def allowed_per_minute(self) -> int:
        """The calls that may be made in a minute: what Krayin says, or what is polite."""
        return self.facts.limit or self.calls_per_minute

    @property
    def leads(self) -> bool:
        """Whether leads are made at all."""
        return self.create_lead and self.lead_policy != "none"

    def is_closed(self, stage: Stage) -> bool:
        """Whether leads in this stage are won or lost."""
        return stage.id in self.closed_stage_ids or stage.code in CLOSED_CODES

    def has_reference(self, entity: Entity) -> bool:
        """Whether records of this entity carry our unique reference."""
        return bool(self.reference_attribute) and entity in self.facts.references
