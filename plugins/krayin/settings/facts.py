"""What setup learnt about one Krayin, kept with the connection: it costs no call to look at again."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from .values import Zone

Entity = Literal["persons", "leads"]
ENTITIES: tuple[Entity, ...] = ("persons", "leads")
CLOSED_CODES = ("won", "lost")
"""What Krayin itself calls the stages of leads that are closed."""


def target_of(entity: Entity, code: str) -> str:
    """Return an attribute as the settings name it, such as ``person.plan``."""
    return f"{entity.removesuffix('s')}.{code}"


class Fact(BaseModel):
    """A thing that setup found; unknown keys are left out, so that an older one reads what a newer kept."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Stage(Fact):
    """A stage of a pipeline; ``position`` orders the stages of one pipeline."""

    id: int
    code: str
    name: str
    pipeline_id: int
    position: int


class Attribute(Fact):
    """An attribute that a setting names: its kind of value, and its options' ids by lower-case name."""

    entity: Entity
    id: int
    code: str
    type: str
    options: dict[str, int] = {}


class Facts(Fact):
    """All of them; the defaults are what was known before setup looked: a Krayin 2.1 and nothing more."""

    krayin: Literal["2.1", "2.2"] = "2.1"
    """2.2 turns empty texts into null, has no rate limit, and no place for a customer without phone."""
    rest: Literal["2.1.1", "2.2.0"] = "2.1.1"
    """2.2.0 checks the names of filters, and tags; a lead without its stage jumps to the first."""
    limit: int | None = Field(default_factory=lambda known: 60 if known.get("krayin") == "2.1" else None)
    """Requests that Krayin allows a minute, as its answers say; None where they say nothing."""
    user_id: int | None = None
    """Whose the token is: all tokens of one user share one allowance."""
    timezone: Zone = None
    """The server's: times are sent in it, and dates come back shifted by it."""
    stages: tuple[Stage, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    references: frozenset[Entity] = frozenset()
    """Which records have the unique reference attribute."""
    checkboxes: dict[Entity, tuple[str, ...]] = {}
    """The codes of yes-or-no attributes, which every write resets and no answer shows."""
