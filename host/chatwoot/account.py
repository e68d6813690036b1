"""Who the token belongs to, and who and what is in the account."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import CredentialsError
from ..models import Inbox
from .transport import Row, read, rows_of

if TYPE_CHECKING:
    from .transport import Transport

ADMINISTRATOR = "administrator"
REMEMBER = 600.0
"""Seconds for which the agents of an account are not read again."""


@dataclass(frozen=True)
class Profile:
    """The user whose token it is; ``role`` in this account, None for a user who is not in it."""

    name: str
    role: str | None
    account: str

    @property
    def administrator(self) -> bool:
        """Whether the user may make webhooks."""
        return self.role == ADMINISTRATOR


@dataclass(frozen=True)
class Membership:
    """An account that a user is in, and whether as an administrator."""

    id: int
    name: str
    administrator: bool


class Account:
    """What belongs to the account as a whole."""

    def __init__(self, transport: Transport, account_id: int) -> None:
        self._transport = transport
        self._id = account_id

    def profile(self) -> Profile:
        """Return the token's user."""
        user = self._user()
        mine = next((one for one in rows_of(user, "accounts") if one.get("id") == self._id), {})
        return Profile(str(user.get("name") or user.get("email")), mine.get("role"), str(mine.get("name")))

    def _user(self) -> Row:
        user = self._transport.ask("GET", "/api/v1/profile")
        if not isinstance(user, dict) or "accounts" not in user:
            # An agent bot's or a platform's token opens other doors, not this one.
            raise CredentialsError(
                "Chatwoot knows the token, but not as a user's.",
                fix="Take the access token at the foot of a user's profile settings.",
            )
        return user

    def memberships(self) -> list[Membership]:
        """Return the accounts that the token's user is in."""
        rows = rows_of(self._user(), "accounts")
        return [
            Membership(int(row["id"]), str(row.get("name") or row["id"]), row.get("role") == ADMINISTRATOR)
            for row in rows
            if isinstance(row.get("id"), int)
        ]

    def agents(self) -> Mapping[int, str]:
        """Return each agent's e-mail address by the agent's id."""
        rows = rows_of(self._transport.get("/agents"), "payload")
        return {row["id"]: row["email"] for row in rows if row.get("id") and row.get("email")}

    def inboxes(self) -> tuple[Inbox, ...]:
        """Return the account's inboxes; they come in one page."""
        rows = rows_of(self._transport.get("/inboxes"), "payload")
        return tuple(read(Inbox, row, f"inbox {row.get('id')}") for row in rows)


class Agents:
    """The agents of accounts, remembered by a process for a while."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], tuple[float, Mapping[int, str]]] = {}
        self._lock = threading.Lock()

    def of(self, account: tuple[str, int], ask: Callable[[], Mapping[int, str]]) -> Mapping[int, str]:
        """Return the agents of an account (Chatwoot's address, its number)."""
        with self._lock:
            read_at, agents = self._known.get(account, (0.0, {}))
        if agents and time.monotonic() - read_at < REMEMBER:
            return agents
        agents = ask()
        with self._lock:
            self._known[account] = (time.monotonic(), agents)
        return agents
