"""Deliveries: filtered, a page at a time by key, one by one; tried again one, many or all of a filter."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import structlog

from ...errors import CRMHostError
from ...states import STATES
from ...store import browse, connections, dead
from ...store.browse import KINDS, Wanted
from .. import happenings, replaying
from ..choosing import chosen, offered
from ..finding import catch_up, find
from ..happenings import EVENTS, urls_of
from ..masking import masked, news
from ..standing import called, names
from ..visits import Go, NotThere, Page, Place, Visit, form
from ..words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy import Connection, Row

    from ...house import House
    from ...store.connections import CRMConnection
    from ..choosing import Chosen
    from ..happenings import Urls

LENGTH = 40
"""Deliveries a page."""
FOUND = 1000
"""Failed ones of a search that are tried again at once."""
FIRST = 5
"""Failed ones that stand before all others where nothing is filtered."""
log = structlog.get_logger(__name__)


def listed(visit: Visit) -> Page:
    """List deliveries, the newest first; where nothing is filtered the failed ones stand before."""
    house = visit.house
    before = _whole(visit.asked("before"))
    if visit.asked("q"):
        catch_up(house.store)
    with house.store.read() as tx:
        one = chosen(tx, house, visit.asked("connection"))
        wanted = _wanted(tx, visit, visit.asked, one)
        rows = browse.page(tx, wanted, LENGTH + 1, before)
        plain = wanted == Wanted()
        failed = browse.page(tx, Wanted(states=("dead",)), FIRST) if plain and before is None else []
        urls = _urls(tx, house, (*rows, *failed))
        values: dict[str, Any] = {
            "rows": happenings.happenings(tx, rows[:LENGTH], urls),
            "dead": happenings.happenings(tx, failed, urls),
            "named": offered(tx, house),
            "names": names(tx, house, {row.connection_id for row in (*rows, *failed)}),
        }
    older = rows[LENGTH - 1].id if len(rows) > LENGTH else None
    asked = {name: visit.asked(name) for name in ("state", "kind", "cause", "contact", "q")}
    return Page(
        "deliveries.html",
        values
        | {
            "asked": asked | {"connection": str(one.id) if one.id else ""},
            "one": one,
            "with_another": lambda number: _address(visit, connection=number),
            "numbered": _numbered(visit),
            "wanted": wanted,
            "plain": plain,
            "older": _address(visit, before=older) if older else None,
            "newest": _address(visit) if before else None,
            "states": happenings.STATES,
            "kinds": EVENTS,
        },
    )


def _urls(tx: Connection, house: House, rows: Iterable[Row[Any]]) -> dict[int, Urls]:
    """Return what says where records are opened, of the connections whose deliveries touched any."""
    some = connections.some(tx, house.vault, {row.connection_id for row in rows if row.outcome})
    return {number: urls_of(house, one) for number, one in some.items()}


def _wanted(tx: Connection, visit: Visit, said: Callable[[str], str], one: Chosen) -> Wanted:
    """Read the filter that ``said`` tells by name; what it does not know narrows nothing."""
    state, kind, typed = said("state"), said("kind"), said("q").strip()
    return Wanted(
        connections=() if one.id is None else (one.id,),
        states=(state,) if state in STATES else (),
        kinds=(kind,) if kind in KINDS else (),
        contact_id=_whole(said("contact")),
        cause=said("cause") or None,
        contacts=tuple(one.face.key for one in find(tx, visit.house, typed)) if typed else None,
    )


def _numbered(visit: Visit) -> int | None:
    """Return the delivery whose own number was typed, where there is one."""
    number = _whole(visit.asked("q").strip().lstrip("#"))
    with visit.house.store.read() as tx:
        return number if number is not None and browse.one(tx, number) else None


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _address(visit: Visit, **more: Any) -> str:
    """Return this page's own address with something changed."""
    asked = {key: value for key, value in visit.request.query_params.items() if key != "before" and value}
    query = urlencode(asked | {key: str(value) for key, value in more.items()})
    return "/deliveries" + (f"?{query}" if query else "")


def show(visit: Visit) -> Page:
    """Show one delivery: what came of it, each call, and what it said."""
    row = _row(visit, visit.number("id"))
    reveal = bool(visit.asked("reveal")) and visit.changes
    payload = json.loads(row.body) if row.body else None
    if reveal:
        log.info("payload shown", delivery=row.id, user=visit.user.id)
    with visit.house.store.read() as tx:
        one = _connection(tx, visit, row.connection_id)
        changes = {row.id: list(news(payload, mask=not visit.changes))} if payload else {}
        told = happenings.happenings(tx, [row], {row.connection_id: urls_of(visit.house, one)}, changes)[0]
        tried = happenings.tried(tx, [row.id])[row.id]
    shown = payload if reveal else masked(payload)
    return Page(
        "delivery.html",
        {
            "told": told,
            "tried": tried,
            "count": happenings.count_of(told, tried),
            "name": called(visit.house, one) if one else "",
            "payload": json.dumps(shown, indent=2, ensure_ascii=False) if payload else None,
            "revealed": reveal,
            "chatwoot": _in_chatwoot(one, told.conversation_id) if one else None,
        },
    )


def _in_chatwoot(one: CRMConnection, conversation_id: int | None) -> str | None:
    if one.chatwoot_url is None or conversation_id is None:
        return None
    return f"{one.chatwoot_url}/app/accounts/{one.account_id}/conversations/{conversation_id}"


def _row(visit: Visit, delivery_id: int) -> Row[Any]:
    with visit.house.store.read() as tx:
        row = browse.one(tx, delivery_id) if delivery_id < 2**63 else None
    if row is None:
        raise NotThere(
            _("There is no delivery %(id)s.", id=delivery_id), fix=_("Its connection may be gone.")
        )
    return row


def _connection(tx: Connection, visit: Visit, connection_id: int) -> CRMConnection | None:
    return connections.some(tx, visit.house.vault, [connection_id]).get(connection_id)


def replay_one(visit: Visit) -> Go:
    """Try one again."""
    row = _row(visit, visit.number("id"))
    done = replaying.replay(visit.house, dead.Chosen((row.id,)))
    return Go(f"/deliveries/{row.id}", done.told())


def replay_many(visit: Visit) -> Go:
    """Try those again that are ticked, or all failed ones of the filter."""
    back = visit.given("back")
    ids = tuple(number for text in visit.form.get("id", ()) if (number := _whole(text)) is not None)
    if visit.given("all") and visit.given("q").strip():
        found, more = _found(visit)
        done = replaying.replay_found(visit.house, found, more=more)
    elif visit.given("all"):
        done = replaying.replay(visit.house, _chosen(visit))
    elif ids:
        done = replaying.replay(visit.house, dead.Chosen(ids))
    else:
        raise CRMHostError(_("Nothing was ticked."), fix=_("Tick those that are to be tried again."))
    return Go(back if back.startswith("/deliveries") else "/deliveries", done.told())


def _found(visit: Visit) -> tuple[list[int], bool]:
    """Return the failed ones of a search, in order of arrival, and whether there are more."""
    catch_up(visit.house.store)
    with visit.house.store.read() as tx:
        one = chosen(tx, visit.house, visit.given("connection"))
        wanted = replace(_wanted(tx, visit, visit.given, one), states=("dead",))
        rows = browse.page(tx, wanted, FOUND + 1)
    return sorted(row.id for row in rows[:FOUND]), len(rows) > FOUND


def _chosen(visit: Visit) -> dead.Chosen:
    kind = visit.given("kind")
    return dead.Chosen(
        connection_id=_whole(visit.given("connection")),
        cause=visit.given("cause") or None,
        kind=kind if kind in KINDS else None,
        contact_id=_whole(visit.given("contact")),
    )


PLACES = (
    Place("/deliveries", listed),
    Place("/deliveries/{id:id}", show),
    form("/deliveries/replay", replay_many),
    form("/deliveries/{id:id}/replay", replay_one),
)
