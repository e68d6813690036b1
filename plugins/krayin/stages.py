"""Moving a lead: forward within its pipeline, unless the settings allow more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crmhost import SetUpAgain

from .clients.leads import STAGE
from .edits import LeadEdit
from .rules import QUALIFY, Wish
from .settings import KrayinSettings, Stage


def move(edit: LeadEdit, wishes: Sequence[Wish]) -> None:
    """Let the edit move the lead to the stage that is wished, or say why it stays; of several, the furthest.

    Where moving backwards is allowed, the last wish counts: it is the most special one.
    """
    if not wishes:
        return
    settings = edit.settings
    here = _stage(settings, edit.lead.get(STAGE))
    allowed, refused = [], []
    for wish in wishes:
        stage = _wished(settings, here, wish.stage)
        if stage is None and wish.stage != QUALIFY:
            refused.append(f"Lead {edit.id} stays in {here.name}. Krayin has no stage {wish.stage}.")
        if stage is None or stage == here:
            continue
        why_not = _why_not(edit, here, stage)
        if why_not:
            refused.append(f"Lead {edit.id} stays in {here.name}. {why_not}")
        else:
            allowed.append((stage, wish))
    if allowed:
        stage, wish = allowed[-1] if settings.allow_backwards else max(allowed, key=_how_far)
        edit.change(STAGE, stage.id, f"Moved from {here.name} to {stage.name}: {wish.why}.")
    else:
        for sentence in dict.fromkeys(refused):
            edit.note(sentence)


def _stage(settings: KrayinSettings, stage_id: object) -> Stage:
    for stage in settings.facts.stages:
        if stage.id == stage_id:
            return stage
    raise SetUpAgain(
        f"Stage {stage_id} was not there when the connection was set up.", at_most=3, fix="See crmhost check."
    )


def _wished(settings: KrayinSettings, here: Stage, wanted: str) -> Stage | None:
    """Return the stage by id, or by code: the lead's own pipeline has it, or else another one."""
    stages = settings.facts.stages
    if wanted == QUALIFY:
        return _after_the_first(settings, here)
    by_id = [stage for stage in stages if str(stage.id) == wanted.strip()]
    by_code = [stage for stage in stages if stage.code.casefold() == wanted.strip().casefold()]
    own = [stage for stage in by_code if stage.pipeline_id == here.pipeline_id]
    return next(iter((*by_id, *own, *by_code)), None)


def _after_the_first(settings: KrayinSettings, here: Stage) -> Stage | None:
    """Return the stage after the first of the lead's pipeline; None where the lead is not in the first."""
    opened = _in_order(
        stage
        for stage in settings.facts.stages
        if stage.pipeline_id == here.pipeline_id and not settings.is_closed(stage)
    )
    return opened[1] if len(opened) > 1 and opened[0] == here else None


def _why_not(edit: LeadEdit, here: Stage, wanted: Stage) -> str:
    """Return why a rule may not do this; "" where it may."""
    if edit.settings.allow_backwards:
        return ""
    if not edit.is_open:
        return "It is closed."
    if wanted.pipeline_id != here.pipeline_id:
        return f"{wanted.name} is in another pipeline."
    if wanted.position < here.position:
        return f"{wanted.name} is behind it."
    return ""


def _how_far(allowed: tuple[Stage, Wish]) -> int:
    return allowed[0].position


def _in_order(stages: Iterable[Stage]) -> list[Stage]:
    return sorted(stages, key=lambda stage: stage.position)
