"""How requests go out, and how a bare 500 is understood, over a scripted Http."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any, cast

import pytest

from crmhost import Answer, CredentialsError, Http, TryAgain
from crmhost_krayin.clients.memory import memory_of
from crmhost_krayin.clients.pace import Pace
from crmhost_krayin.clients.transport import Transport

from .recordings import recorded

_tokens = count(1)


class Script:
    """An Http that gives these answers in turn, and keeps what it was asked."""

    def __init__(self, *answers: Answer | Exception, meanwhile: Callable[[], None] = lambda: None) -> None:
        self._meanwhile = meanwhile
        self._answers = list(answers)
        self.asked: list[str] = []
        self.headers: dict[str, str] = {}

    def request(self, method: str, url: str, *, headers: dict[str, str], **_parts: Any) -> Answer:
        self.asked.append(f"{method} {url.removeprefix('https://crm.example.com/api/v1')}")
        self.headers = headers
        answer = self._answers.pop(0)
        if not self._answers:
            self._meanwhile()
        if isinstance(answer, Exception):
            raise answer
        return answer


def transport(script: Script, token: str = "", **known: Any) -> Transport:
    """Return a transport with a token that no other test has used."""
    token = token or f"{next(_tokens)}|secret"
    return Transport(cast("Http", script), "https://crm.example.com", token, record="contact 5821", **known)


def remaining(number: int) -> dict[str, str]:
    """Return the headers that say how many requests are left."""
    return {"x-ratelimit-limit": "60", "x-ratelimit-remaining": str(number)}


def test_each_request_asks_for_json_in_both_ways_krayin_needs() -> None:
    script = Script(recorded(154))

    transport(script, "3|abc").get("/leads")

    assert script.headers == {
        "Accept": "application/json",
        "X-Requested-With": "XMLHttpRequest",
        "Authorization": "Bearer 3|abc",
    }


def test_a_bare_500_to_who_am_i_as_well_lets_a_minute_pass_before_it_is_the_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another program may have used up the same user's minute."""
    script = Script(*[recorded(16)] * 4)
    sender = transport(script)

    with pytest.raises(TryAgain) as first:
        sender.write("POST", "/leads", {})
    monkeypatch.setattr("crmhost_krayin.clients.pace.WINDOW", 0.0)
    with pytest.raises(CredentialsError) as refused:
        sender.write("POST", "/leads", {})

    assert script.asked == ["POST /leads", "GET /get"] * 2
    assert (first.value.delay, first.value.unsure) == (61.0, True)
    assert "secret" not in f"{refused.value} {refused.value.fix}"


def test_a_request_that_was_let_in_clears_the_suspicion_of_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    sender = transport(Script(recorded(16), recorded(16), recorded(154), recorded(16), recorded(16)))
    with pytest.raises(TryAgain):
        sender.get("/leads")
    sender.get("/leads")
    monkeypatch.setattr("crmhost_krayin.clients.pace.WINDOW", 0.0)

    with pytest.raises(TryAgain, match="lets nothing in"):
        sender.get("/leads")


def test_a_failure_that_may_be_the_records_own_fault_is_not_tried_for_ever() -> None:
    with pytest.raises(TryAgain) as error:
        transport(Script(recorded(14), recorded(1))).write("POST", "/leads", {})

    assert error.value.at_most == 3


def test_a_bare_500_with_a_good_token_is_tried_again() -> None:
    with pytest.raises(TryAgain, match="Krayin failed with 500 at POST /leads for contact 5821"):
        transport(Script(recorded(14), recorded(1))).write("POST", "/leads", {})


def test_a_500_after_the_last_allowed_request_is_throttling_and_asks_nobody() -> None:
    """The next delivery has a transport of its own, and knows it too."""
    transport(Script(recorded(25)), "9|shared").ask("GET", "/get")
    script = Script(recorded(26))

    with pytest.raises(TryAgain) as throttled:
        transport(script, "9|shared").write("POST", "/leads", {})

    assert script.asked == ["POST /leads"]
    assert 0 < (throttled.value.delay or 0) <= 60
    assert throttled.value.unsure


def test_a_zero_that_another_thread_heard_meanwhile_is_throttling_too() -> None:
    pace = memory_of("https://crm.example.com", "10|shared").pace
    script = Script(recorded(26), recorded(26), meanwhile=lambda: pace.note(remaining(0)))

    with pytest.raises(TryAgain) as throttled:
        transport(script, "10|shared").write("POST", "/leads", {})

    assert 0 < (throttled.value.delay or 0) <= 60


@pytest.mark.parametrize(
    "body", [b'{"status": "maintenance"}', b"[]", b'{"data": null}', b'{"data": {"message": "Later."}}']
)
def test_json_that_is_no_list_does_not_read_as_nothing_there(body: bytes) -> None:
    with pytest.raises(TryAgain, match="has no list in it"):
        transport(Script(Answer(200, {}, body))).one("/contacts/persons", 7)


def test_a_krayin_that_went_away_while_asked_who_we_are_leaves_the_write_open() -> None:
    script = Script(recorded(16), TryAgain("Nothing answers."))

    with pytest.raises(TryAgain) as away:
        transport(script).write("POST", "/leads", {})

    assert away.value.unsure


def test_an_answer_to_a_write_without_a_record_leaves_it_open() -> None:
    with pytest.raises(TryAgain) as strange:
        transport(Script(Answer(200, {}, b'{"data": {"message": "Done."}}'))).write("POST", "/leads", {})

    assert strange.value.unsure


def test_a_window_ends_a_minute_after_its_first_request() -> None:
    now = [1000.0]
    pace = Pace(lambda: now[0])

    pace.note(remaining(59))
    now[0] += 20
    pace.note(remaining(0))
    early = pace.wait()
    now[0] += 41
    late = pace.wait()

    assert (early, late) == (40, None)


def test_a_new_window_begins_when_there_is_much_more_left_than_before() -> None:
    now = [1000.0]
    pace = Pace(lambda: now[0])
    pace.note(remaining(3))
    now[0] += 50

    pace.note(remaining(59))
    pace.note(remaining(0))

    assert pace.wait() == 60


def test_answers_that_come_out_of_order_do_not_undo_that_nothing_is_left() -> None:
    now = [1000.0]
    pace = Pace(lambda: now[0])
    for left in (2, 0, 1, 7):
        pace.note(remaining(left))
        now[0] += 1

    assert pace.wait() == 56


def test_after_a_minute_a_window_begins_even_where_little_is_left() -> None:
    now = [1000.0]
    pace = Pace(lambda: now[0])
    pace.note(remaining(9))
    now[0] += 60

    pace.note(remaining(9))
    pace.note(remaining(0))

    assert pace.wait() == 60


def test_an_answer_without_the_headers_says_nothing_of_the_pace() -> None:
    pace = Pace()
    pace.note(remaining(0))

    pace.note({})

    assert pace.wait() is not None


def test_each_token_has_its_own_memory() -> None:
    assert memory_of("https://a", "one") is memory_of("https://a", "one")
    assert memory_of("https://a", "one") is not memory_of("https://a", "two")
    assert memory_of("https://a", "one") is not memory_of("https://b", "one")
