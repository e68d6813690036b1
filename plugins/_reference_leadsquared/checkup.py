"""Checking a connection to LeadSquared, and finding what is not for a person to know."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crmhost import Checklist, Context, ReportLine, SetupResult

from .clients.activities import Activities
from .clients.users import Users
from .desk import transport_to
from .settings import Facts, LeadSquaredSettings

VERSION = "v2"


def check(context: Context[LeadSquaredSettings]) -> SetupResult:
    """Return what was found, and a report of what was looked at."""
    settings, looked = context.settings, Checklist()
    with looked.at("LeadSquared"):
        user = Users(transport_to(context, f"{settings.api_url.rstrip('/')}/{VERSION}")).current()
    hosts = user["LSQCommonServiceURLs"]
    # LeadSquared names its hosts without https://; a stand-in has none.
    url = f"{urlsplit(settings.api_url).scheme}://{hosts['api']}/{VERSION}"
    organization = str(user.get("OrgShortCode") or user.get("OrgId"))
    zone, zone_line = _zone(user.get("TimeZone"))
    looked.add(
        ReportLine("LeadSquared", f"account {organization} at {hosts.get('app') or hosts['api']}"),
        ReportLine("User", f"{user.get('Name')}, {user.get('Role')}"),
        zone_line,
    )
    with looked.at("Types of activities"):
        types = _Types(Activities(transport_to(context, url)), read_only=context.read_only)
        conversation = types.code(
            f"{settings.brand} Conversation Started",
            settings.conversation_activity_score,
            wanted=settings.enable_conversation_activity,
        )
        transcript = types.code(
            f"{settings.brand} Conversation Transcript",
            settings.transcript_activity_score,
            wanted=settings.enable_transcript_activity,
        )
    calls = ReportLine("Calls", f"{len(context.http.calls)} for this check")
    looked.add(*types.lines, *_without_chatwoot(context), calls)
    facts = Facts(
        api_url=url,
        organization=organization,
        timezone=zone,
        conversation_code=conversation,
        transcript_code=transcript,
    )
    return SetupResult({"facts": facts.model_dump(mode="json")}, looked.lines)


class _Types:
    """The types of activities: found by their names, or made; ``lines`` say which."""

    def __init__(self, activities: Activities, *, read_only: bool) -> None:
        self._activities = activities
        self._read_only = read_only
        self._known = activities.types()
        self.lines: list[ReportLine] = []

    def code(self, name: str, score: int, *, wanted: bool) -> int | None:
        """Return the code of a type, None where there is none."""
        if not wanted:
            return None
        code, how = self._known.get(name), "found"
        if code is None and not self._read_only:
            code, how = self._activities.make_type(name, score), f"made with score {score}"
        missing = "is not there; it is made when a conversation needs it"
        self.lines.append(
            ReportLine(f"Activity «{name}»", missing if code is None else f"code {code}, {how}")
        )
        return code


def _zone(name: object) -> tuple[str, ReportLine]:
    """Return the account's time zone, in which notes say when something was."""
    try:
        zone = ZoneInfo(str(name)).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return "UTC", ReportLine("Time zone", f"UTC, since nobody knows {name}", "warning")
    return zone, ReportLine("Time zone", zone)


def _without_chatwoot(context: Context[LeadSquaredSettings]) -> Iterator[ReportLine]:
    """Say what is less than it could be, where Chatwoot can't be asked."""
    if context.chatwoot is None:
        fix = "They need --chatwoot-url and --chatwoot-token."
        if context.settings.enable_transcript_activity:
            yield ReportLine("Transcripts", "They hold the last message only.", "warning", fix)
        if context.settings.mirror_ids:
            yield ReportLine("Ids in Chatwoot", "They are not kept there.", "warning", fix)
