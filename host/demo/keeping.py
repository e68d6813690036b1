"""What the demo goes on with while it is kept: a failure that was mended and one to mend, and a backfill."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from ..admin.passwords import first_link
from ..backfill import begin
from ..chatwoot import Access
from ..chatwoot.sandbox import ChatwootSandbox
from ..chatwoot.sandbox.life import Life
from ..connect import connect
from ..errors import CRMHostError
from ..for_people import ForPeople
from ..replay import replay
from ..server import serving
from ..store import dead
from ..store.dead import Chosen
from . import payloads
from .run import Sender, wait_until_idle
from .scenario import ACCOUNT, Post

if TYPE_CHECKING:
    from .run import Demo

PAST = 6
"""Customers whom the other account has had for a while, each with a conversation."""
REFUSED = (
    payloads.contact(5850, "Ingrid Larsen", email="ingrid.larsen@example.com", company_name="Fjord & Co"),
    payloads.contact(5851, "Kwame Mensah", email="kwame.mensah@example.com", company_name="Accra Prints"),
)
"""Who comes while the CRM takes nobody new."""
PATIENCE = 5.0
"""Seconds in which a plugin may set aside what its CRM refuses; one that tries again needs no help."""


@contextmanager
def going_on(demo: Demo) -> Iterator[str]:
    """Go on with a demo that has pages; yield a link with which somebody signs in to them."""
    with ExitStack() as stack:
        _fail_and_mend(demo)
        chatwoot = ChatwootSandbox(ACCOUNT + 1)
        stack.callback(chatwoot.close)
        Life(chatwoot).settle(PAST)
        served = serving(ForPeople(chatwoot.app, "Chatwoot", chatwoot.tables))
        _bring_the_past(demo, Access(stack.enter_context(served), chatwoot.make_token()))
        yield f"{demo.address}{first_link(demo.house)}"


def _fail_and_mend(demo: Demo) -> None:
    """Have the CRM refuse two customers until somebody mends it; bring the first, and leave one to bring."""
    post, house = Sender(demo.house, demo.webhook_url), demo.house
    demo.door.on = True
    for person in REFUSED:
        post(Post("a customer whom the CRM refuses", payloads.contact_created(person)))
    with suppress(CRMHostError):  # still waiting: the plugin tries again by itself
        wait_until_idle(house, PATIENCE)
    demo.door.on = False
    with house.store.read() as tx:
        rows = dead.chosen(tx, Chosen(connection_id=demo.connection_id))
    if rows:
        replay(house, Chosen(ids=(rows[0].id,)))
        wait_until_idle(house)


def _bring_the_past(demo: Demo, access: Access) -> None:
    """Connect another account, which has been in use for a while, and begin to bring what is there."""
    settings = demo.crm.settings(demo.crm_url)
    made = connect(demo.house, demo.plugin.name, ACCOUNT + 1, settings, chatwoot=access)
    begin(demo.house, made.connection.id, None)
