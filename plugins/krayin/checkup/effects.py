"""Settings that can have no effect, as the others are or as Chatwoot is: a person gave them for something."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from crmhost import Chatwoot, CRMHostError, Inbox, ReportLine

from ..mappers.conversation import MAILED
from ..settings import Entity, KrayinSettings
from ..settings.lead_choices import LeadChoices, StageRules
from ..settings.mapping import mapping_of
from .version import Version

CHANNELS = (
    *("Api", "Email", "FacebookPage", "Instagram", "Line", "Sms", "Telegram", "Tiktok", "TwilioSms"),
    *("TwitterProfile", "Voice", "WebWidget", "Whatsapp"),
)
"""What Chatwoot 4 calls its channels, behind ``Channel::``."""
FOUND = {"pipeline_id", "stage_id", "source_id", "type_id", "closed_stage_ids"}
"""What setup itself fills in, so that nobody need have given it."""
OF_LEADS = tuple(
    name
    for name in (*LeadChoices.model_fields, *StageRules.model_fields)
    if name not in {"create_lead", "lead_policy"} | FOUND
)
NOT_KEPT: Mapping[Entity, str] = {
    "persons": "persons are not kept up to date",
    "leads": "no leads are made",
}
"""Why nothing is ever written to such records."""
STAGES = ("stage_on_created", "stage_on_first_reply", "stage_on_resolved", "stage_rules", "auto_qualify")


@dataclass(frozen=True)
class Idle:
    """Settings that have no effect where something is so, and why."""

    names: Sequence[str]
    where: Callable[[KrayinSettings, Version], bool]
    why: str


IDLE = (
    Idle(OF_LEADS, lambda chosen, _: not chosen.leads, NOT_KEPT["leads"]),
    Idle(
        ("closed_leads",),
        lambda chosen, _: chosen.lead_policy == "one_per_conversation",
        "each conversation has a lead of its own",
    ),
    Idle(
        ("allow_backwards",),
        lambda chosen, _: not any(getattr(chosen, name) for name in STAGES),
        "no rule moves leads",
    ),
    Idle(
        ("activity_types", "invite_customers", "private_notes"),
        lambda chosen, _: not chosen.sync_activities,
        "conversations are not noted",
    ),
    Idle(
        ("invite_customers",),
        lambda chosen, _: not set(MAILED) & set(chosen.activity_types.values()),
        f"activity_types makes none of {', '.join(MAILED)}",
    ),
    Idle(("private_notes",), lambda chosen, _: not chosen.transcript, "there are no transcripts"),
    Idle(("placeholder_phone",), lambda _, version: version.krayin == "2.1", "2.1 takes an empty phone"),
    Idle(("calls_per_minute",), lambda _, version: version.limit is not None, "Krayin itself names a limit"),
)


def effect_lines(
    settings: KrayinSettings, version: Version, chatwoot: Chatwoot | None
) -> Iterator[ReportLine]:
    """Name each setting that was given and can have no effect, and say why."""
    for what, why in (*_overruled(settings, version), *_of_what_is_not_kept(settings)):
        yield _line(what, why)
    if chatwoot is None and settings.mirror_ids:
        yield _line("mirror_ids", "needs --chatwoot-url and --chatwoot-token")
    if chatwoot is None:
        yield from _unknown_channels(settings, CHANNELS)
    elif settings.only_inboxes or settings.leads_by_inbox or settings.activity_types:
        yield from _unknown_in(chatwoot, settings)


def _overruled(settings: KrayinSettings, version: Version) -> Iterator[tuple[str, str]]:
    """Yield the settings that others overrule, each once."""
    told: set[str] = set()
    for rule in IDLE:
        given = [name for name in rule.names if name not in told and _is_given(settings, name)]
        if given and rule.where(settings, version):
            told.update(given)
            yield ", ".join(given), rule.why


def _of_what_is_not_kept(settings: KrayinSettings) -> Iterator[tuple[str, str]]:
    """Yield mapped attributes, tags and rules for fields that nothing is ever written to."""
    kept = {"persons": settings.create_person, "leads": settings.leads}
    targets = (one for one in mapping_of(settings.attributes) if not kept[one.entity])
    yield from ((f"attributes, {one.target}", NOT_KEPT[one.entity]) for one in targets)
    for inbox_id in settings.leads_by_inbox:
        if settings.only_inboxes and inbox_id not in settings.only_inboxes:
            yield f"leads_by_inbox, {inbox_id}", "only_inboxes leaves that inbox out"
    if settings.sync_tags == "leads" and not settings.leads:
        yield "sync_tags", NOT_KEPT["leads"]
    for field in settings.field_rules:
        entity: Entity = "leads" if field.startswith("lead") else "persons"
        if not kept[entity]:
            yield f"field_rules, {field}", NOT_KEPT[entity]
        elif field in {"organization", "address"} and not settings.sync_organizations:
            yield f"field_rules, {field}", "organizations are not set"


def _is_given(settings: KrayinSettings, name: str) -> bool:
    return bool(getattr(settings, name) != KrayinSettings.model_fields[name].default)


def _unknown_in(chatwoot: Chatwoot, settings: KrayinSettings) -> Iterator[ReportLine]:
    try:
        inboxes = chatwoot.inboxes()
    except CRMHostError as error:
        yield ReportLine("Inboxes", f"not looked at: {error}", "warning", error.fix)
        return
    yield from _unknown_inboxes(settings, inboxes)
    channels = [(inbox.channel or "").rpartition("::")[2] for inbox in inboxes]
    yield from _unknown_channels(settings, channels, asked=True)


def _unknown_inboxes(settings: KrayinSettings, inboxes: Sequence[Inbox]) -> Iterator[ReportLine]:
    known = ", ".join(f"{inbox.name} ({inbox.id})" for inbox in inboxes) or "none"
    there = {inbox.id for inbox in inboxes}
    for setting in ("only_inboxes", "leads_by_inbox"):
        for inbox_id in getattr(settings, setting):
            if inbox_id not in there:
                why = f"Chatwoot shows the token's user no inbox {inbox_id}; it shows {known}"
                yield _line(f"{setting}, {inbox_id}", why)


def _unknown_channels(
    settings: KrayinSettings, known: Iterable[str], *, asked: bool = False
) -> Iterator[ReportLine]:
    """Name what no conversation comes by: of what Chatwoot has inboxes for, where it was ``asked``."""
    names = dict.fromkeys(known)
    there = {name.lower() for name in names}
    listed = ", ".join(names) or "none"
    for channel in settings.activity_types:
        if channel not in there:
            why = f"Chatwoot has no channel {channel}; it has {listed}"
            if asked:
                why = f"Chatwoot has no inbox of the channel {channel}; it has {listed}"
            yield _line(f"activity_types, {channel}", why)


def _line(what: str, why: str) -> ReportLine:
    return ReportLine("Without effect", f"{what}: {why}.", "warning")
