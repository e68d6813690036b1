"""All places there are: which view is at which address, and for whom."""

from __future__ import annotations

from .pages import (
    account,
    card,
    changing,
    connecting,
    connection,
    deliveries,
    doctor,
    history,
    home,
    people,
    plugins,
    signing_in,
    stories,
)
from .visits import NotThere, Page, Visit
from .words import gettext as _

EVERY = (
    *signing_in.PLACES,
    *account.PLACES,
    *card.PLACES,
    *people.PLACES,
    *home.PLACES,
    *connection.PLACES,
    *connecting.PLACES,
    *changing.PLACES,
    *history.PLACES,
    *deliveries.PLACES,
    *stories.PLACES,
    *plugins.PLACES,
    *doctor.PLACES,
)


def nowhere(_visit: Visit) -> Page:
    """Say that there is nothing at this address."""
    raise NotThere(_("There is no such page."), fix=_("The overview leads everywhere."))
