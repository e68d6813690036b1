"""Checking a connection to Krayin and finding what was not set: each mistake is one sentence and a remedy."""

from __future__ import annotations

from collections.abc import Iterator

from crmhost import Context, ReportLine, SetupResult

from ..desk import bench_for
from ..settings import Facts, KrayinSettings
from .attributes import attribute_lines, attributes_found, checkbox_lines, checkboxes, unprotected
from .effects import effect_lines
from .reach import user_of
from .reference import references_found
from .rows import Row, named
from .stages import (
    Places,
    check_inboxes,
    check_open,
    check_rules,
    closed_stages,
    default_places,
    known_stages,
)
from .texts import check_texts
from .version import Version, version_of
from .zone import zone_found


def check(context: Context[KrayinSettings]) -> SetupResult:
    """Return the settings that were found, and a report of what was looked at.

    All that is only read comes first: nothing is made in Krayin for settings that can't be.
    """
    bench, settings = bench_for(context), context.settings
    check_texts(settings)
    user, answer = user_of(bench.lookups, settings.api_url)
    version = version_of(bench.versions, answer)
    places = Places(bench.lookups.pipelines(), bench.lookups.sources(), bench.lookups.types())
    pipeline, stage, source, type_ = default_places(places, settings)
    closed, stages = closed_stages(places, settings), known_stages(places)
    check_inboxes(places, settings)
    check_open(places, settings, stage, closed)
    check_rules(stages, settings)
    rows = bench.attributes.all()
    mapped, boxes = attributes_found(rows, settings), checkboxes(rows)
    zone, zone_line = zone_found(bench)
    references, reference_line = references_found(bench, rows)
    facts = Facts(
        krayin=version.krayin,
        rest=version.rest,
        limit=version.limit,
        user_id=user["id"],
        timezone=zone,
        stages=tuple(stages),
        attributes=mapped,
        references=references,
        checkboxes=boxes,
    )
    found = {
        "pipeline_id": pipeline["id"],
        "stage_id": stage["id"],
        "source_id": source.get("id"),
        "type_id": type_.get("id"),
        "closed_stage_ids": closed,
        "facts": facts.model_dump(mode="json"),
    }
    report = (
        *_reach(settings, version, user),
        zone_line,
        *_choices(pipeline, stage, source, type_),
        reference_line,
        *attribute_lines(mapped),
        *checkbox_lines(boxes, settings),
        *unprotected(boxes, settings, changes_nothing=context.read_only),
        *effect_lines(settings, version, context.chatwoot),
        ReportLine("Calls", f"{len(context.http.calls)} for this check"),
    )
    return SetupResult(found, report)


def _reach(settings: KrayinSettings, version: Version, user: Row) -> Iterator[ReportLine]:
    yield ReportLine("Krayin", f"{settings.api_url}, {_allowance(settings, version)}")
    yield ReportLine("Version", str(version))
    yield ReportLine("User", f"{user.get('name')} <{user.get('email')}>, who sees all records")


def _choices(*chosen: Row) -> Iterator[ReportLine]:
    for name, row in zip(("Pipeline", "Stage", "Source", "Type"), chosen, strict=True):
        yield ReportLine(f"{name} of new leads", named(row))


def _allowance(settings: KrayinSettings, version: Version) -> str:
    if version.limit is not None:
        return f"{version.limit} requests a minute"
    return f"no limit of requests; we keep to {settings.calls_per_minute} a minute"
