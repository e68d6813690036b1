"""Running the demo: receiver, workers, database, Valkey and a stand-in CRM, all in this process."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import overview, signatures
from ..connect import connect
from ..errors import CRMHostError, SettingsError
from ..for_people import ForPeople
from ..http import Http
from ..server import listening, serving
from ..settings import load_settings
from ..wiring import open_house, redis_running, serving_all, working
from .refusing import Refusing
from .scenario import ACCOUNT, Post, Scenario, story

if TYPE_CHECKING:
    from ..house import House
    from ..models import Expected
    from ..plugins import Plugin, Plugins
    from ..stand_in import StandIn

SECRET = "the-secret-that-Chatwoot-shows"  # noqa: S105 - the demo's own, as public as the demo
PATIENCE = 25.0
"""Seconds within which all work of one round must be done."""


@dataclass(frozen=True)
class Demo:
    """A running demo: what it is made of, where things are, and what came of the story."""

    folder: Path
    address: str
    webhook_url: str
    crm_url: str
    report: dict[str, Any]
    house: House
    plugin: Plugin
    crm: StandIn
    door: Refusing
    """What stands before the CRM."""
    connection_id: int


@contextmanager
def running_demo(folder: Path, plugin_name: str | None = None, *, pages: bool = False) -> Iterator[Demo]:
    """Set everything up in a folder, play the story, and yield what came of it while all still runs."""
    port = _free_port()
    own = {"database_url": None, "redis_url": None, "secret_key": None}
    settings = load_settings(data_dir=folder, base_url=f"http://127.0.0.1:{port}", **own)
    with ExitStack() as stack:
        stack.enter_context(redis_running(settings))
        house = stack.enter_context(open_house(settings))
        plugin, crm = with_stand_in(house.plugins, plugin_name)
        _can_be_looked_into(plugin.name, crm)
        door = Refusing(ForPeople(crm.app, plugin.info.title, crm.tables))
        crm_url = stack.enter_context(serving(door))
        app = stack.enter_context(serving_all(house, pages=pages))
        address = stack.enter_context(serving(app, port=port))
        stack.enter_context(working(house))
        given = crm.settings(crm_url)
        made = connect(house, plugin.name, ACCOUNT, given, webhook_secret=SECRET).connection
        url = address + made.webhook_path
        report = play(house, crm, url)
        yield Demo(folder, address, url, crm_url, report, house, plugin, crm, door, made.id)


def _free_port() -> int:
    """Return a port that nobody listens on: the house must know its own address before it is served."""
    with listening("127.0.0.1", 0) as listener:
        return int(listener.getsockname()[1])


def with_stand_in(plugins: Plugins, name: str | None) -> tuple[Plugin, StandIn]:
    """Return the plugin asked for, or the first one that brings a stand-in for its CRM."""
    for plugin in [plugins[name]] if name else plugins.found.values():
        if crm := plugin.stand_in():
            return plugin, crm
    who = f"The plugin {name} brings no" if name else "No installed plugin brings a"
    raise SettingsError(f"{who} stand-in for its CRM.", fix="pip install crmhost-krayin, which does.")


def _can_be_looked_into(name: str, crm: StandIn) -> None:
    """See that the stand-in tells what it holds; ``crmhost stand-in`` serves one that does not."""
    missing = [f"{method}()" for method in ("tables", "differences") if not hasattr(crm, method)]
    if missing:
        fix = "Write it as crmhost.StandIn says; crmhost.testing.example_crm has it, to begin with."
        raise SettingsError(f"The stand-in of {name} has no {' and no '.join(missing)}.", fix=fix)


def play(house: House, crm: StandIn, url: str) -> dict[str, Any]:
    """Send the story's webhooks; return what arrived, what became of it, and what the CRM holds."""
    began = time.monotonic()
    scenario = story()
    post = Sender(house, url)
    sent: list[dict[str, Any]] = []
    for posts in scenario.rounds:
        sent += [post(one) for one in posts]
        wait_until_idle(house)
    sent = _with_fate(house, sent)
    differences = [*crm.differences(_expected(scenario, sent)), *_unexpected_states(sent)]
    return {
        "ok": not differences,
        "differences": differences,
        "deliveries": sent,
        "calls": sum(len(one["calls"]) for one in sent),
        "crm": crm.tables(),
        "status": overview.status(house),
        "seconds": round(time.monotonic() - began, 1),
    }


WHY = {"counted": "It means no work: counted, not stored.", "duplicate": "It was stored before."}


class Sender:
    """Posts webhooks as Chatwoot does."""

    def __init__(self, house: House, url: str) -> None:
        self._http = Http(house.http_pool)
        self._url = url
        self._ids: dict[str, str] = {}

    def __call__(self, post: Post) -> dict[str, Any]:
        """Send one webhook and return what it was and how it was answered."""
        body = json.dumps(post.payload).encode()
        uid = self._ids.setdefault(body.decode(), str(uuid.uuid4()))
        timestamp = str(int(time.time()))
        secret = "somebody-elses-secret" if post.how == "forged" else SECRET
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "X-Chatwoot-Delivery": str(uuid.uuid4()) if post.how == "forged" else uid,
            "X-Chatwoot-Timestamp": timestamp,
            "X-Chatwoot-Signature": signatures.sign(secret, timestamp, body),
        }
        answer = self._http.request("POST", self._url, content=body, headers=headers)
        said = answer.json()
        return {
            "what": post.what,
            "event": post.payload["event"],
            "how": post.how,
            "uid": headers["X-Chatwoot-Delivery"],
            "answer": answer.status,
            "said": said.get("status") or said["error"]["kind"],
            "why": said["error"]["message"] if "error" in said else WHY.get(said["status"], ""),
        }


def wait_until_idle(house: House, patience: float = PATIENCE) -> None:
    """Return when no lane has work left."""
    until = time.monotonic() + patience
    while overview.waiting_lanes(house):
        if time.monotonic() > until:
            fix = "Is the machine busy with something else? Try again."
            raise CRMHostError(f"Work was still waiting after {patience:.0f} seconds.", fix=fix)
        time.sleep(0.02)


def _with_fate(house: House, sent: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what was sent with what became of it; what was not stored took no call."""
    fates = {row["uid"]: row for row in overview.newest_deliveries(house, 1000)}
    nothing: dict[str, Any] = {"state": None, "reason": None, "changes": [], "calls": []}
    rows = []
    for one in sent:
        missed = nothing | {"reason": one.pop("why")}
        fate = fates.get(one["uid"], missed) if one["said"] == "stored" else missed
        rows.append(one | {key: fate[key] for key in missed})
    return rows


def _expected(scenario: Scenario, sent: Sequence[dict[str, Any]]) -> Expected:
    """Return what the CRM must hold: not who has no e-mail address and was ignored, with the reason."""
    posts = [post for posts in scenario.rounds for post in posts]
    left_out = {
        post.payload["id"]
        for post, one in zip(posts, sent, strict=True)
        if post.how == "phone only" and _is_ignored(one)
    }
    contacts = tuple(one for one in scenario.expected.contacts if one.id not in left_out)
    return replace(scenario.expected, contacts=contacts)


def _is_ignored(one: dict[str, Any]) -> bool:
    return one["answer"] == 200 and one["state"] == "ignored" and bool(one["reason"])


def _is_done(one: dict[str, Any]) -> bool:
    return one["answer"] == 200 and one["state"] in {None, "applied", "unchanged", "superseded"}


WANTED: dict[str, Callable[[dict[str, Any]], bool]] = {
    "signed": _is_done,
    "phone only": lambda one: _is_done(one) or _is_ignored(one),  # as the contract has it
    "sent twice": lambda one: one["said"] == "duplicate",
    "forged": lambda one: one["answer"] == 401,
}


def _unexpected_states(sent: Sequence[dict[str, Any]]) -> list[str]:
    """Return a sentence for each webhook that was not answered or did not end as it should."""
    return [
        f"«{one['what']}» was answered {one['answer']} {one['said']}, ended {one['state']}: {one['reason']}"
        for one in sent
        if not WANTED[one["how"]](one)
    ]
