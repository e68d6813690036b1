"""Changing a connection: its settings, a test webhook, and removing it with all that means spelled out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ...chatwoot import Access
from ...checking import checked, choices
from ...connect import card_url, change, check, disconnect, hide_card, show_card
from ...errors import CRMHostError, SettingsError
from ...knocking import compare, knock
from ...preview import Preview, preview_newest
from ...tokens import KeptTokens
from .. import forms
from ..heard import translated
from ..standing import called
from ..visits import Go, Page, Place, Visit, form
from ..words import gettext as _
from ..words import ngettext
from .connecting import contact_number, with_warnings
from .connection import found

if TYPE_CHECKING:
    from ...models import ReportLine
    from ...store.connections import CRMConnection


def settings(visit: Visit) -> Page:
    """Show the settings as they are."""
    one = found(visit, visit.number("id"))
    return _form(visit, one, one.given)


def _form(
    visit: Visit,
    one: CRMConnection,
    given: Mapping[str, Any],
    report: tuple[ReportLine, ...] = (),
    wrong: Mapping[str, str] | None = None,
    problem: CRMHostError | None = None,
    tried: Preview | None = None,
) -> Page:
    plugin = visit.house.plugins[one.plugin]
    access = Access(one.chatwoot_url, one.chatwoot_token)
    reach = forms.reachable(plugin.info.settings, one.given)
    tokens = KeptTokens(visit.house, one.id)
    options = choices(visit.house, plugin, one.account_id, reach, access, tokens)
    values = {
        "one": one,
        "name": called(visit.house, one),
        "groups": forms.groups(plugin.info.settings, given, found=one.found, choices=options, wrong=wrong),
        "report": report,
        "problem": problem,
        "card": card_url(visit.house, one),
        "can_preview": one.chatwoot_token is not None,
        "tried": tried,
    }
    return Page("settings.html", values, 422 if wrong or problem else 200)


def keep(visit: Visit) -> Page | Go:
    """Check the settings with the CRM, and keep them; secrets that were left empty stay as they are."""
    one = found(visit, visit.number("id"))
    model = visit.house.plugins[one.plugin].info.settings
    said = forms.changed(model, forms.filled_in(model, visit.form), one.given)
    if wrong := forms.mistakes(model, {**one.given, **said}):
        return _form(visit, one, {**one.given, **said}, wrong=wrong)
    url, token = visit.given("chatwoot_url").strip(), visit.given("chatwoot_token").strip()
    access = Access(url or None, token or None) if token or url != (one.chatwoot_url or "") else None
    try:
        if visit.given("do") == "preview":
            return _form(visit, one, {**one.given, **said}, tried=_tried(visit, one, said))
        made = change(visit.house, one.id, said, chatwoot=access)
    except CRMHostError as problem:
        return _form(visit, one, {**one.given, **said}, problem=problem)
    kept = _("The settings are kept. What comes from now on is worked by them.")
    return Go(f"/connections/{one.id}", with_warnings(kept, made.report))


def _tried(visit: Visit, one: CRMConnection, said: Mapping[str, Any]) -> Preview:
    """Return what these settings, which are not kept, would do for a contact."""
    given = {name: value for name, value in {**one.given, **said}.items() if value is not None}
    plugin, access = visit.house.plugins[one.plugin], Access(one.chatwoot_url, one.chatwoot_token)
    found = checked(visit.house, plugin, one.account_id, given, access, read_only=True)[1]
    there = replace(one, given=given, found=found.settings)
    return preview_newest(visit.house, there, contact_number(visit))


def look(visit: Visit) -> Page:
    """Check the connection as it is, and change nothing."""
    one = found(visit, visit.number("id"))
    try:
        report = check(visit.house, one.id).report
    except CRMHostError as problem:
        return _form(visit, one, one.given, problem=problem)
    return _form(visit, one, one.given, report)


def test(visit: Visit) -> Go:
    """Post a signed webhook to our own address, as Chatwoot does, and say what that did not prove."""
    one = found(visit, visit.number("id"))
    milliseconds = knock(visit.house, one)
    said = ngettext(
        "A signed test webhook went to the connection's address and was taken, in %(count)s millisecond.",
        "A signed test webhook went to the connection's address and was taken, in %(count)s milliseconds.",
        milliseconds,
    )
    return Go(f"/connections/{one.id}", f"{said} {_beyond(visit, one)}".rstrip())


def _beyond(visit: Visit, one: CRMConnection) -> str:
    """Say how far Chatwoot itself would do the same: it was our own secret that the test was signed with."""
    try:
        if compare(visit.house, one):
            return _("Chatwoot posts there too, with the secret that is kept here.")
    except SettingsError:
        raise
    except CRMHostError as error:
        return _("Chatwoot could not be asked for its secret: %(why)s", why=translated(str(error)))
    if one.unsigned:
        return ""
    return _(
        "It was signed with the secret kept here: only a webhook of Chatwoot's shows that it has the same."
    )


def card(visit: Visit) -> Go:
    """Have Chatwoot show the connection's card, or show it no more."""
    one = found(visit, visit.number("id"))
    if visit.given("remove"):
        hide_card(visit.house, one)
        return Go(f"/connections/{one.id}/settings", _("Chatwoot does not show the card any more."))
    show_card(visit.house, one)
    return Go(f"/connections/{one.id}/settings", _("Chatwoot shows the card beside each conversation."))


def removing(visit: Visit) -> Page:
    """Say what removing a connection does, before it is done."""
    one = found(visit, visit.number("id"))
    return Page("remove.html", {"one": one, "name": called(visit.house, one)})


def remove(visit: Visit) -> Go:
    """Remove it."""
    one = found(visit, visit.number("id"))
    if disconnect(visit.house, one.id):
        return Go("/", _("The connection is removed, and its webhook and card in Chatwoot with it."))
    left = _("The connection is removed. Remove its webhook and card in Chatwoot too, under Integrations.")
    return Go("/", left)


PLACES = (
    Place("/connections/{id:id}/settings", settings, "administrator"),
    form("/connections/{id:id}/settings", keep),
    form("/connections/{id:id}/check", look),
    form("/connections/{id:id}/test", test),
    form("/connections/{id:id}/card", card),
    Place("/connections/{id:id}/remove", removing, "administrator"),
    form("/connections/{id:id}/remove", remove),
)
