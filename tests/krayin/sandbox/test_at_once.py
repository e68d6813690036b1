"""What happens when requests come at once, or their sender leaves."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from .asking import PERSONS, Asker, emails, phones
from .recordings import body_of


def _at_once(asker: Asker, bodies: list[Any], path: str = PERSONS) -> Counter[int]:
    async def all_of_them() -> list[int]:
        answers = await asyncio.gather(*(asker.send("POST", path, body) for body in bodies))
        return [answer.status_code for answer in answers]

    return Counter(asyncio.run(all_of_them()))


@pytest.mark.parametrize("number", [487, 489])
def test_of_simultaneous_requests_with_one_email_and_phone_one_gets_through_as_recorded(number: int) -> None:
    recorded, asker = body_of(number), Asker()
    statuses = _at_once(asker, recorded["request"]["body"])
    assert statuses == Counter(answer["status"] for answer in recorded["response"]) == {200: 1, 500: 7}
    assert len(asker.sandbox.state.persons) == 1


@pytest.mark.parametrize("latency", [0.0, 0.01])
def test_of_simultaneous_requests_with_one_email_and_several_phones_several_get_through(
    latency: float,
) -> None:
    recorded, asker = body_of(488), Asker(latency=latency)
    assert Counter(answer["status"] for answer in recorded["response"]) == {200: 4, 422: 4}
    statuses = _at_once(asker, recorded["request"]["body"])
    assert statuses[200] > 1
    assert len(asker.sandbox.state.persons) == statuses[200]


def test_one_after_another_the_same_requests_make_one_person() -> None:
    asker = Asker()
    statuses = [asker.ask("POST", PERSONS, body).status_code for body in body_of(488)["request"]["body"]]
    assert statuses == [200] + [422] * 7


def test_simultaneous_leads_duplicate_their_nested_person_too() -> None:
    asker = Asker()
    people = [
        {"name": "Kai", "emails": emails("kai@example.net"), "contact_numbers": phones(n)} for n in "123"
    ]
    bodies = [{"title": "Roof", "lead_pipeline_stage_id": 1, "person": person} for person in people]
    assert _at_once(asker, bodies, "/api/v1/leads") == {200: 3}
    assert len(asker.sandbox.state.persons) == 3


def test_a_request_goes_on_after_its_client_has_left() -> None:
    asker = Asker(latency=0.02)
    body = {"name": "Kai", "emails": emails("kai@example.net"), "contact_numbers": phones("1")}

    async def ask_and_leave() -> None:
        request = asyncio.create_task(asker.send("POST", PERSONS, body))
        while not asker.sandbox.requests:
            await asyncio.sleep(0)
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
        assert asker.sandbox.state.persons == {}
        async with asyncio.timeout(5):
            while asker.sandbox.requests[0].status is None:
                await asyncio.sleep(0)

    asyncio.run(ask_and_leave())
    assert asker.sandbox.requests[0].status == 200
    assert [row["name"] for row in asker.sandbox.state.persons.values()] == ["Kai"]
