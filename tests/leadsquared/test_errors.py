"""What an answer means: one row for each kind there is."""

from __future__ import annotations

from typing import Any

import pytest

from crmhost import Answer, CredentialsError, NotYet, PluginError, Rejected, SetUpAgain, TryAgain
from crmhost_leadsquared_reference.clients.errors import Asked, Failed, error_from

from .payloads import answer, payload

ENVELOPE = payload("errors")["envelope"]
OTHER = {"Status": "Error", "ExceptionType": "NullReferenceException", "ExceptionMessage": "No."}
LIMIT = payload("errors")["statuses"]["429"]
WRITE = Asked("POST", "LeadManagement.svc/Lead.Update", "contact 5821")
READ = Asked("GET", "ProspectActivity.svc/ActivityTypes.Get")

ROWS: list[tuple[int, Any, type[PluginError], bool]] = [
    # status, body, the error it is, whether a write leaves doubt
    (500, ENVELOPE, Rejected, False),
    (200, ENVELOPE, Rejected, False),
    (500, OTHER, Failed, False),
    (200, OTHER, Failed, False),
    (500, OTHER | {"ExceptionType": "SqlException"}, Failed, True),
    (401, "Unauthorized", CredentialsError, False),
    (401, ENVELOPE, CredentialsError, False),
    (403, "", CredentialsError, False),
    (429, LIMIT, NotYet, False),
    (429, {"Status": "Error", "ExceptionType": "MXRateLimit"}, NotYet, False),
    (400, "Bad Request", Rejected, False),
    (404, "<h1>Not Found</h1>", SetUpAgain, True),
    (413, "", Rejected, False),
    (302, "", TryAgain, True),
    (200, "<h1>Log in</h1>", TryAgain, True),
    (200, "null", TryAgain, True),
    (500, "<h1>Oops</h1>", TryAgain, True),
    (502, "", TryAgain, True),
    (504, {"message": "Endpoint request timed out"}, TryAgain, True),
]


@pytest.mark.parametrize(("status", "body", "error", "doubt"), ROWS)
def test_an_answer_means_one_error(status: int, body: Any, error: type[PluginError], doubt: bool) -> None:
    written, read = error_from(answer(status, body), WRITE), error_from(answer(status, body), READ)

    assert (type(written), type(read)) == (error, error)
    assert written
    assert read
    assert (written.unsure, read.unsure) == (doubt, False)
    assert "Lead.Update for contact 5821" in str(written)


@pytest.mark.parametrize("body", [[], {}, {"Status": "Success", "Message": {}}])
def test_what_is_no_error_is_none(body: Any) -> None:
    assert error_from(answer(200, body), WRITE) is None


def test_throttling_lasts_for_leadsquareds_five_seconds() -> None:
    error = error_from(answer(429, LIMIT), WRITE)

    assert isinstance(error, NotYet)
    assert error.delay == 5


def test_whoever_says_for_how_long_is_heeded() -> None:
    error = error_from(Answer(429, {"retry-after": "17"}, b""), WRITE)

    assert isinstance(error, NotYet)
    assert error.delay == 17


def test_so_is_what_stands_before_it() -> None:
    error = error_from(Answer(503, {"retry-after": "120"}, b"<html>Back soon</html>"), WRITE)

    assert isinstance(error, TryAgain)
    assert error.delay == 120


def test_leadsquared_may_stumble_three_times_over_a_record() -> None:
    error = error_from(answer(500, OTHER), WRITE)

    assert isinstance(error, Failed)
    assert error.at_most == 3


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[2].__name__}")
def test_each_error_says_what_to_do(row: tuple[int, Any, type[PluginError], bool]) -> None:
    error = error_from(answer(row[0], row[1]), WRITE)

    assert error
    assert error.fix
