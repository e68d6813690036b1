"""CRMs that are otherwise: with tokens that expire, a client of their own, a person in one call."""

from __future__ import annotations

import json
import secrets
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from crmhost import Answer, Contact, Context, CredentialsError, Outcome, Token, TryAgain
from crmhost.testing.example_crm import ExampleCRM

from .tiny_plugin import Tiny

# Tokens that expire


GOOD_FOR = 45.0
"""Seconds: less than the host waits after a lost answer."""


@dataclass
class OAuthCRM(ExampleCRM):
    """It gives a new refresh token with each; the old one is good until the new one is used."""

    refresh: dict[str, str] = field(default_factory=dict)
    """By refresh token the access token that was given with it."""
    given: int = 0

    @property
    def app(self) -> Starlette:
        app = super().app
        app.router.routes.append(Route("/oauth/token", self._token, methods=["POST"]))
        return app

    def settings(self, base_url: str) -> dict[str, str]:
        self.refresh[first := f"first-{secrets.token_hex(8)}"] = ""
        return {"api_url": base_url, "refresh_token": first, "client_secret": "s3cret"}

    def revoke(self) -> None:
        super().revoke()
        self.refresh.clear()

    async def _token(self, request: Request) -> Response:
        asked = await request.json()
        if asked["client_secret"] != "s3cret" or asked["refresh_token"] not in self.refresh:
            return JSONResponse({"error": "invalid_grant"}, 400)
        self.given += 1
        access, refresh = f"access-{self.given}", f"refresh-{self.given}"
        for old in [one for one in self.refresh if one != asked["refresh_token"]]:
            del self.refresh[old]
        self.refresh[refresh] = access
        self.tokens = {access}
        return JSONResponse({"access_token": access, "refresh_token": refresh, "expires_in": GOOD_FOR})


class OAuthSettings(BaseModel):
    """What a person gives once: all later tokens are the host's business."""

    model_config = ConfigDict(extra="forbid")

    api_url: str = Field(description="The CRM's address.")
    client_secret: SecretStr = Field(description="Of the app that was registered there.")
    refresh_token: SecretStr = Field(description="The first one, from the page that grants access.")


class OAuthTiny(Tiny):
    """Asks with a token that the host keeps, and has a new one made where it is refused."""

    settings = OAuthSettings

    def ask(self, context: Context[Any], method: str, path: str, **parts: Any) -> Answer:
        make = self.maker(context)
        token = context.tokens.get(make)
        try:
            return self.ask_with(context, token, method, path, **parts)
        except CredentialsError:
            context.tokens.refused(token)  # before its time was over: an administrator may have revoked it
        return self.ask_with(context, context.tokens.get(make), method, path, **parts)

    def ask_with(self, context: Context[Any], token: str, method: str, path: str, **parts: Any) -> Answer:
        headers = {"Authorization": f"Bearer {token}"}
        answer = context.http.request(method, context.settings.api_url + path, headers=headers, **parts)
        if answer.status >= 400:
            self.refuse(answer, method, path)
        return answer

    def maker(self, context: Context[OAuthSettings]) -> Any:
        def make(kept: Mapping[str, Any]) -> Token:
            settings = context.settings
            body = {
                "client_secret": settings.client_secret.get_secret_value(),
                "refresh_token": kept.get("refresh_token") or settings.refresh_token.get_secret_value(),
            }
            # It writes no record: nothing of the customer's is in doubt if its answer is lost.
            answer = context.http.request("POST", f"{settings.api_url}/oauth/token", body=body, writes=False)
            if answer.status == 400:
                raise CredentialsError("The CRM takes the refresh token no more.", fix="Grant access again.")
            if answer.status >= 400:
                self.refuse(answer, "POST", "/oauth/token")
            said = answer.json()
            keep = {"refresh_token": said["refresh_token"]}
            return Token(said["access_token"], said["expires_in"], keep)

        return make


# A client of the vendor's own


class VendorError(Exception):
    """What the vendor's client raises where the CRM refuses."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.headers = {name.lower(): value for name, value in headers.items()}
        self.body = body


class VendorClient:
    """A vendor's client, as they are: it knows nothing of crmhost, and has its own way with HTTP."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token

    def send(
        self, method: str, path: str, params: Mapping[str, str] | None = None, body: Any = None
    ) -> bytes:
        query = f"?{urlencode(params)}" if params else ""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + path + query, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                said: bytes = answer.read()
        except urllib.error.HTTPError as error:
            with error:
                raise VendorError(error.code, dict(error.headers), error.read()) from error
        return said


class VendorTiny(Tiny):
    """Asks with the vendor's client, in a block that the host counts and guards."""

    def ask(self, context: Context[Any], method: str, path: str, **parts: Any) -> Answer:
        settings = context.settings
        client = VendorClient(settings.api_url, settings.api_token.get_secret_value())
        with context.http.calling(method, path) as calling:
            try:
                return Answer(200, {}, client.send(method, path, **parts))
            except VendorError as error:
                calling.status = error.status
                self.refuse(Answer(error.status, error.headers, error.body), method, path)
            except (OSError, HTTPException) as error:  # its words for no answer, or half of one
                raise TryAgain(f"{method} {path} got no answer.", unsure=method != "GET") from error


# Upsert


class UpsertCRM(ExampleCRM):
    """It takes a person in one call, new or known: whoever has the e-mail address is changed."""

    @property
    def app(self) -> Starlette:
        app = super().app
        app.router.routes.insert(0, self._route("PUT", "/people", self._upsert))
        return app

    async def _upsert(self, request: Request) -> Response:
        row = await request.json()
        known = (
            key for key, one in self.people.items() if (one["email"] or "").lower() == row["email"].lower()
        )
        key = next(known, "")
        if problem := self._problem(row, key):
            return problem
        if key:
            self.people[key] |= row
        return JSONResponse({"id": key or self._add(self.people, row)})


class UpsertTiny(Tiny):
    """Makes or changes in one call whoever has an e-mail address; the same call again changes nothing."""

    def begin(self, context: Context[Any], contact: Contact) -> Outcome:
        if not contact.email:
            return super().begin(context, contact)
        self.claim(context, f"email {contact.email.lower()}")
        return self.create(context, contact, self.fields(contact))

    def ask(self, context: Context[Any], method: str, path: str, **parts: Any) -> Answer:
        if (method, path) == ("POST", "/people") and parts["body"]["email"]:
            method = "PUT"
        return super().ask(context, method, path, **parts)
