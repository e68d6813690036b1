"""Making a connection known to Chatwoot: whose token it is, and the webhook that posts to us."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import CredentialsError, CRMHostError, SettingsError
from ..models import ReportLine
from ..validation import check_pasted
from .transport import NEW_TOKEN, address_of

if TYPE_CHECKING:
    from .api import ChatwootAPI
    from .webhooks import Webhook


@dataclass(frozen=True)
class Access:
    """Where Chatwoot is, and the token of a user there; what is None is not known."""

    url: str | None = None
    token: str | None = field(default=None, repr=False)

    def beside(self, url: str | None, token: str | None) -> Access:
        """Return this with the blanks filled by what was known before; refuse what cannot be."""
        if self.token is not None:
            check_pasted(self.token, "token")
        both = Access(address_of(self.url) if self.url is not None else url, self.token or token)
        if both.token and not both.url:
            raise SettingsError("A token of Chatwoot's needs its address.", fix="Add --chatwoot-url URL.")
        return both


@dataclass(frozen=True)
class Joined:
    """What came of joining: the webhook's secret, where Chatwoot makes one, and what a person reads."""

    secret: str | None = None
    report: tuple[ReportLine, ...] = ()


def administrator(api: ChatwootAPI, account_id: int) -> ReportLine:
    """Say whose token it is; refuse that of a user who may not make webhooks in this account."""
    user = api.account.profile()
    if user.role is None:
        raise CredentialsError(
            f"Chatwoot's user {user.name} is not in account {account_id}.",
            fix="Give the number that stands in Chatwoot's addresses after /accounts/, or another's token.",
        )
    if not user.administrator:
        raise CredentialsError(
            f"Chatwoot's user {user.name} is {user.role} in account {account_id}: webhooks are an "
            "administrator's business.",
            fix=NEW_TOKEN,
        )
    return ReportLine("Chatwoot", f"the token of {user.name}, administrator of {user.account}")


@contextmanager
def joining(api: ChatwootAPI, account_id: int, webhook_url: str, *, unsigned: bool) -> Iterator[Joined]:
    """Register the webhook for the block; a new one is removed again where the block fails."""
    administrator(api, account_id)
    webhook, new = api.webhooks.register(webhook_url)
    try:
        if webhook.secret is None and not unsigned:
            raise SettingsError(
                "This Chatwoot signs no webhooks (4.11.2 is the first that does).",
                fix="Update it, or add --unsigned: then whoever knows the webhook's address can post to it.",
            )
        how = "made" if new else "there already"
        kept = "its secret is kept" if webhook.secret else "not signed"
        told = ReportLine(
            "Webhook", f"{how}, with {len(webhook.subscriptions)} events, {kept}: {webhook.url}"
        )
        yield Joined(webhook.secret, (told,))
    except BaseException:
        if new:
            with suppress(CRMHostError):
                api.webhooks.delete(webhook.id)
        raise


def looked_at(
    api: ChatwootAPI, account_id: int, connection_id: int, webhook_url: str, secrets: Sequence[str]
) -> tuple[ReportLine, ...]:
    """Say how a connection stands with Chatwoot, and change nothing."""
    user = administrator(api, account_id)
    webhook = api.webhooks.at(webhook_url)
    problem = _problem(webhook, webhook_url, secrets)
    if problem:
        fix = f"Mend it: crmhost set {connection_id} --chatwoot-token @file"
        return user, ReportLine("Beware", problem, "warning", fix)
    return user, ReportLine("Webhook", f"as it should be: {webhook_url}")


def _problem(webhook: Webhook | None, url: str, secrets: Sequence[str]) -> str:
    """Return what is wrong with our webhook, as a sentence."""
    if webhook is None:
        return "Chatwoot has no webhook of this connection: nothing arrives."
    if webhook.url != url:
        return f"Chatwoot posts to {webhook.url}, not to {url}."
    if webhook.missing:
        return f"Chatwoot's webhook does not bring {', '.join(webhook.missing)}."
    if webhook.secret and webhook.secret not in secrets:
        return "Chatwoot's webhook has another secret than the one kept here."
    return ""
