"""Everything about the replay that is not a recording: what it left out, must be told, or cannot match."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .recordings import Recording, body_of
from .replaying import Replay

FRESH = (622, 661, 673)
"""Where the recordings begin again from a fresh database."""

DEBUG = (range(29, 37), range(616, 622))
"""Where the server ran with APP_DEBUG=true."""

ZONES = {580: "Europe/Prague", 583: "UTC", 586: "Asia/Kolkata"}
"""Where the server's time zone was changed."""


def _numbers(*parts: int | range) -> list[int]:
    return [one for part in parts for one in (part if isinstance(part, range) else [part])]


_REASONS = {
    "not in scope: groups and roles": _numbers(231, 232, 565),
    "not in scope: creating users and pipelines": _numbers(548, 566),
    "not in scope: kanban": _numbers(363, 364, 365),
    "not in scope: files; the recording lacks what was sent": _numbers(394, 395),
    "not in scope: products of leads": _numbers(541, 542, 543, 544, 545, 546, range(589, 593)),
    "not in scope: webhooks and workflows": _numbers(range(490, 501), 514, range(516, 525)),
    "no question: what a webhook receiver got from Krayin": _numbers(502, 504, 505, 507, 508, 511, 513),
    "not in scope: documentation": _numbers(7),
    "its body is a page of Laravel's debugger, cut": _numbers(32),
    "shows rows whose making was not recorded": _numbers(535),
    "eight requests at once: tests of their own ask them": _numbers(487, 488, 489),
}

LEFT_OUT = {number: reason for reason, numbers in _REASONS.items() for number in numbers}
"""The recordings that are not asked again, each with its reason."""

STILL_ASKED = (543, 544, 546, 591)
"""Those left out whose writes later recordings rely on: they are asked, but not judged."""

MISMATCHES = {
    366: "a row of 328 says 07:01:42, all others of that request 07:01:41: the second changed meanwhile",
}
"""The recordings in scope that the sandbox does not answer exactly, each with its reason."""

MISMATCHES_CHANGED = MISMATCHES | {
    190: "user 1 and organization 1 look alike in unique_id there, so one change less is noticed",
    431: "counts the change that 190 shows one more of",
}
"""Those that do not match when names, ids and order are changed."""


@dataclass(frozen=True)
class Step:
    """Something that was not recorded and has to be told before (or after) a recording."""

    reason: str
    do: Callable[[Replay], Awaitable[None]]


def whose(recording: Recording) -> str:
    """Name the token that a recording was asked with."""
    if "authorization" not in recording.headers:
        return ""
    if recording.number in (16, 31):
        return "wrong"
    if recording.number in range(568, 576):
        return "bot"
    return {21: "first", 578: "tinker"}.get(recording.number, "admin")


def _learn(table: str, there: int) -> Step:
    async def do(replay: Replay) -> None:
        replay.learn(table, there)

    return Step(f"the row {there} of {table} was written though the answer, a 500, does not show it", do)


def _rename_token(new: str, old: str) -> Callable[[Replay], Awaitable[None]]:
    async def do(replay: Replay) -> None:
        replay.tokens[new] = replay.tokens[old]

    return do


def _ask_times(times: int) -> Callable[[Replay], Awaitable[None]]:
    async def do(replay: Replay) -> None:
        for _ in range(times):
            await replay.ask("GET", "/api/v1/get")

    return do


async def _use_up_the_minute(replay: Replay) -> None:
    while (await replay.ask("GET", "/api/v1/get")).headers["x-ratelimit-remaining"] != "0":
        pass


async def _make_tinker_token(replay: Replay) -> None:
    replay.tokens["tinker"] = replay.sandbox.make_token()


async def _clear_quick_add(replay: Replay) -> None:
    (row,) = replay.sandbox.state.attributes.where(code="is_vip")
    row["quick_add"] = 0


async def _upload(replay: Replay) -> None:
    state, lead_id = replay.sandbox.state, replay.ids.translated("leads", 1)
    row = state.insert(state.activities, {"title": "F", "type": "file", "is_done": 0, "user_id": 1})
    state.lead_activities[lead_id].add(row["id"])
    values = {"activity_id": row["id"], "name": "doc.txt", "path": f"activities/{row['id']}/x.txt"}
    state.insert(state.tables["activity_files"], values)
    replay.learn("activities", 402)


async def _race(replay: Replay) -> None:
    """Let those through that got through there, in the order of their ids."""
    for number in (487, 488, 489):
        content = body_of(number)
        pairs = zip(content["request"]["body"], content["response"], strict=True)
        won = sorted(
            ((answer["body"]["data"]["id"], body) for body, answer in pairs if answer["status"] == 200),
            key=lambda pair: pair[0],
        )
        bodies = [replay.translated(body) for _, body in won]
        await asyncio.gather(*(replay.ask("POST", "/api/v1/contacts/persons", body) for body in bodies))


async def _time(replay: Replay) -> None:
    """Make the 50 persons and 50 leads of the timing runs; leave person 18 and lead 1 as they left them."""
    replay.sandbox.settings.rate_limit = 0
    replay.now = datetime(2026, 11, 22, 7, 4, 46, tzinfo=UTC)
    for number in range(50):
        body = _person(f"T{number}", f"t{number}@time.example", f"8300000{number:02d}")
        await replay.ask("POST", "/api/v1/contacts/persons", replay.translated(body))
    for number in range(50):
        body = {"title": f"L{number}", "lead_value": number, "lead_pipeline_stage_id": 1}
        await replay.ask("POST", "/api/v1/leads", body)
    replay.now = datetime(2026, 11, 22, 7, 4, 51, tzinfo=UTC)
    body = _person("Tm49", "all@example.com", "+420111222360") | {"user_id": 1}
    await replay.ask("PUT", replay.translated_path("/api/v1/contacts/persons/18"), replay.translated(body))
    replay.now = datetime(2026, 11, 22, 7, 5, 8, tzinfo=UTC)
    body = {"title": "P49", "lead_value": 49, "lead_pipeline_stage_id": 2}
    await replay.ask("PUT", replay.translated_path("/api/v1/leads/1"), body)
    replay.sandbox.settings.rate_limit = 60


def _person(name: str, mail: str, phone: str) -> dict[str, Any]:
    emails, phones = ([{"value": value, "label": "work"}] for value in (mail, phone))
    return {"name": name, "emails": emails, "contact_numbers": phones}


async def _second_pipeline(replay: Replay) -> None:
    state = replay.sandbox.state
    row = state.insert(state.tables["lead_pipelines"], {"name": "Second", "is_default": 0, "rotten_days": 10})
    for place, code in enumerate(("new", "won", "lost"), 1):
        values = {"code": code, "name": code.title(), "sort_order": place, "lead_pipeline_id": row["id"]}
        state.insert(state.stages, values)


async def _bot(replay: Replay) -> None:
    replay.now = datetime(2026, 11, 22, 7, 8, 10, tzinfo=UTC)
    state = replay.sandbox.state
    role = {"name": "Limited", "description": "x", "permission_type": "custom", "permissions": ["dashboard"]}
    role_id = state.insert(state.tables["roles"], role)["id"]
    user = {
        "name": "Bot",
        "email": "bot@example.com",
        "password": "botbot123",
        "role_id": role_id,
        "status": 1,
    }
    state.insert(state.users, user | {"view_permission": "individual"})


async def _retire_bot(replay: Replay) -> None:
    replay.sandbox.state.users[2]["status"] = 0


BEFORE: dict[int, list[Step]] = {
    20: [Step("the login in 20 makes this token the old one", _rename_token("first", "admin"))],
    24: [Step("57 requests between 23 and 24 were not recorded", _ask_times(57))],
    659: [Step("the requests that used up this minute were not recorded", _use_up_the_minute)],
    501: [
        Step("490 follows three races and timing runs that made 56 persons and 50 leads", _race),
        Step("490 follows three races and timing runs that made 56 persons and 50 leads", _time),
    ],
    549: [Step("pipelines are made by an endpoint that is not in scope", _second_pipeline)],
    567: [Step("users are made by an endpoint that is not in scope", _bot)],
    575: [Step("the user was made inactive in the database", _retire_bot)],
    578: [Step("this token was made on the server's console", _make_tinker_token)],
    679: [Step("this attribute was taken out of quick add in the database", _clear_quick_add)],
}
"""What has to be told before a recording."""

AFTER: dict[int, list[Step]] = {
    50: [_learn("persons", 5)],
    75: [_learn("persons", 23)],
    393: [Step("394 uploads a file, which the recording lacks", _upload)],
}
"""What has to be told after a recording."""
