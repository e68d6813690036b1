"""The sandbox as an ASGI application."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from .call import Call, Settings
from .kernel import Kernel
from .php import entries, from_json, nested
from .profile import profile_of
from .seed import sow
from .state import State
from .throttle import Throttle
from .times import Times


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Asked:
    """One request that came in, and the status it was answered with."""

    method: str
    path: str
    status: int | None = None


class KrayinSandbox:
    """A Krayin in memory: an ASGI application that answers as Krayin's REST API does."""

    def __init__(
        self,
        *,
        krayin: str = "2.1",
        rest: str = "2.1.1",
        debug: bool = False,
        timezone: str = "Asia/Kolkata",
        clock: Callable[[], datetime] = _utc_now,
        rate_limit: int = 60,
        latency: float = 0.0,
    ) -> None:
        self.profile = profile_of(krayin, rest)
        self.settings = Settings(debug, rate_limit, latency)
        self.times = Times(clock, _known_zone(timezone))
        self.state = State(self.times)
        self.requests: list[Asked] = []
        self.throttle = Throttle(self.times)
        self._kernel = Kernel(self.throttle)
        self._running: set[asyncio.Task[Response]] = set()
        sow(self.state, self.profile)

    def make_token(self, user_id: int = 1) -> str:
        """Make a token without login, as an administrator of the server can; other tokens stay valid."""
        return self.state.make_token(user_id)

    def set_timezone(self, timezone: str) -> None:
        """Change the server's time zone; stored times keep their digits, as in a database."""
        self.times.zone = ZoneInfo(_known_zone(timezone))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; once it is read, it goes on even if the caller leaves."""
        if scope["type"] != "http":
            raise RuntimeError(f"The sandbox does not speak {scope['type']}.")
        request = Request(scope, receive)
        try:
            body = await request.body()
        except ClientDisconnect:
            return
        task = asyncio.create_task(self._answer(request, body))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        answer = await asyncio.shield(task)
        await answer(scope, receive, send)

    async def _answer(self, request: Request, body: bytes) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        asked = Asked(request.method, request.url.path + query)
        self.requests.append(asked)
        answer = await self._kernel.answer(self._call(request, body))
        asked.status = answer.status_code
        return answer

    def _call(self, request: Request, body: bytes) -> Call:
        return Call(
            state=self.state,
            times=self.times,
            settings=self.settings,
            profile=self.profile,
            method=request.method,
            path="/" + request.url.path.strip("/"),
            base_url=str(request.base_url).rstrip("/"),
            client=request.client.host if request.client else "",
            headers=dict(request.headers),
            pairs=parse_qsl(request.url.query, keep_blank_values=True),
            body=_read(request.headers.get("content-type", ""), body),
        )


def _read(content_type: str, body: bytes) -> dict[str, Any]:
    """Read JSON or a form; what is neither is as good as empty (recording 78)."""
    text = body.decode(errors="replace")
    if "/json" in content_type or "+json" in content_type:
        return dict(entries(from_json(text)))
    if "x-www-form-urlencoded" in content_type:
        return nested(parse_qsl(text, keep_blank_values=True))
    return {}


def _known_zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"There is no time zone called {name}.") from None
