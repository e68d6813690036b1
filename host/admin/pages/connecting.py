"""Making a connection, step by step: which CRM, which Chatwoot, how to reach the CRM, what goes where."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ...chatwoot import Access, Membership
from ...checking import checked, choices
from ...connect import connect
from ...context import TokensInMemory
from ...errors import CRMHostError, SettingsError
from ...preview import Preview, preview_newest
from ...store.connections import CRMConnection
from .. import forms
from ..drafts import Draft, draft_of, sealed
from ..heard import translated
from ..visits import Go, NotThere, Page, Place, Visit, form
from ..words import gettext as _

if TYPE_CHECKING:
    from ...models import ReportLine, SetupResult
    from ...plugins import Plugin


def which(visit: Visit) -> Page | Go:
    """Ask which CRM; where there is one plugin only, that one."""
    plugins = visit.house.plugins.found
    if len(plugins) == 1:
        return Go(f"/connect/{next(iter(plugins))}")
    return Page("connect-which.html", {"plugins": list(plugins.values())})


def _plugin(visit: Visit) -> Plugin:
    try:
        return visit.house.plugins[visit.request.path_params["plugin"]]
    except SettingsError as error:
        raise NotThere(str(error), fix=error.fix) from error


def begin(visit: Visit) -> Page:
    """Ask for the Chatwoot: its address, and an administrator's token."""
    return _chatwoot(_plugin(visit))


def _chatwoot(
    plugin: Plugin, filled: Mapping[str, str] | None = None, problem: CRMHostError | None = None
) -> Page:
    values = {"plugin": plugin, "filled": filled or {"url": "", "account": ""}, "problem": problem, "step": 1}
    return Page("connect-chatwoot.html", values, 200 if problem is None else 422)


def chatwoot(visit: Visit) -> Page:
    """Look who the token's user is, and in which accounts; without a token take the account's number."""
    plugin = _plugin(visit)
    filled = {name: visit.given(name).strip() for name in ("url", "token", "account")}
    try:
        if filled["token"] and not filled["url"]:
            fix = _("It is what the browser shows while you are in Chatwoot.")
            raise SettingsError(_("The address of your Chatwoot is needed beside the token."), fix=fix)
        if not filled["token"]:
            return _crm(visit, plugin, _without_token(plugin, filled))
        access = Access(filled["url"], filled["token"]).beside(None, None)
        accounts = _accounts(visit, access)
    except CRMHostError as problem:
        return _chatwoot(plugin, {**filled, "token": ""}, problem)
    draft = Draft(plugin.name, accounts[0].id, access.url, access.token)
    if len(accounts) > 1:
        values = {"plugin": plugin, "accounts": accounts, "draft": sealed(visit, draft), "step": 1}
        return Page("connect-account.html", values)
    return _crm(visit, plugin, draft)


def _without_token(plugin: Plugin, filled: Mapping[str, str]) -> Draft:
    number = filled["account"]
    if not (number.isdecimal() and 0 < int(number[:19]) < 2**63):
        fix = _("Give an administrator's access token, or the number after /accounts/ in Chatwoot's address.")
        raise SettingsError(_("Which account of Chatwoot's is it?"), fix=fix)
    url = Access(filled["url"] or None).beside(None, None).url
    return Draft(plugin.name, int(number), url)


def _accounts(visit: Visit, access: Access) -> list[Membership]:
    """Return the accounts in which the token's user may make webhooks."""
    if "base_url" not in visit.house.settings.model_fields_set:
        raise SettingsError(
            _("CRMHOST_BASE_URL is not set: Chatwoot could not be told where to post."),
            fix=_("Set it to the address at which Chatwoot reaches crmhost, and start crmhost again."),
        )
    api = visit.house.chatwoot(0, access.url, access.token)
    accounts = [one for one in api.account.memberships() if one.administrator] if api else []
    if not accounts:
        raise SettingsError(
            _("The token's user is an administrator of no account."),
            fix=_("Take an administrator's token: webhooks are an administrator's business."),
        )
    return accounts


def account(visit: Visit) -> Page:
    """Take the account that was chosen."""
    plugin = _plugin(visit)
    draft, chosen = draft_of(visit, plugin.name), visit.given("account")
    known = {str(one.id): one for one in _accounts(visit, draft.access)}
    if chosen not in known:
        raise CRMHostError(_("Which account of Chatwoot's is it?"), fix=_("Go back and choose one."))
    return _crm(visit, plugin, replace(draft, account_id=int(chosen)))


def _crm(
    visit: Visit,
    plugin: Plugin,
    draft: Draft,
    wrong: Mapping[str, str] | None = None,
    problem: CRMHostError | None = None,
) -> Page:
    """Ask for what must be given: where the CRM is, and how to come in."""
    values = {
        "plugin": plugin,
        "draft": sealed(visit, draft),
        "groups": forms.groups(plugin.info.settings, draft.values, wrong=wrong, required=True),
        "problem": problem,
        "step": 2,
    }
    return Page("connect-crm.html", values, 422 if wrong or problem else 200)


def crm(visit: Visit) -> Page:
    """Knock at the CRM; go on to the settings where it lets us in."""
    plugin = _plugin(visit)
    model = plugin.info.settings
    needed = [name for name, field in model.model_fields.items() if field.is_required()]
    before = draft_of(visit, plugin.name)
    draft = before.saying(**forms.filled_in(model, visit.form, needed))
    if wrong := forms.mistakes(model, draft.values, needed):
        return _crm(visit, plugin, draft, wrong)
    # Other credentials have tokens of their own.
    tokens = TokensInMemory(before.keep if draft.values == before.values else None)
    try:
        found = _looked_at(visit, plugin, draft, tokens)
    except CRMHostError as problem:
        return _crm(visit, plugin, replace(draft, keep=tokens.keep), problem=problem)
    return _settings_page(visit, plugin, draft, tokens, found.settings, found.report)


def _looked_at(visit: Visit, plugin: Plugin, draft: Draft, tokens: TokensInMemory) -> SetupResult:
    """Return what setup finds with what was said so far; nothing is written."""
    asked = (plugin, draft.account_id, draft.values, draft.access)
    return checked(visit.house, *asked, tokens=tokens, read_only=True)[1]


def _settings_page(
    visit: Visit,
    plugin: Plugin,
    draft: Draft,
    tokens: TokensInMemory,
    found: Mapping[str, Any],
    report: tuple[ReportLine, ...] = (),
    wrong: Mapping[str, str] | None = None,
    problem: CRMHostError | None = None,
    tried: Preview | None = None,
) -> Page:
    """Show what was looked at, and all that may be set; nothing need be."""
    reach = forms.reachable(plugin.info.settings, draft.values)
    options = choices(visit.house, plugin, draft.account_id, reach, draft.access, tokens)
    values = {
        "plugin": plugin,
        "draft": sealed(visit, replace(draft, keep=tokens.keep)),
        "card": bool(visit.given("card")) if visit.given("do") else True,
        "can_show_card": draft.access.token is not None,
        "can_preview": draft.access.token is not None,
        "tried": tried,
        "groups": forms.groups(
            plugin.info.settings, draft.values, found=found, choices=options, wrong=wrong, required=False
        ),
        "report": report,
        "problem": problem,
        "step": 3,
    }
    return Page("connect-settings.html", values, 422 if wrong or problem else 200)


def settings(visit: Visit) -> Page | Go:
    """Check the settings, and turn the connection on where that was asked for."""
    plugin = _plugin(visit)
    model, draft = plugin.info.settings, draft_of(visit, plugin.name)
    needed = {name: value for name, value in draft.values.items() if model.model_fields[name].is_required()}
    said = forms.changed(model, forms.filled_in(model, visit.form), needed)
    draft, tokens = replace(draft, values={**said, **needed}), TokensInMemory(draft.keep)
    if wrong := forms.mistakes(model, draft.values):
        return _settings_page(visit, plugin, draft, tokens, {}, wrong=wrong)
    try:
        if visit.given("do") == "on":
            made = connect(
                visit.house,
                plugin.name,
                draft.account_id,
                draft.values,
                chatwoot=draft.access,
                tokens=tokens,
                card=bool(visit.given("card")) and draft.access.token is not None,
            )
            return Go(f"/connections/{made.connection.id}", with_warnings(_("It is on."), made.report))
        found = _looked_at(visit, plugin, draft, tokens)
        tried = _tried(visit, draft, tokens, found.settings) if visit.given("do") == "preview" else None
    except CRMHostError as problem:
        return _settings_page(visit, plugin, draft, tokens, {}, problem=problem)
    report = () if tried else found.report
    return _settings_page(visit, plugin, draft, tokens, found.settings, report, tried=tried)


def _tried(visit: Visit, draft: Draft, tokens: TokensInMemory, found: Mapping[str, Any]) -> Preview:
    """Return what these settings would do for a contact, as if the connection were there already."""
    one = CRMConnection(
        id=0,
        plugin=draft.plugin,
        account_id=draft.account_id,
        address="",
        given=draft.values,
        found=found,
        webhook_secrets=(),
        unsigned=False,
        created_at=time.time(),
        paused_reason=None,
        paused_fix=None,
        paused_until=None,
        chatwoot_url=draft.access.url,
        chatwoot_token=draft.access.token,
    )
    return preview_newest(visit.house, one, contact_number(visit), tokens)


def with_warnings(said: str, report: tuple[ReportLine, ...]) -> str:
    """Return what is said once something is done, with what setup warned of."""
    warned = [line for line in report if line.state == "warning"]
    told = [f"{translated(line.name)}: {translated(line.found)} {translated(line.fix)}" for line in warned]
    return " ".join((said, *told)).rstrip()


def contact_number(visit: Visit) -> int | None:
    """Return the contact that somebody named; None for whoever was active last."""
    typed = visit.given("preview_contact").strip().lstrip("#")
    return int(typed) if typed.isdecimal() and len(typed) < 19 else None


PLACES = (
    Place("/connect", which, "administrator"),
    Place("/connect/{plugin}", begin, "administrator"),
    form("/connect/{plugin}/chatwoot", chatwoot),
    form("/connect/{plugin}/account", account),
    form("/connect/{plugin}/crm", crm),
    form("/connect/{plugin}/settings", settings),
)
