"""Where new leads go: pipeline, stage, source, type; and the stages that rules and settings name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crmhost import SettingsError

from ..settings import CLOSED_CODES, Defaults, KrayinSettings, Stage
from .rows import Row, chosen, existing, named

PREFERRED_SOURCES = ("chatwoot", "web")
SAID: Mapping[str, frozenset[str]] = {
    "status": frozenset({"open", "pending", "snoozed", "resolved"}),
    "priority": frozenset({"low", "medium", "high", "urgent"}),
    "label": frozenset(),
}
"""What Chatwoot says of a conversation that a rule can be about; any word is a label."""


@dataclass(frozen=True)
class Places:
    """All that a lead can be put into, as Krayin lists it."""

    pipelines: Sequence[Row]
    sources: Sequence[Row]
    types: Sequence[Row]

    @property
    def stages(self) -> list[Row]:
        """The stages of all pipelines, each pipeline's in their order."""
        return [stage for pipeline in self.pipelines for stage in stages_of(pipeline)]


def default_places(places: Places, settings: KrayinSettings) -> tuple[Row, Row, Row, Row]:
    """Return pipeline, stage, source and type of new leads: what is set, or else a sensible one."""
    pipeline = _pipeline(places, settings)
    where = f" in the pipeline {named(pipeline)}"
    stage = chosen("stage", stages_of(pipeline), settings.stage_id, _first_stage, where, needed=True)
    source = chosen("source", places.sources, settings.source_id, _preferred_source)
    return pipeline, stage, source, chosen("type", places.types, settings.type_id, _first)


def closed_stages(places: Places, settings: KrayinSettings) -> list[int]:
    """Return the stages that are set to count as closed, or else those that Krayin calls won and lost."""
    for wanted in settings.closed_stage_ids:
        existing("stage", places.stages, wanted, setting="closed_stage_ids")
    return list(settings.closed_stage_ids) or [row["id"] for row in places.stages if _is_closed(row)]


def known_stages(places: Places) -> list[Stage]:
    """Return the stages as they are kept; Krayin lists a pipeline's in the order that people see."""
    return [
        Stage(
            id=row["id"],
            code=str(row.get("code") or ""),
            name=str(row.get("name") or ""),
            pipeline_id=pipeline["id"],
            position=position,
        )
        for pipeline in places.pipelines
        for position, row in enumerate(stages_of(pipeline))
    ]


def check_inboxes(places: Places, settings: KrayinSettings) -> None:
    """Refuse other places for an inbox's leads that Krayin has not got."""
    for inbox, given in settings.leads_by_inbox.items():
        _check_places(places, given, f"leads_by_inbox, inbox {inbox},")


def check_open(places: Places, settings: KrayinSettings, stage: Row, closed: Collection[int]) -> None:
    """Refuse a stage for new leads that counts as won or lost: none would ever be a customer's open one."""
    by_inbox = {
        f"leads_by_inbox, inbox {inbox}": given.stage_id for inbox, given in settings.leads_by_inbox.items()
    }
    for setting, stage_id in {"stage_id": stage["id"], **by_inbox}.items():
        if stage_id in closed:
            found = named(existing("stage", places.stages, stage_id, setting=setting))
            raise SettingsError(
                f"New leads would begin in {found}, which counts as closed.",
                fix=f"Set {setting} to another stage, or leave this one out of closed_stage_ids.",
            )


def check_rules(stages: Sequence[Stage], settings: KrayinSettings) -> None:
    """Refuse a rule about something that is never said of a conversation, or with an unknown stage."""
    for rule in settings.stage_rules:
        about, _, value = (part.strip().lower() for part in rule.partition(":"))
        if about not in SAID or not value or (SAID[about] and value not in SAID[about]):
            raise SettingsError(
                f"stage_rules has a rule for {rule}, which is never said of a conversation.",
                fix="A rule is about such as priority:urgent, status:pending or label:vip.",
            )
    for setting, wanted in _named_stages(settings):
        if not any(_is_called(stage, wanted.strip()) for stage in stages):
            known = ", ".join(f"{stage.code} ({stage.id})" for stage in stages) or "none"
            raise SettingsError(
                f"Krayin has no stage {wanted}, which {setting} names; it has {known}.",
                fix=f"Name a stage in {setting} by its code or number.",
            )


def stages_of(pipeline: Row) -> list[Row]:
    """Return a pipeline's stages in their order, which 2.1 keeps without saying a number."""
    rows: list[Mapping[str, Any]] = list(pipeline.get("stages") or ())
    return sorted(rows, key=lambda row: int(row.get("sort_order") or 0))


def _is_called(stage: Stage, wanted: str) -> bool:
    return wanted == str(stage.id) or wanted.casefold() == stage.code.casefold()


def _named_stages(settings: KrayinSettings) -> Iterator[tuple[str, str]]:
    for setting in ("stage_on_created", "stage_on_first_reply", "stage_on_resolved"):
        if wanted := getattr(settings, setting):
            yield setting, wanted
    for wanted in settings.stage_rules.values():
        yield "stage_rules", wanted


def _check_places(places: Places, given: Defaults, setting: str) -> None:
    stages, where = places.stages, ""
    if given.pipeline_id is not None:
        pipeline = existing("pipeline", places.pipelines, given.pipeline_id, setting=setting)
        stages, where = stages_of(pipeline), f" in the pipeline {named(pipeline)}"
    for name, rows, wanted in (
        ("stage", stages, given.stage_id),
        ("source", places.sources, given.source_id),
        ("type", places.types, given.type_id),
    ):
        if wanted is not None:
            existing(name, rows, wanted, where if name == "stage" else "", setting=setting)


def _pipeline(places: Places, settings: KrayinSettings) -> Row:
    """Return the pipeline that is set, or that has the stage that is set, or Krayin's default one."""
    if settings.pipeline_id is None and settings.stage_id is not None:
        stage = existing("stage", places.stages, settings.stage_id)
        return next(row for row in places.pipelines if stage in stages_of(row))
    return chosen("pipeline", places.pipelines, settings.pipeline_id, _default_pipeline, needed=True)


def _default_pipeline(rows: Sequence[Row]) -> Row:
    return next((row for row in rows if row.get("is_default")), rows[0])


def _first_stage(rows: Sequence[Row]) -> Row:
    return next((row for row in rows if not _is_closed(row)), rows[0])


def _preferred_source(rows: Sequence[Row]) -> Row:
    by_name = {str(row.get("name", "")).strip().lower(): row for row in reversed(rows)}
    return next((by_name[name] for name in PREFERRED_SOURCES if name in by_name), rows[0])


def _first(rows: Sequence[Row]) -> Row:
    return rows[0]


def _is_closed(stage: Row) -> bool:
    return stage.get("code") in CLOSED_CODES
