"""The command that serves a Chatwoot to try crmhost on."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from .output import document, json_option
from .run import stop_signal

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..chatwoot.sandbox import ChatwootSandbox

PERIOD = 0.2
"""Seconds between two looks whether a webhook is to be sent."""
PART = click.FloatRange(0, 1)


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), required=True, help="Where to listen; 0 takes a free port."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--account", type=click.IntRange(1), default=3, show_default=True, help="The account's number.")
@click.option("--contacts", type=click.IntRange(0), default=0, help="Customers who have been there for long.")
@click.option("--every", type=click.FloatRange(0, min_open=True), help="Something happens every SECONDS.")
@click.option("--shuffle", is_flag=True, help="Send webhooks in any order.")
@click.option("--double", type=PART, default=0.0, help="The part of all webhooks that is sent twice.")
@click.option("--drop", type=PART, default=0.0, help="The part of all webhooks that is never sent.")
@click.option("--seed", type=int, default=0, show_default=True, help="What happens is the same by the same.")
@click.option("--unsigned", is_flag=True, help="Be a Chatwoot before 4.11.2, which signs nothing.")
@json_option
def chatwoot_sandbox(
    port: int,
    host: str,
    account: int,
    contacts: int,
    every: float | None,
    *,
    shuffle: bool,
    double: float,
    drop: float,
    seed: int,
    unsigned: bool,
    as_json: bool,
) -> None:
    """Serve a Chatwoot that forgets everything when it stops: its API, and webhooks of what happens."""
    from ..chatwoot.sandbox import Chaos, ChatwootSandbox
    from ..chatwoot.sandbox.life import Life
    from ..for_people import ForPeople
    from ..loop import looking
    from ..server import serving

    stop = stop_signal()
    chaos = Chaos(seed, shuffle=shuffle, double=double, drop=drop)
    sandbox = ChatwootSandbox(account, chaos=chaos, threads=10 if shuffle else 1, signs=not unsigned)
    life = Life(sandbox, seed)
    life.settle(contacts)
    with ExitStack() as stack:
        stack.callback(sandbox.close)
        address = stack.enter_context(serving(ForPeople(sandbox.app, "Chatwoot", sandbox.tables), host, port))
        tell = _nothing if as_json else click.echo
        stack.enter_context(looking("webhooks", lambda _rest: _send(sandbox, tell), PERIOD))
        if every is not None:
            stack.enter_context(looking("life", lambda _rest: tell(life.go_on()), every))
        token = sandbox.make_token()
        tell(f"Chatwoot sandbox on {address}, account {account}; an administrator's token: {token}")
        if as_json:
            document({"url": address, "account_id": account, "token": token})
        stop.wait()


def _nothing(_said: str) -> None:
    """Leave what happens out, where one document is printed."""


def _send(sandbox: ChatwootSandbox, tell: Callable[[str], None]) -> None:
    for sent in sandbox.deliver():
        tell(f"webhook {sent.event}: {sent.status or 'no answer in time'}")
