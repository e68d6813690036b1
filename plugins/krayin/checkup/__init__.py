"""Checking a connection to Krayin and finding what was not set: each mistake is one sentence and a remedy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from crmhost import Checklist, Context, ReportLine, SetupResult

from ..desk import Bench, bench_for
from ..owners import active
from ..settings import Attribute, Facts, KrayinSettings, Stage
from .attributes import attribute_lines, attributes_found, checkbox_lines, checkboxes, unprotected
from .effects import effect_lines
from .reach import user_of
from .reference import references_found
from .rows import Row, existing, named
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
    bench, settings, looked = bench_for(context), context.settings, Checklist()
    user, version = _krayin(bench, looked)
    places, chosen = _places(bench, looked)
    closed, stages = _stages(places, chosen.stage, settings, looked)
    rows, mapped = _attributes(bench, looked)
    boxes = checkboxes(rows)
    looked.end()
    with looked.at("Time zone"):
        zone, zone_line = zone_found(bench)
    with looked.at("Reference attribute"):
        references, reference_line = references_found(bench, rows)
    looked.add(
        zone_line,
        reference_line,
        *checkbox_lines(boxes, settings),
        *unprotected(boxes, settings, changes_nothing=context.read_only),
        *effect_lines(settings, version, context.chatwoot),
        ReportLine("Calls", f"{len(context.http.calls)} for this check"),
    )
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
    found = {**chosen.ids, "closed_stage_ids": closed, "facts": facts.model_dump(mode="json")}
    return SetupResult(found, looked.lines)


@dataclass(frozen=True)
class Chosen:
    """Where new leads go."""

    pipeline: Row
    stage: Row
    source: Row
    type: Row

    @property
    def ids(self) -> dict[str, Any]:
        """The settings that they are kept as."""
        return {f"{name}_id": row.get("id") for name, row in vars(self).items()}


def _krayin(bench: Bench, looked: Checklist) -> tuple[Row, Version]:
    """Return the token's user, and which Krayin it is."""
    settings = bench.settings
    with looked.at("Settings"):
        check_texts(settings)
    with looked.at("Krayin"):
        user, answer = user_of(bench.lookups, settings.api_url)
        version = version_of(bench.versions, answer)
    looked.add(*_reach(settings, version, user))
    return user, version


def _places(bench: Bench, looked: Checklist) -> tuple[Places, Chosen]:
    """Return where leads can go, and where new ones do."""
    with looked.at("Place of new leads"):
        places = Places(bench.lookups.pipelines(), bench.lookups.sources(), bench.lookups.types())
        chosen = Chosen(*default_places(places, bench.settings))
    for name, row in vars(chosen).items():
        looked.add(ReportLine(f"{name.title()} of new leads", named(row)))
    if (wanted := bench.settings.owner_id) is not None:
        with looked.at("Owner of new leads", go_on=True):
            owner = existing("user", active(bench.lookups.users()), wanted, setting="owner_id")
            looked.add(ReportLine("Owner of new leads", named(owner)))
    return places, chosen


def _stages(
    places: Places, first: Row, settings: KrayinSettings, looked: Checklist
) -> tuple[list[int], list[Stage]]:
    """Return the stages that count as closed, and all there are."""
    with looked.at("Closed stages"):
        closed, stages = closed_stages(places, settings), known_stages(places)
    with looked.at("Leads by inbox", go_on=True):
        check_inboxes(places, settings)
    with looked.at("Stage of new leads", go_on=True):
        check_open(places, settings, first, closed)
    with looked.at("Rules for stages", go_on=True):
        check_rules(stages, settings)
    return closed, stages


def _attributes(bench: Bench, looked: Checklist) -> tuple[Sequence[Row], tuple[Attribute, ...]]:
    """Return Krayin's attributes, and those that something is mapped to."""
    mapped: tuple[Attribute, ...] = ()
    with looked.at("Attributes"):
        rows = bench.attributes.all()
    with looked.at("Attributes", go_on=True):
        mapped = attributes_found(rows, bench.settings)
    looked.add(*attribute_lines(mapped))
    return rows, mapped


def _reach(settings: KrayinSettings, version: Version, user: Row) -> Iterator[ReportLine]:
    yield ReportLine("Krayin", f"{settings.api_url}, {_allowance(settings, version)}")
    yield ReportLine("Version", str(version))
    yield ReportLine("User", f"{user.get('name')} <{user.get('email')}>, who sees all records")


def _allowance(settings: KrayinSettings, version: Version) -> str:
    if version.limit is not None:
        return f"{version.limit} requests a minute"
    return f"no limit of requests; we keep to {settings.calls_per_minute} a minute"
