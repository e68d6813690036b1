"""An answer that contradicts what setup found: it is used, and the next delivery asks for a new setup."""

from __future__ import annotations

from typing import Any

import pytest

from crmhost import Answer, Rejected, SetUpAgain
from crmhost_krayin.sandbox import KrayinSandbox
from crmhost_krayin.settings import Facts

from .crm import JANE, PROFILES, Desk, contact
from .recordings import NEWER, recorded
from .test_transport import Script, transport

OLD, NEW = Facts(krayin="2.1"), Facts(krayin="2.2", rest="2.2.0")
FOUND_OLD, FOUND_NEW = recorded(154), recorded("a-050", NEWER)
REFUSED_FILTER = recorded("a-036", NEWER)


def two_deliveries(facts: Facts, first: Answer, token: str) -> Script:
    """Let one delivery get this answer, and another begin; return what that one sent."""
    try:
        transport(Script(first), token, facts=facts).get("/leads")
    except Rejected:
        assert first.status == 422
    script = Script(FOUND_OLD)
    transport(script, token, facts=facts).get("/leads")
    return script


@pytest.mark.parametrize(
    ("facts", "answer", "why"),
    [
        (OLD, FOUND_NEW, "it no longer limits requests"),
        (NEW, FOUND_OLD, "it limits requests"),
        (Facts(krayin="2.2"), REFUSED_FILTER, "it checks the filters of a list"),
    ],
)
def test_the_answer_is_used_and_the_next_delivery_is_held_up_before_it_sends(
    facts: Facts, answer: Answer, why: str
) -> None:
    with pytest.raises(SetUpAgain, match=why) as again:
        two_deliveries(facts, answer, f"doubt|{why}")

    assert not again.value.unsure
    assert again.value.fix


def test_it_is_asked_for_once() -> None:
    """Where a balancer leads to two versions, each answer may contradict: the work goes on all the same."""
    with pytest.raises(SetUpAgain):
        two_deliveries(OLD, FOUND_NEW, "doubt|once")

    assert transport(Script(FOUND_OLD), "doubt|once", facts=OLD).get("/leads") == []


def test_with_what_the_new_setup_found_nothing_is_doubted() -> None:
    transport(Script(FOUND_NEW), "doubt|new", facts=OLD).get("/leads")

    assert transport(Script(FOUND_NEW), "doubt|new", facts=NEW).get("/leads")


def test_a_delivery_is_not_held_up_in_its_middle() -> None:
    sender = transport(Script(FOUND_NEW, FOUND_NEW), facts=OLD)

    assert sender.get("/leads") == sender.get("/leads")


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        (OLD, FOUND_OLD),
        (NEW, FOUND_NEW),
        (NEW, Answer(429, {"x-ratelimit-limit": "10"}, b"{}")),
        (OLD, Answer(200, {"content-type": "text/html"}, b"<h1>Log in</h1>")),
        (OLD, Answer(200, {}, b'{"status": "maintenance"}')),
        (OLD, Answer(502, {}, b"<h1>Bad Gateway</h1>")),
        (OLD, recorded(12)),
    ],
)
def test_what_may_come_from_before_krayin_contradicts_nothing(facts: Facts, answer: Answer) -> None:
    token = f"doubt|{answer.status} {answer.body[:20]!r} {facts.krayin}"
    transport(Script(answer), token, facts=facts).ask("GET", "/leads")

    transport(Script(FOUND_OLD), token, facts=facts).ask("GET", "/leads")


def test_deleting_a_person_has_a_limit_of_its_own_on_22() -> None:
    transport(Script(recorded("a-121", NEWER)), "doubt|delete", facts=NEW).do("DELETE", "/contacts/persons/1")

    transport(Script(FOUND_NEW), "doubt|delete", facts=NEW).get("/leads")


def test_a_setup_takes_nothing_for_granted() -> None:
    transport(Script(FOUND_NEW), "doubt|setup", facts=OLD).get("/leads")

    assert transport(Script(FOUND_NEW), "doubt|setup").get("/leads")


@pytest.mark.parametrize("profile", list(PROFILES)[1:])
def test_a_connection_from_before_setup_looked_finds_out_with_its_first_answer(
    stage: Any, url: str, pool: Any, profile: str
) -> None:
    """The customer who is just made keeps the ids; the next delivery has the connection set up anew."""
    krayin, rest = PROFILES[profile]
    sandbox = KrayinSandbox(krayin=krayin, rest=rest)
    stage.app, stage.lost = sandbox, None
    token = sandbox.make_token()
    old = {"pipeline_id": 1, "stage_id": 1, "source_id": 2, "type_id": 1, "closed_stage_ids": [5, 6]}
    desk = Desk(url, stage, sandbox, pool, {"api_url": url, "api_token": token, **old})

    made = desk.contact(contact(**JANE))
    with pytest.raises(SetUpAgain):
        desk.contact(contact(**(JANE | {"name": "Jane Smith"})))
    sent = list(desk.calls)
    desk = desk.with_settings(**desk.setup().settings)
    desk.contact(contact(**(JANE | {"name": "Jane Smith"})))

    assert {change.kind for change in made.changes} >= {"person", "lead"}
    assert sent == []
    assert [row["name"] for row in desk.state.persons.values()] == ["Jane Smith"]
