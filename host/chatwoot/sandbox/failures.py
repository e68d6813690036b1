"""What the sandbox refuses, in Chatwoot's words (rest/errors.json)."""

from __future__ import annotations

from typing import Any


class Failure(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


def unauthenticated() -> Failure:
    """Return what a wrong token gets."""
    return Failure(401, {"error": "Invalid Access Token"})


def forbidden() -> Failure:
    """Return what a user gets whose role does not allow it; 401, not 403."""
    return Failure(401, {"error": "You are not authorized to do this action"})


def not_found() -> Failure:
    """Return what an unknown record gets."""
    return Failure(404, {"error": "Resource could not be found"})


def invalid(attribute: str, message: str) -> Failure:
    """Return what a value gets that the record does not allow."""
    return Failure(422, {"message": message, "attributes": [attribute]})
