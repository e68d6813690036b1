"""Tokens, the rate limit, and the two ways of failing."""

import pytest

from .asking import PERSONS, Asker

LOGIN = {"email": "admin@example.com", "password": "admin123", "device_name": "test"}
FLATTENED = {"message": "admin::app.common.internal-server-error"}


def test_a_login_makes_the_users_older_tokens_invalid() -> None:
    asker = Asker()
    answer = asker.ask("POST", "/api/v1/login", LOGIN)
    assert asker.ask("GET", "/api/v1/get").status_code == 500
    asker.token = answer.json()["token"]
    assert asker.get("/api/v1/get")["email"] == "admin@example.com"


def test_a_token_made_without_login_leaves_the_others_valid() -> None:
    asker = Asker()
    first, asker.token = asker.token, asker.sandbox.make_token()
    assert asker.ask("GET", "/api/v1/get").status_code == 200
    asker.token = first
    assert asker.ask("GET", "/api/v1/get").status_code == 200


def test_a_logout_makes_all_tokens_of_the_user_invalid() -> None:
    asker = Asker()
    other = asker.sandbox.make_token()
    assert asker.ask("DELETE", "/api/v1/logout").status_code == 200
    assert asker.ask("GET", "/api/v1/get").status_code == 500
    assert asker.ask("GET", "/api/v1/get", authorization=f"Bearer {other}").status_code == 500


def test_a_wrong_password_is_refused_and_the_token_stays_valid() -> None:
    asker = Asker()
    assert asker.ask("POST", "/api/v1/login", LOGIN | {"password": "guess"}).status_code == 422
    assert asker.ask("GET", "/api/v1/get").status_code == 200


@pytest.mark.parametrize(("debug", "status"), [(False, 500), (True, 401)])
def test_a_wrong_token_is_flattened_in_production_and_named_in_debug(debug: bool, status: int) -> None:
    asker = Asker(debug=debug, rate_limit=60)
    answer = asker.ask("GET", "/api/v1/get", authorization="Bearer 1|made-up")
    assert answer.status_code == status
    assert "x-ratelimit-limit" not in answer.headers
    assert (answer.json() == FLATTENED) is not debug


def test_the_61st_request_of_a_minute_is_a_bare_500_and_writes_nothing() -> None:
    asker = Asker(rate_limit=60)
    left = [asker.ask("GET", "/api/v1/get").headers["x-ratelimit-remaining"] for _ in range(60)]
    assert left == [str(number) for number in range(59, -1, -1)]
    refused = asker.ask("POST", "/api/v1/leads", {"title": "Late", "lead_pipeline_stage_id": 1})
    assert (refused.status_code, refused.json()) == (500, FLATTENED)
    assert "x-ratelimit-limit" not in refused.headers
    assert asker.sandbox.state.leads == {}


def test_in_debug_mode_it_says_when_to_come_back() -> None:
    asker = Asker(rate_limit=2, debug=True)
    for _ in range(2):
        asker.ask("GET", "/api/v1/get")
    asker.clock.pass_by(22)
    refused = asker.ask("GET", "/api/v1/get")
    assert refused.status_code == 429
    limit = {
        name: refused.headers[name] for name in ("retry-after", "x-ratelimit-limit", "x-ratelimit-remaining")
    }
    assert limit == {"retry-after": "38", "x-ratelimit-limit": "2", "x-ratelimit-remaining": "0"}


def test_the_minute_counts_from_the_first_request_and_does_not_slide() -> None:
    asker = Asker(rate_limit=2)
    asker.ask("GET", "/api/v1/get")
    asker.clock.pass_by(59)
    statuses = [asker.ask("GET", "/api/v1/get").status_code for _ in range(2)]
    asker.clock.pass_by(1)
    statuses += [asker.ask("GET", "/api/v1/get").status_code for _ in range(3)]
    assert statuses == [200, 500, 200, 200, 500]


def test_tokens_of_one_user_share_the_limit_and_a_login_is_counted_apart() -> None:
    asker = Asker(rate_limit=2)
    other = asker.sandbox.make_token()
    asker.ask("GET", "/api/v1/get")
    asker.ask("GET", "/api/v1/get", authorization=f"Bearer {other}")
    assert asker.ask("GET", "/api/v1/get").status_code == 500
    assert asker.ask("POST", "/api/v1/login", LOGIN).status_code == 200


def test_requests_with_a_wrong_token_are_not_counted() -> None:
    asker = Asker(rate_limit=1)
    for _ in range(3):
        asker.ask("GET", "/api/v1/get", authorization="Bearer x")
    assert asker.ask("GET", "/api/v1/get").status_code == 200


def test_without_a_limit_no_answer_speaks_of_one() -> None:
    assert "x-ratelimit-limit" not in Asker(rate_limit=0).ask("GET", "/api/v1/get").headers


def test_refusals_from_inside_bear_the_limit_headers_too() -> None:
    asker = Asker(rate_limit=60)
    answers = [asker.ask("GET", f"{PERSONS}/4"), asker.ask("POST", PERSONS, {"name": ""})]
    assert [(one.status_code, one.headers["x-ratelimit-limit"]) for one in answers] == [
        (500, "60"),
        (422, "60"),
    ]


def test_the_101st_deletion_of_a_person_within_an_hour_is_refused() -> None:
    asker = Asker(rate_limit=1000)
    for number in range(101):
        asker.ask("DELETE", f"{PERSONS}/{number}")
    person = asker.add_person()
    assert asker.ask("DELETE", f"{PERSONS}/{person['id']}").status_code == 500
    assert len(asker.sandbox.state.persons) == 1


@pytest.mark.parametrize(
    ("path", "method", "body", "status"),
    [
        ("/api/v1/leads/9", "GET", None, 200),
        ("/api/v1/nowhere", "GET", None, 200),
        ("/api/v1/leads", "DELETE", None, 200),
        (PERSONS, "POST", {"name": ""}, 302),
    ],
)
def test_who_does_not_ask_for_json_gets_pages(path: str, method: str, body: object, status: int) -> None:
    answer = Asker().ask(method, path, body, accept="*/*")
    assert answer.status_code == status
    assert answer.headers["content-type"].lower().startswith("text/html")


@pytest.mark.parametrize(
    ("method", "path", "status", "exception"),
    [
        ("DELETE", "/api/v1/leads", 405, "MethodNotAllowedHttpException"),
        ("GET", "/api/v1/leads/9", 404, "NotFoundHttpException"),
        ("GET", f"{PERSONS}?nothing=1", 500, "QueryException"),
    ],
)
def test_debug_mode_names_the_exception(method: str, path: str, status: int, exception: str) -> None:
    answer = Asker(debug=True).ask(method, path)
    assert answer.status_code == status
    assert answer.json()["exception"].endswith(exception)
