"""Checking a connection to Krayin and finding what was not set: each mistake is one sentence and a remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from crmhost import (
    Answer,
    Context,
    CredentialsError,
    PluginError,
    ReportLine,
    SettingsError,
    SetupResult,
    TryAgain,
)

from .clients.errors import ADDRESS_FIX, CREDENTIALS_FIX, body_of, redirected_to
from .clients.lookups import Lookups
from .desk import transport_of
from .settings import KrayinSettings

CLOSED_CODES = ("won", "lost")
PREFERRED_SOURCES = ("chatwoot", "web")
INSTALL_FIX = (
    "If this is Krayin's address, install its REST API there: composer require krayin/rest-api, then "
    "php artisan krayin-rest-api:install. Otherwise correct the address."
)

Row = Mapping[str, Any]


def check(context: Context[KrayinSettings]) -> SetupResult:
    """Return the settings that were found, and a report of what was looked at."""
    lookups = Lookups(transport_of(context))
    settings = context.settings
    answer = _ask(lookups)
    user = _user(answer, settings.api_url, lookups.wait())
    pipelines = lookups.pipelines()
    pipeline = _pipeline(pipelines, settings)
    stage = _stage(pipeline, settings)
    source = _chosen("source", lookups.sources(), settings.source_id, _preferred_source)
    type_ = _chosen("type", lookups.types(), settings.type_id, _first)
    found = {
        "pipeline_id": pipeline["id"],
        "stage_id": stage["id"],
        "source_id": source.get("id"),
        "type_id": type_.get("id"),
        "closed_stage_ids": _closed_stages(pipelines, settings),
    }
    report = (
        ReportLine("Krayin", f"{settings.api_url}, {_allowance(answer)}"),
        ReportLine("User", f"{user.get('name')} <{user.get('email')}>, who sees all records"),
        ReportLine("Pipeline of new leads", _named(pipeline)),
        ReportLine("Stage of new leads", _named(stage)),
        ReportLine("Source of new leads", _named(source)),
        ReportLine("Type of new leads", _named(type_)),
    )
    return SetupResult(found, report)


# Reach and credentials


def _ask(lookups: Lookups) -> Answer:
    try:
        return lookups.whoami()
    except TryAgain as error:
        raise SettingsError(f"Krayin can't be reached: {error}", fix=ADDRESS_FIX) from error


def _user(answer: Answer, url: str, wait: float | None) -> Row:
    """Return the token's user, or raise what keeps it from being the right one."""
    body = body_of(answer)
    user = body.get("data") if answer.status == 200 else None
    if not isinstance(user, Mapping) or "view_permission" not in user:
        raise _trouble(answer, body, url, wait)
    if user["view_permission"] != "global":
        raise SettingsError(
            f"Krayin's user {user.get('name')} sees only some records, and so Krayin's search always fails.",
            fix="In Krayin, under Settings, Users, set that user's view permission to Global.",
        )
    return user


def _trouble(answer: Answer, body: Row, url: str, wait: float | None) -> SettingsError | PluginError:
    """Return what an answer means that is not the user's card.

    Laravel, which Krayin is built on, says {"message": …} to each error. With debugging off a wrong
    token is a 500, an unknown path a 404; both lack the X-RateLimit headers.
    """
    status, laravel = answer.status, "message" in body
    if status == 429 or (status == 500 and wait is not None):
        return TryAgain("Krayin allows no more requests this minute.", delay=wait, fix="Try in a minute.")
    if 300 <= status < 400:
        where = redirected_to(answer)
        return SettingsError(
            f"{url} sends us elsewhere, to {where}.", fix="If that is Krayin, set its address to it."
        )
    if status == 404 and laravel:
        return SettingsError(f"There is no Krayin REST API at {url}.", fix=INSTALL_FIX)
    if status == 401 or (status == 500 and laravel):
        return CredentialsError(f"Krayin at {url} refuses the API token.", fix=CREDENTIALS_FIX)
    if status >= 500:
        return TryAgain(f"What answers at {url} is out of order ({status}).", fix=ADDRESS_FIX)
    return SettingsError(
        f"What answers at {url} is not Krayin ({status} to GET /api/v1/get).", fix=ADDRESS_FIX
    )


def _allowance(answer: Answer) -> str:
    limit = answer.headers.get("x-ratelimit-limit")
    return f"{limit} requests a minute" if limit else "no limit of requests"


# What new leads get


def _pipeline(pipelines: Sequence[Row], settings: KrayinSettings) -> Row:
    """Return the pipeline that is set, or that has the stage that is set, or Krayin's default one."""
    if settings.pipeline_id is None and settings.stage_id is not None:
        holding = (row for row in pipelines if settings.stage_id in {stage["id"] for stage in _stages(row)})
        pipeline = next(holding, None)
        if pipeline is None:
            stages = (stage for row in pipelines for stage in _stages(row))
            raise _unknown("stage", settings.stage_id, stages)
        return pipeline
    return _chosen("pipeline", pipelines, settings.pipeline_id, _default_pipeline, needed=True)


def _stage(pipeline: Row, settings: KrayinSettings) -> Row:
    where = f" in the pipeline {_named(pipeline)}"
    return _chosen("stage", _stages(pipeline), settings.stage_id, _first_stage, where, needed=True)


def _closed_stages(pipelines: Sequence[Row], settings: KrayinSettings) -> list[int]:
    """Return the stages that are set to count as closed, or else those that Krayin calls won and lost."""
    stages = [row for pipeline in pipelines for row in _stages(pipeline)]
    known = {row["id"] for row in stages}
    for wanted in settings.closed_stage_ids:
        if wanted not in known:
            raise _unknown("stage", wanted, stages, setting="closed_stage_ids")
    return list(settings.closed_stage_ids) or [row["id"] for row in stages if _is_closed(row)]


def _chosen(
    name: str,
    rows: Sequence[Row],
    wanted: int | None,
    default: Callable[[Sequence[Row]], Row],
    where: str = "",
    *,
    needed: bool = False,
) -> Row:
    """Return the row that is set, or the default; {} where Krayin has none and can do without."""
    if wanted is not None:
        chosen = next((row for row in rows if row["id"] == wanted), None)
        if chosen is None:
            raise _unknown(name, wanted, rows, where)
        return chosen
    if needed and not rows:
        raise SettingsError(f"Krayin has no {name}{where}.", fix="Make one in Krayin, under Settings.")
    return default(rows) if rows else {}


def _unknown(
    name: str, wanted: int, rows: Iterable[Row], where: str = "", *, setting: str = ""
) -> SettingsError:
    known = ", ".join(map(_named, rows)) or "none"
    message = f"Krayin has no {name} {wanted}{where}; it has {known}."
    return SettingsError(message, fix=f"Set {setting or f'{name}_id'} to one of these.")


def _default_pipeline(rows: Sequence[Row]) -> Row:
    return next((row for row in rows if row.get("is_default")), rows[0])


def _first_stage(rows: Sequence[Row]) -> Row:
    opened = [row for row in rows if not _is_closed(row)] or rows
    return min(opened, key=lambda row: (row.get("sort_order") or 0, row["id"]))


def _preferred_source(rows: Sequence[Row]) -> Row:
    by_name = {str(row.get("name", "")).strip().lower(): row for row in reversed(rows)}
    return next((by_name[name] for name in PREFERRED_SOURCES if name in by_name), rows[0])


def _first(rows: Sequence[Row]) -> Row:
    return rows[0]


def _stages(pipeline: Row) -> list[Row]:
    return list(pipeline.get("stages") or ())


def _is_closed(stage: Row) -> bool:
    return stage.get("code") in CLOSED_CODES


def _named(row: Row) -> str:
    return f"{row.get('name')} ({row['id']})" if row else "none"
