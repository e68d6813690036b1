"""A plugin for a CRM whose tokens expire at once, and whose refresh tokens are good once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, SecretStr, model_validator

from crmhost import Choice, Context, CredentialsError, Outcome, PluginInfo, SetupResult, Token, hookimpl


class OAuthSettings(BaseModel):
    """What was called url once is called api_url now."""

    model_config = ConfigDict(extra="forbid")

    api_url: str
    refresh_token: SecretStr
    team: str = ""

    @model_validator(mode="before")
    @classmethod
    def _by_its_old_name(cls, given: Any) -> Any:
        if isinstance(given, dict) and "url" in given:
            others = {name: value for name, value in given.items() if name != "url"}
            return {"api_url": given["url"], **others}
        return given


class OAuth:
    """A plugin whose setup needs a token; each refresh token is good once."""

    def __init__(self) -> None:
        self.good = {"given"}
        self.used: list[str] = []

    @hookimpl
    def info(self) -> PluginInfo:
        return PluginInfo("OAuth", OAuthSettings, ("person",))

    @hookimpl
    def setup(self, context: Context[OAuthSettings]) -> SetupResult:
        context.tokens.get(lambda kept: self.make(context, kept))
        return SetupResult()

    @hookimpl
    def choices(self, context: Context[OAuthSettings]) -> dict[str, Sequence[Choice]]:
        context.tokens.get(lambda kept: self.make(context, kept))
        return {"team": [Choice("sales", "Sales")]}

    @hookimpl
    def handle_contact(self) -> Outcome:
        return Outcome(ignored="Not of interest.")

    def make(self, context: Context[OAuthSettings], kept: Mapping[str, Any]) -> Token:
        given = kept.get("refresh_token") or context.settings.refresh_token.get_secret_value()
        if given not in self.good:
            raise CredentialsError("The refresh token is refused.", fix="Grant access again.")
        self.used.append(given)
        self.good = {f"{given}+"}
        return Token(f"access of {given}", 0.0, {"refresh_token": f"{given}+"})
