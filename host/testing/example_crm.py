"""A CRM of two tables, to begin with: it has the tempers that CRMs have, and refuses, forgets and merges.

=============================  ==================================================================
``GET /me``                    ``{name, email, phone}`` of the token's user
``GET /people?email=…``        a list; ``?phone=…`` likewise
``POST /people``               ``{id}``, of ``{name, email, phone}``; 409 ``phone_taken``, 422
``GET /people/ID``             ``{id, name, email, phone}``; 404, or 410 with ``into`` if merged
``PUT /people/ID``             changes what is named
``GET /notes?ref=…``           a list
``POST /notes``                ``{id}``, of ``{person, ref, text}``; 404 without the person
``PUT /notes/ID``              changes what is named
=============================  ==================================================================

Without ``Authorization: Bearer TOKEN`` all of them are 401.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from crmhost import Expected
from crmhost.testing import Activity, Person  # as it stands in a copy of this file

NAME_LIMIT = 120
TEXT_LIMIT = 20_000
"""Characters of a person's name, and of a note."""

Row = dict[str, Any]
Answer = Callable[[Request], Awaitable[Response]]


@dataclass
class ExampleCRM:
    """People and notes; a phone is one person's, an e-mail address may be anybody's."""

    people: dict[str, Row] = field(default_factory=dict)
    notes: dict[str, Row] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    """Into whom people were merged who are no more."""
    tokens: set[str] = field(default_factory=set)
    _made: int = 0

    @property
    def app(self) -> Starlette:
        """The CRM's API as an ASGI application."""
        return Starlette(
            routes=[
                self._route("GET", "/me", self._me),
                self._route("GET", "/people", self._find_people),
                self._route("POST", "/people", self._make_person),
                self._route("GET", "/people/{id}", self._show_person),
                self._route("PUT", "/people/{id}", self._change_person),
                self._route("GET", "/notes", self._find_notes),
                self._route("POST", "/notes", self._make_note),
                self._route("PUT", "/notes/{id}", self._change_note),
            ]
        )

    def settings(self, base_url: str) -> dict[str, str]:
        """Return the settings of a connection, with a new token."""
        self.tokens.add(token := secrets.token_hex(20))
        return {"api_url": base_url, "api_token": token}

    # As the contract looks into it, and disturbs it

    def persons(self) -> list[Person]:
        """Return all people."""
        return [
            Person(row["name"], _said(row["email"]), _said(row["phone"]), id=key)
            for key, row in self.people.items()
        ]

    def activities(self) -> list[Activity]:
        """Return all notes."""
        return [Activity(row["person"], row["text"], key) for key, row in self.notes.items()]

    def add_person(self, person: Person) -> str:
        """Add somebody, and return the id."""
        email, phone = next(iter(person.emails), None), next(iter(person.phones), None)
        return self._add(self.people, {"name": person.name, "email": email, "phone": phone})

    def rename(self, person_id: str, name: str) -> None:
        """Give somebody another name."""
        self.people[person_id]["name"] = name

    def delete(self, person_id: str) -> None:
        """Delete somebody."""
        del self.people[person_id]

    def merge(self, person_id: str, into: str) -> None:
        """Merge somebody into somebody else, who gets the address and the phone."""
        gone = self.people.pop(person_id)
        self.people[into] |= {"email": gone["email"], "phone": gone["phone"]}
        self.merged[person_id] = into

    def revoke(self) -> None:
        """Make all tokens invalid."""
        self.tokens.clear()

    # As crmhost demo looks into it

    def tables(self) -> dict[str, list[dict[str, str]]]:
        """Return what there is, as a person would like to see it."""
        tables = {"people": self.people, "notes": self.notes}
        return {
            name: [
                {"id": key, **{column: str(row[column] or "") for column in row}} for key, row in rows.items()
            ]
            for name, rows in tables.items()
        }

    def differences(self, expected: Expected) -> list[str]:
        """Return a sentence for each customer and conversation that is not there once, and for any other."""
        there = {f"Contact {one.id}": self._known(one.email, one.phone) for one in expected.contacts}
        there |= {
            f"Conversation {one.id}": [key for key, row in self.notes.items() if row["ref"] == _ref(one.id)]
            for one in expected.conversations
        }
        amiss = [f"{what} is there {len(ids)} times." for what, ids in there.items() if len(ids) != 1]
        return amiss + [
            f"There are {len(rows)} {name} instead of {len(wanted)}."
            for name, rows, wanted in (
                ("people", self.people, expected.contacts),
                ("notes", self.notes, expected.conversations),
            )
            if len(rows) != len(wanted)
        ]

    def _known(self, email: str | None, phone: str | None) -> list[str]:
        name, value = ("email", email) if email else ("phone", phone)
        return [key for key, row in self.people.items() if row[name] == value]

    # Its API

    def _route(self, method: str, path: str, answer: Answer) -> Route:
        async def respond(request: Request) -> Response:
            token = request.headers.get("authorization", "").removeprefix("Bearer ")
            return await answer(request) if token in self.tokens else _refused(401, "unauthorized")

        return Route(path, respond, methods=[method])

    async def _me(self, _request: Request) -> Response:
        return JSONResponse({"name": "Pat Admin", "email": "pat@example.com", "phone": "0800 765 4321"})

    async def _find_people(self, request: Request) -> Response:
        ((name, wanted),) = request.query_params.items()
        found = (key for key, row in self.people.items() if (row[name] or "").lower() == wanted.lower())
        return JSONResponse([{"id": key, **self.people[key]} for key in found])

    async def _make_person(self, request: Request) -> Response:
        row = await request.json()
        return self._problem(row, "") or JSONResponse({"id": self._add(self.people, row)}, 201)

    async def _show_person(self, request: Request) -> Response:
        key = request.path_params["id"]
        return self._gone(key) or JSONResponse({"id": key, **self.people[key]})

    async def _change_person(self, request: Request) -> Response:
        key, row = request.path_params["id"], await request.json()
        if problem := self._gone(key) or self._problem(row, key):
            return problem
        self.people[key] |= row
        return JSONResponse({"id": key})

    async def _find_notes(self, request: Request) -> Response:
        wanted = request.query_params["ref"]
        found = (key for key, row in self.notes.items() if row["ref"] == wanted)
        return JSONResponse([{"id": key, **self.notes[key]} for key in found])

    async def _make_note(self, request: Request) -> Response:
        row = await request.json()
        problem = self._gone(row["person"]) or _too_long(row)
        return problem or JSONResponse({"id": self._add(self.notes, row)}, 201)

    async def _change_note(self, request: Request) -> Response:
        key, row = request.path_params["id"], await request.json()
        if key not in self.notes:
            return _refused(404, "not_found")
        if problem := _too_long(row):
            return problem
        self.notes[key] |= row
        return JSONResponse({"id": key})

    def _gone(self, key: str) -> Response | None:
        if key in self.merged:
            return _refused(410, "merged", into=self.merged[key])
        return None if key in self.people else _refused(404, "not_found")

    def _problem(self, row: Row, key: str) -> Response | None:
        if len(row.get("name") or "") > NAME_LIMIT:
            return _refused(422, "name_too_long")
        phone = row.get("phone")
        if phone and any(one["phone"] == phone for other, one in self.people.items() if other != key):
            return _refused(409, "phone_taken")
        return None

    def _add(self, table: dict[str, Row], row: Row) -> str:
        self._made += 1
        table[str(self._made)] = dict(row)
        return str(self._made)


def _ref(conversation_id: int) -> str:
    return f"conversation:{conversation_id}"


def _too_long(row: Row) -> Response | None:
    return _refused(422, "text_too_long") if len(row["text"]) > TEXT_LIMIT else None


def _refused(status: int, error: str, **more: str) -> Response:
    return JSONResponse({"error": error, **more}, status)


def _said(value: str | None) -> tuple[str, ...]:
    return (value,) if value else ()
