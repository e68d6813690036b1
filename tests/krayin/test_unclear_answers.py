"""What is made of the answers that mean several things: GET /get decides, and otherwise a little time."""

from __future__ import annotations

from typing import Any

import pytest

from crmhost import Answer, CredentialsError, NotYet, PluginError, TryAgain
from crmhost_krayin.clients.errors import Asked, Failed, Missing, Overlaps, error_from
from crmhost_krayin.clients.transport import Transport
from crmhost_krayin.settings import Facts

from .recordings import NEWER, recorded
from .test_transport import Script, transport

OLD = Facts(krayin="2.1")
NEW = Facts(krayin="2.2", rest="2.2.0")
GET_OLD, GET_NEW = recorded(1), recorded("a-001", NEWER)
NO_OLD, NO_NEW = recorded(16), recorded("a-005", NEWER)
INSIDE = recorded(375)
LAST = Answer(500, {"x-ratelimit-limit": "60", "x-ratelimit-remaining": "0"}, INSIDE.body)
"""It failed inside, as the last that the minute had room for."""
GONE_OLD, GONE_NEW = recorded(175), recorded("a-078", NEWER)
BLOCKED = Answer(403, {}, b"<h1>Request blocked</h1>")
OUT = Answer(502, {}, b"<h1>Bad Gateway</h1>")


def outcome(facts: Facts, *answers: Answer | Exception, path: str = "/leads") -> PluginError:
    """Return what a write comes to where Krayin gives these answers in turn."""
    with pytest.raises(PluginError) as raised:
        transport(Script(*answers), facts=facts).write("POST", path, {})
    return raised.value


@pytest.mark.parametrize(
    ("facts", "answers", "kind", "unsure"),
    [
        # The headers say that it came in: it failed there, and may have written.
        (OLD, [INSIDE], Failed, True),
        # It lacks the headers that /get has. PHP that dies of its time says so after the write, too.
        (OLD, [NO_OLD, GET_OLD], Failed, True),
        # Neither is let in: the token, or a minute that somebody else used up, or this as its last.
        (OLD, [NO_OLD, NO_OLD], NotYet, True),
        (OLD, [NO_OLD, recorded(30)], CredentialsError, True),
        (OLD, [recorded(30)], CredentialsError, False),
        # Krayin itself is in trouble.
        (OLD, [NO_OLD, OUT], TryAgain, True),
        (OLD, [NO_OLD, INSIDE], TryAgain, True),
        (OLD, [NO_OLD, TryAgain("Nothing answers.")], TryAgain, True),
        # 2.2 has no headers. The token is good, so it was the request.
        (NEW, [NO_NEW, GET_NEW], Failed, True),
        # Neither is let in: the token, or trouble, in which the request may have been cut off.
        (NEW, [NO_NEW, NO_NEW], TryAgain, True),
        (NEW, [NO_NEW, recorded("c-own-handler-005", NEWER)], CredentialsError, True),
        (NEW, [recorded("c-own-handler-005", NEWER)], CredentialsError, False),
        (NEW, [NO_NEW, OUT], TryAgain, True),
        # A limit of the owner's own, or a proxy's, says nothing on 2.2.
        (Facts(krayin="2.2", limit=60), [INSIDE, NO_NEW], TryAgain, True),
        (Facts(krayin="2.2", limit=60), [INSIDE, GET_OLD], Failed, True),
        (Facts(krayin="2.2", limit=60), [LAST, GET_OLD], Failed, True),
        # An update that setup does not know of yet.
        (OLD, [NO_NEW, GET_NEW], Failed, True),
        (NEW, [INSIDE, GET_OLD], Failed, True),
    ],
)
def test_a_500_is_understood(
    facts: Facts, answers: list[Answer | Exception], kind: type[PluginError], unsure: bool
) -> None:
    error = outcome(facts, *answers)

    assert (type(error), error.unsure) == (kind, unsure)
    assert error.fix or isinstance(error.__cause__, PluginError)


@pytest.mark.parametrize(("facts", "waits"), [(OLD, 61.0), (NEW, 10.0)])
def test_a_token_is_called_wrong_only_when_it_stays_so(
    facts: Facts, waits: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On 2.1 a minute may be used up, on 2.2 Krayin's database may be away for a moment."""
    monkeypatch.setattr("crmhost_krayin.clients.pace.WINDOW", 0.0)
    monkeypatch.setattr("crmhost_krayin.clients.transport.A_LITTLE", 0.0 if facts is NEW else 10.0)
    script = Script(*[NO_OLD if facts is OLD else NO_NEW] * 4)
    sender = transport(script, facts=facts)

    with pytest.raises(TryAgain) as first:
        sender.get("/leads")
    with pytest.raises(CredentialsError):
        sender.get("/leads")

    assert (first.value.delay or waits) == waits
    assert script.asked == ["GET /leads", "GET /get"] * 2


def test_a_krayin_22_is_asked_again_in_a_moment() -> None:
    error = outcome(NEW, NO_NEW, NO_NEW)

    assert isinstance(error, TryAgain)
    assert error.delay == 10.0
    assert "in trouble, or the token is wrong" in error.fix


@pytest.mark.parametrize(
    ("facts", "answers", "kind"),
    [
        (OLD, [GONE_OLD], Missing),
        (OLD, [recorded(12), GET_OLD], TryAgain),
        (OLD, [recorded(12), recorded(12)], TryAgain),
        (NEW, [GONE_NEW, GET_NEW], Missing),
        (NEW, [GONE_NEW, GONE_NEW], TryAgain),
        (OLD, [GONE_NEW, GET_NEW], Missing),
    ],
)
@pytest.mark.parametrize("path", ["/leads", "/leads/7", "/leads/7/tags"])
def test_a_record_that_is_gone_is_told_from_an_api_that_is_gone(
    facts: Facts, answers: list[Answer], kind: type[PluginError], path: str
) -> None:
    """What is taken for gone may be made again: a package that was removed must not have that effect."""
    assert type(outcome(facts, *answers, path=path)) is kind


@pytest.mark.parametrize(
    "answer",
    [recorded(383), recorded(384), recorded("a-105", NEWER)],
)
@pytest.mark.parametrize("asked", [Asked("POST", "/activities"), Asked("PUT", "/activities/7")])
def test_a_meeting_at_a_time_that_is_taken_is_called_that(answer: Answer, asked: Asked) -> None:
    assert isinstance(error_from(answer, asked), Overlaps)


@pytest.mark.parametrize(("whoami", "at_most"), [(GET_OLD, 3), (BLOCKED, None)])
def test_a_page_of_what_stands_before_krayin_is_not_about_the_token(
    whoami: Answer, at_most: int | None
) -> None:
    """It may dislike a word in one customer's message; all others go on. Or it lets nobody in for a while."""
    error: Any = outcome(OLD, BLOCKED, whoami, path="/activities")

    assert type(error) is TryAgain
    assert (error.at_most, error.unsure) == (at_most, True)


def test_what_krayin_says_is_passed_on_if_it_is_a_sentence() -> None:
    said = error_from(
        Answer(409, {}, b'{"message": "Locked by Ann."}'), Asked("PUT", "/leads/7", "contact 5")
    )
    unsaid = error_from(Answer(409, {}, b'{"message": "admin::app.common.locked"}'), Asked("PUT", "/leads/7"))

    assert str(said) == "Krayin answered 409 to PUT /leads/7 for contact 5: Locked by Ann."
    assert str(unsaid) == "Krayin answered 409 to PUT /leads/7."


def test_a_question_that_krayin_does_not_take_is_not_the_records_fault() -> None:
    error = error_from(recorded("a-036", NEWER), Asked("GET", "/contacts/persons", "contact 5821"))

    assert str(error) == (
        "Krayin does not accept GET /contacts/persons for contact 5821: foo: The selected foo is invalid."
    )
    assert "crmhost check" in getattr(error, "fix", "")


def test_a_gateway_that_is_down_for_long_makes_nobodys_delivery_a_refusal() -> None:
    """Only a 500 can be the record's own fault."""
    error: Any = error_from(OUT, Asked("POST", "/leads"))

    assert error.at_most is None


def test_a_page_beside_the_api_is_asked_for_without_the_token() -> None:
    script = Script(Answer(200, {}, b"up"))

    Transport(script, "https://crm.example.com", "1|secret").knock("/up")  # type: ignore[arg-type]

    assert script.asked == ["GET https://crm.example.com/up"]
    assert "Authorization" not in script.headers
