"""What a connection's settings can be, as Krayin has it now: for the form in which a person chooses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from crmhost import Choice

from .desk import Bench
from .mappers.sources import OF_CONTACT, OF_CONVERSATION
from .owners import active
from .settings import target_of
from .settings.choices import RULED
from .settings.mapping import OWN, TARGETS

Row = Mapping[str, Any]
ADDITIONAL = ("city", "country", "country_code", "company_name", "description", "referer")
"""What Chatwoot itself, and its widget, note of a contact or a conversation."""


def options(bench: Bench) -> dict[str, tuple[Choice, ...]]:
    """Return the choices by the setting's name; inboxes where Chatwoot can be asked."""
    pipelines = bench.lookups.pipelines()
    stages = tuple(_stages(pipelines))
    found = {
        "pipeline_id": _named(pipelines),
        "stage_id": stages,
        "closed_stage_ids": stages,
        "source_id": _named(bench.lookups.sources()),
        "type_id": _named(bench.lookups.types()),
        "attributes": tuple(_attributes(bench.attributes.all())),
        "attributes.values": tuple(_sources()),
        "owner_id": _named(active(bench.lookups.users())),
        "stage_rules.values": stages,
        "field_rules": tuple(_called(name, name) for name in RULED),
    }
    for name in ("stage_on_created", "stage_on_first_reply", "stage_on_resolved"):
        found[name] = stages
    if bench.context.chatwoot:
        inboxes = bench.context.chatwoot.inboxes()
        found["only_inboxes"] = tuple(Choice(str(one.id), one.name or str(one.id)) for one in inboxes)
        found["leads_by_inbox"] = found["only_inboxes"]
    return found


def _named(rows: Iterable[Row]) -> tuple[Choice, ...]:
    return tuple(Choice(str(row["id"]), str(row["name"])) for row in rows)


def _stages(pipelines: Iterable[Row]) -> Iterator[Choice]:
    """Yield each stage by its number, which is right whatever the pipeline; its pipeline stands before it."""
    for pipeline in pipelines:
        for stage in pipeline.get("stages", ()):
            yield Choice(str(stage["id"]), f"{pipeline['name']}: {stage['name']}")


def _sources() -> Iterator[Choice]:
    """Yield what each contact and conversation has; attributes that people made are typed behind the dot."""
    for scope, known in (("contact", OF_CONTACT), ("conversation", OF_CONVERSATION)):
        yield from (_called(f"{scope}.{key}", key) for key in known)
    yield from (_called(f"additional.{key}", key) for key in ADDITIONAL)


def _called(value: str, key: str) -> Choice:
    return Choice(value, key.replace("_", " "), in_english=True)


def _attributes(rows: Iterable[Row]) -> Iterator[Choice]:
    """Yield the attributes of persons and leads that people made, as a mapping names them."""
    for row in rows:
        for part, entity in TARGETS.items():
            if row.get("entity_type") == entity and row["code"] not in OWN[entity]:
                yield Choice(target_of(entity, str(row["code"])), f"{part}: {row['name']}", in_english=True)
