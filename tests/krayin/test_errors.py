"""What a real Krayin's answers are taken for."""

from __future__ import annotations

import pytest

from crmhost import Answer, CredentialsError, NotYet, Rejected, TryAgain
from crmhost_krayin.clients.errors import Asked, Failed, Invalid, Missing, error_from

from .recordings import recorded

READ = Asked("GET", "/get")
SEARCH = Asked("GET", "/contacts/persons/search", "contact 5821")
POST = Asked("POST", "/leads", "contact 5821")
NOTE = Asked("POST", "/activities", "conversation 731")
PUT = Asked("PUT", "/activities/99999", "conversation 731")
BARE_500 = recorded(16)
OK, OK_22 = recorded(1), Answer(200, {}, recorded(1).body)


@pytest.mark.parametrize("number", [1, 43, 154, 222, 561, 661, 671])
def test_an_answer_with_data_is_no_error(number: int) -> None:
    assert error_from(recorded(number), POST) is None


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (60, "emails.0.value: The value has already been taken."),
        (266, "person.emails.0.value: The value has already been taken."),
        (668, "person.contact_numbers.0.value: The value has already been taken."),
        (59, "emails.0.value: The emails.0.value must be a valid email address."),
        (283, "lead_pipeline_stage_id: The lead pipeline stage id field is required."),
    ],
)
def test_a_refusal_names_record_field_and_reason(number: int, said: str) -> None:
    error = error_from(recorded(number), POST)

    assert isinstance(error, Invalid)
    assert str(error) == f"Krayin does not accept POST /leads for contact 5821: {said}"
    assert error.fix
    assert not error.unsure


def test_a_required_field_is_cured_by_an_optional_attribute_or_a_mapping() -> None:
    error = error_from(recorded(283), POST)

    assert error is not None
    assert "make its attribute optional" in error.fix
    assert "map something to it" in error.fix


def test_a_refusal_tells_the_field_without_its_text() -> None:
    error = error_from(recorded(668), POST)

    assert isinstance(error, Invalid)
    assert error.names("contact_numbers")
    assert not error.names("emails")


def test_a_refusal_without_fields_says_what_krayin_said() -> None:
    error = error_from(Answer(422, {}, b'{"message": "No."}'), POST)

    assert str(error) == "Krayin does not accept POST /leads for contact 5821: No."


def test_a_401_is_about_the_token() -> None:
    assert isinstance(error_from(recorded(30), READ), CredentialsError)


def test_a_429_says_when_to_come_back() -> None:
    error = error_from(recorded(29), POST)

    assert isinstance(error, TryAgain)
    assert (error.delay, error.unsure) == (58, False)


def test_a_krayin_that_is_down_for_a_while_says_when_to_come_back() -> None:
    """``php artisan down --retry=120``."""
    error = error_from(Answer(503, {"retry-after": "120"}, b"<html>Service Unavailable</html>"), POST)

    assert isinstance(error, TryAgain)
    assert (error.delay, error.at_most) == (120, None)


@pytest.mark.parametrize("number", [175, 423])
def test_a_record_that_is_gone_is_missing(number: int) -> None:
    assert isinstance(error_from(recorded(number), PUT), Missing)


def test_an_unknown_stage_is_missing_too_and_points_at_the_settings() -> None:
    error = error_from(recorded(288), POST)

    assert isinstance(error, Missing)
    assert "crmhost check" in error.fix


def test_an_api_that_is_gone_is_no_refusal_of_the_record() -> None:
    assert isinstance(error_from(recorded(12), POST), TryAgain)


@pytest.mark.parametrize("number", [6, 10, 13, 27, 537])
def test_a_page_with_status_200_is_an_error_all_the_same(number: int) -> None:
    error = error_from(recorded(number), SEARCH)

    assert isinstance(error, TryAgain)
    assert "A web page came back" in str(error)
    assert not error.unsure


def test_a_page_in_answer_to_a_write_leaves_it_open_whether_it_was_done() -> None:
    error = error_from(recorded(10), POST)

    assert isinstance(error, TryAgain)
    assert error.unsure


def test_a_redirect_from_inside_krayin_is_a_refusal() -> None:
    assert isinstance(error_from(recorded(11), POST), Rejected)


@pytest.mark.parametrize("path", ["/login?token=secret", "/"])
@pytest.mark.parametrize(("asked", "unsure"), [(POST, True), (NOTE, True), (READ, False)])
def test_a_redirect_from_before_krayin_says_where_to_without_the_query(
    path: str, asked: Asked, unsure: bool
) -> None:
    """Web servers redirect to a page for what failed, whatever had been carried out before."""
    answer = Answer(302, {"location": f"https://crm.example.com{path}"}, b"")

    error = error_from(answer, asked)

    assert isinstance(error, TryAgain)
    assert error.unsure is unsure
    assert "to https://crm.example.com." in str(error)


@pytest.mark.parametrize(("asked", "unsure"), [(POST, True), (READ, False)])
def test_a_500_from_inside_may_have_written(asked: Asked, unsure: bool) -> None:
    error = error_from(recorded(375), asked)

    assert isinstance(error, Failed)
    assert error.unsure is unsure


@pytest.mark.parametrize(("asked", "unsure"), [(POST, True), (READ, False)])
def test_a_bare_500_while_the_window_is_used_up_is_taken_for_throttling(asked: Asked, unsure: bool) -> None:
    """The request may have been the last one that was let in, and PHP have died of it."""
    error = error_from(recorded(26), asked, wait=17.5)

    assert isinstance(error, NotYet)
    assert (error.delay, error.unsure) == (17.5, unsure)


@pytest.mark.parametrize("whoami", [BARE_500, recorded(30), Answer(403, {}, b"{}")])
def test_a_bare_500_to_who_am_i_as_well_is_the_token(whoami: Answer) -> None:
    error = error_from(BARE_500, POST, whoami=whoami)

    assert isinstance(error, CredentialsError)
    assert "token" in error.fix


@pytest.mark.parametrize("whoami", [OK, OK_22])
def test_a_bare_500_with_a_good_token_is_the_request(whoami: Answer) -> None:
    """It may have been carried out: PHP dies without the headers, and Krayin 2.2 never has any."""
    error = error_from(BARE_500, POST, whoami=whoami)

    assert isinstance(error, TryAgain)
    assert error.unsure


@pytest.mark.parametrize("status", [502, 503, 504])
def test_what_stands_before_krayin_may_have_let_a_write_through(status: int) -> None:
    error = error_from(Answer(status, {}, b"<html>"), POST)

    assert isinstance(error, TryAgain)
    assert error.unsure


@pytest.mark.parametrize(("status", "at_most"), [(400, 3), (406, 3), (418, 3), (408, None), (421, None)])
def test_a_refusal_that_is_no_json_is_not_krayins(status: int, at_most: int | None) -> None:
    """A firewall may dislike a text, also that of an answer; a server may only be late with a connection."""
    error = error_from(Answer(status, {}, b"<h1>No</h1>"), NOTE)

    assert isinstance(error, TryAgain)
    assert (error.at_most, error.unsure) == (at_most, True)


def test_what_is_too_large_is_a_refusal() -> None:
    error = error_from(Answer(413, {}, b"<h1>Request Entity Too Large</h1>"), POST)

    assert isinstance(error, Rejected)
    assert "larger requests" in error.fix


def test_a_page_that_says_404_is_not_krayins() -> None:
    """What stands before it says so of all while a container is made anew; /get is answered right after."""
    error = error_from(Answer(404, {}, b"404 page not found"), PUT, whoami=OK_22)

    assert isinstance(error, TryAgain)
    assert error.unsure
