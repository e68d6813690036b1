"""The command that serves a Krayin to try things on."""

import contextlib
import signal
import socket
import sys
from typing import Any

import click

_SAY = (
    "Krayin {krayin} (rest-api {rest}) sandbox on http://{host}:{port} for admin@example.com / admin123;"
    " get a token with POST /api/v1/login (email, password, device_name)."
)


def _known_zone(_context: click.Context, _option: click.Parameter, name: str) -> str:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise click.BadParameter(f"there is no time zone called {name}.") from None


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), required=True, help="Where to listen; 0 takes a free port."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--debug", is_flag=True, help="Fail as with APP_DEBUG=true, not as in production.")
@click.option(
    "--rate-limit",
    type=click.IntRange(0),
    default=60,
    show_default=True,
    help="Requests a minute, 0 for any; Krayin 2.2 allows any.",
)
@click.option(
    "--krayin",
    type=click.Choice(["2.1", "2.2"]),
    default="2.1",
    show_default=True,
    help="The version to play.",
)
@click.option(
    "--rest",
    type=click.Choice(["2.1.1", "2.2.0"]),
    default="2.1.1",
    show_default=True,
    help="The version of its REST package; 2.2.0 needs Krayin 2.2.",
)
@click.option(
    "--timezone",
    default="Asia/Kolkata",
    show_default=True,
    callback=_known_zone,
    help="The server's time zone.",
)
@click.option(
    "--latency", type=click.FloatRange(0), default=0.0, show_default=True, help="Seconds a request takes."
)
def sandbox(port: int, host: str, krayin: str, rest: str, **options: Any) -> None:
    """Serve a Krayin that forgets everything when it stops."""
    import uvicorn

    from crmhost import ForPeople

    from ..stand_in import KrayinStandIn

    krayin_now = KrayinStandIn(krayin=krayin, rest=rest, **options)
    try:
        app = ForPeople(krayin_now.app, f"Krayin {krayin}", krayin_now.tables)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(1024)
        except OSError as error:
            raise click.ClickException(f"{host}:{port} cannot be listened on: {error.strerror}.") from error
        click.echo(_SAY.format(krayin=krayin, rest=rest, host=host, port=listener.getsockname()[1]))
        server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="warning"))
        # Uvicorn would end the process by the signal it got; stopping is what was asked for.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listener])
