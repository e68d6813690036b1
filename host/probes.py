"""What machines ask a process: whether it is ready for work, and figures for Prometheus."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from redis import Redis
from redis.exceptions import RedisError, ResponseError
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from .errors import SettingsError
from .store.schema import HEAD, current
from .store.writing import is_doubtful, require_writable

if TYPE_CHECKING:
    from starlette.requests import Request

    from .house import House

PATHS = frozenset({"/readyz", "/metrics"})
PATIENCE = 2.0
"""Seconds within which Redis must answer."""


class Probes:
    """Answers them for one house."""

    def __init__(self, house: House) -> None:
        self._house = house

    def app(self) -> Starlette:
        """Return the ASGI application."""
        routes = [Route("/readyz", self.ready), Route("/metrics", self.figures)]
        return Starlette(routes=routes)

    async def ready(self, _request: Request) -> Response:
        """Say whether database and Redis can be worked with."""
        checks = await run_in_threadpool(self._look)
        ready = all(found == "ok" for found in checks.values())
        said = {"status": "ok" if ready else "not_ready", "checks": checks}
        return JSONResponse(said, 200 if ready else 503)

    def _look(self) -> dict[str, str]:
        return {"database": self._database(), "redis": self._redis()}

    def _database(self) -> str:
        store = self._house.store
        try:
            at = current(store)
            if is_doubtful(store):
                require_writable(store)
        except SQLAlchemyError:
            return "It does not answer."
        except (SettingsError, OSError) as error:
            return str(error)
        return "ok" if at == HEAD else f"It is at schema {at}; this crmhost needs {HEAD}."

    def _redis(self) -> str:
        try:
            with Redis.from_url(
                self._house.redis_url, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE
            ) as redis:
                redis.ping()
        except ResponseError as error:
            return f"It refuses to work ({error}): webhooks are stored, and worked once it does."
        except RedisError:
            return "It does not answer: webhooks are stored, and worked once it does."
        return "ok"

    async def figures(self, request: Request) -> Response:
        """Show the figures to whoever has the token; where none is set there are none."""
        from .metrics import exposition

        token = self._house.settings.metrics_token
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token is None or not hmac.compare_digest(given.encode(), token.get_secret_value().encode()):
            return PlainTextResponse("CRMHOST_METRICS_TOKEN is the bearer token that opens this.\n", 401)
        shown = await run_in_threadpool(exposition, self._house)
        return Response(shown, media_type="text/plain; version=0.0.4; charset=utf-8")
