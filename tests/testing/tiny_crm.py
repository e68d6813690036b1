"""A CRM of two tables, with the tempers that CRMs have: it refuses, forgets, merges and limits."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from crmhost.testing import Activity, Person

NAME_LIMIT = 120
TEXT_LIMIT = 20_000

Row = dict[str, Any]


@dataclass
class TinyCRM:
    """People and notes; a phone is one person's, an e-mail address may be anybody's."""

    people: dict[str, Row] = field(default_factory=dict)
    notes: dict[str, Row] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    made: int = 0

    @property
    def app(self) -> Starlette:
        one = ["GET", "PUT"]
        return Starlette(
            routes=[
                Route("/me", self._me),
                Route("/people", self._people, methods=["GET", "POST"]),
                Route("/people/{id}", self._person, methods=one),
                Route("/notes", self._notes, methods=["GET", "POST"]),
                Route("/notes/{id}", self._note, methods=["PUT"]),
            ]
        )

    def settings(self, base_url: str) -> dict[str, str]:
        self.tokens.add(token := secrets.token_hex(20))
        return {"api_url": base_url, "api_token": token}

    # As the contract looks into it, and disturbs it

    def persons(self) -> list[Person]:
        return [
            Person(
                row["name"],
                (row["email"],) if row["email"] else (),
                (row["phone"],) if row["phone"] else (),
                id=key,
            )
            for key, row in self.people.items()
        ]

    def activities(self) -> list[Activity]:
        return [Activity(row["person"], row["text"], key) for key, row in self.notes.items()]

    def add_person(self, person: Person) -> str:
        email, phone = next(iter(person.emails), None), next(iter(person.phones), None)
        return self._add(self.people, {"name": person.name, "email": email, "phone": phone})

    def rename(self, person_id: str, name: str) -> None:
        self.people[person_id]["name"] = name

    def delete(self, person_id: str) -> None:
        del self.people[person_id]

    def merge(self, person_id: str, into: str) -> None:
        gone = self.people.pop(person_id)
        self.people[into] |= {"email": gone["email"], "phone": gone["phone"]}
        self.merged[person_id] = into

    def revoke(self) -> None:
        self.tokens.clear()

    # Its API

    async def _me(self, request: Request) -> Response:
        return self._refusal(request) or JSONResponse(
            {"name": "Pat Admin", "email": "pat@tiny-crm.test", "phone": "0800 765 4321"}
        )

    async def _people(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        if request.method == "GET":
            ((key, wanted),) = request.query_params.items()
            return JSONResponse(_rows(self.people, lambda row: (row[key] or "").lower() == wanted.lower()))
        row = await request.json()
        if problem := self._problem(row, ""):
            return problem
        return JSONResponse({"id": self._add(self.people, row)}, 201)

    async def _person(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        key = request.path_params["id"]
        if key in self.merged:
            return JSONResponse({"error": "merged", "into": self.merged[key]}, 410)
        if key not in self.people:
            return JSONResponse({"error": "not_found"}, 404)
        if request.method == "PUT":
            row = await request.json()
            if problem := self._problem(row, key):
                return problem
            self.people[key] |= row
        return JSONResponse({"id": key, **self.people[key]})

    async def _notes(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        if request.method == "GET":
            return JSONResponse(_rows(self.notes, lambda row: row["ref"] == request.query_params["ref"]))
        row = await request.json()
        if len(row["text"]) > TEXT_LIMIT:
            return JSONResponse({"error": "too_long"}, 422)
        if row["person"] not in self.people:
            return JSONResponse({"error": "not_found"}, 404)
        return JSONResponse({"id": self._add(self.notes, row)}, 201)

    async def _note(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        row = await request.json()
        if len(row["text"]) > TEXT_LIMIT:
            return JSONResponse({"error": "too_long"}, 422)
        self.notes[request.path_params["id"]] |= row
        return JSONResponse({"id": request.path_params["id"]})

    def _refusal(self, request: Request) -> Response | None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        return None if token in self.tokens else JSONResponse({"error": "unauthorized"}, 401)

    def _problem(self, row: Row, key: str) -> Response | None:
        if len(row.get("name") or "") > NAME_LIMIT:
            return JSONResponse({"error": "name_too_long"}, 422)
        phone = row.get("phone")
        if phone and any(one["phone"] == phone for other, one in self.people.items() if other != key):
            return JSONResponse({"error": "phone_taken"}, 409)
        return None

    def _add(self, table: dict[str, Row], row: Row) -> str:
        self.made += 1
        table[str(self.made)] = dict(row)
        return str(self.made)


def _rows(table: dict[str, Row], wanted: Any) -> list[Row]:
    return [{"id": key, **row} for key, row in table.items() if wanted(row)]
