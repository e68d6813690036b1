"""The rows of the table of calls: what happens to a customer, and what it may cost at most."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crmhost import Contact, Conversation, Http, Message
from crmhost_krayin.sandbox.state import State

from ..connection import Chatwoot, Connection
from .customers import living, named, telling


@dataclass
class Play:
    """One customer, who talks in one conversation, and a Krayin that is told of it."""

    krayin: Connection
    chatwoot: Chatwoot
    customer: Contact

    def talk(self, status: str = "open") -> Conversation:
        """Return the conversation as a webhook shows it: with its last message only."""
        number = self.customer.id
        said = [
            {
                "id": 10 * number + place,
                "content": text,
                "message_type": place % 2,
                "created_at": 1_790_000_000,
            }
            for place, text in enumerate(("Do you ship to Prague?", "We do.", "Great, thank you!"))
        ]
        messages = tuple(map(Message.model_validate, said))
        self.chatwoot.messages_of[number] = messages
        return Conversation.model_validate(
            {
                "id": number,
                "status": status,
                "channel": "Channel::WebWidget",
                "messages": said[-1:],
                "meta": {"sender": self.customer.model_dump()},
            }
        )

    def type_in(self, path: str, body: Mapping[str, Any]) -> int:
        """Make a record as the sales team would; return its id."""
        given = self.krayin.given
        headers = {"Accept": "application/json", "Authorization": f"Bearer {given['api_token']}"}
        answer = Http(self.krayin.pool).request(
            "POST", f"{given['api_url']}/api/v1/{path}", body=body, headers=headers
        )
        assert answer.status == 200, answer.text
        return int(answer.json()["data"]["id"])


Act = Callable[[Play], object]
Check = Callable[[State], bool]


@dataclass(frozen=True)
class Row:
    """One row: ``before`` is not counted, ``event`` is; afterwards Krayin ``shows`` what came of it."""

    what: str
    at_most: int
    event: Act
    before: Act = lambda _play: None
    shows: Check = lambda _state: True
    settings: Mapping[str, Any] = field(default_factory=dict)


def _seen(play: Play) -> None:
    play.krayin.contact(play.customer)


def _seen_with_address(play: Play) -> None:
    play.krayin.contact(living(play.customer))


def _talking(play: Play) -> None:
    _seen(play)
    play.krayin.created(play.talk())


def _in_the_crm_already(play: Play) -> None:
    """Known to the sales team by the address, or by a phone written their way; every other has a lead."""
    number = play.customer.id
    phone = f"+44 7700 9 {number:05d}" if not play.customer.email else f"+44 20 79{number:05d}"
    person_id = play.type_in(
        "contacts/persons",
        {
            "name": f"Known to sales {number}",
            "emails": [_work((play.customer.email or f"none{number}@phone.invalid").lower())],
            "contact_numbers": [_work(phone)],
        },
    )
    if number % 2:
        lead = {"title": "Typed in", "lead_value": 5, "lead_source_id": 1, "lead_type_id": 1}
        play.type_in("leads", {**lead, "lead_pipeline_stage_id": 2, "person_id": person_id})


def _work(value: str) -> dict[str, str]:
    return {"value": value, "label": "work"}


def _browsed(play: Play) -> None:
    browser = telling(play.customer, updated_at_ip="203.0.113.7", browser_language="cs")
    play.krayin.contact(browser.model_copy(update={"custom_attributes": {"visits": play.customer.id}}))


def _promoted(play: Play) -> None:
    play.krayin.contact(telling(play.customer, job_title="Head of Purchasing"))


def _renamed(play: Play) -> None:
    play.krayin.contact(named(play.customer, f"Renamed {play.customer.id}"))


def _moved(play: Play) -> None:
    """Every other customer's company moves, every other customer moves on to another company."""
    moved, company = living(play.customer, 1), f"{play.customer.company}, successors"
    if play.customer.id % 2:
        play.krayin.contact(telling(moved, job_title="Head of Purchasing"))
    else:
        play.krayin.contact(telling(moved, company_name=company))


def _widget_burst(play: Play) -> None:
    """The widget makes a nameless visitor first; what fills in the form follows, then the first message."""
    visitor = Contact(id=play.customer.id, name="spring-water-12", additional_attributes={})
    play.krayin.contact(visitor)
    play.krayin.contact(play.customer)
    play.krayin.created(play.talk())


def _begun(play: Play) -> None:
    play.krayin.created(play.talk())


def _resolved(play: Play) -> None:
    play.krayin.resolved(play.talk("resolved"))


def _titles_follow(state: State) -> bool:
    return all(row["title"] == f"Renamed {row['id']}" for row in state.leads.values())


def _addresses_are_there(state: State) -> bool:
    return all(row["address"] and row["address"]["city"] for row in state.organizations.values())


def _promoted_all(state: State) -> bool:
    return all(row["job_title"] for row in state.persons.values())


def _nobody_is_double(state: State) -> bool:
    return all(row["name"].startswith("Known to sales") for row in state.persons.values())


def _transcripts_are_there(state: State) -> bool:
    notes = [row for row in state.activities.values() if row["type"] == "note"]
    return len(notes) == len(state.persons) and all("Do you ship to" in row["comment"] for row in notes)


def _leads_moved(state: State) -> bool:
    return _transcripts_are_there(state) and all(
        row["lead_pipeline_stage_id"] == 3 for row in state.leads.values()
    )


ROWS = (
    Row("new customer with company: person, organization, lead", 2, _seen),
    Row(
        "new customer with company, its address written too",
        3,
        _seen_with_address,
        shows=_addresses_are_there,
    ),
    Row(
        "customer in the CRM, first seen: linked, changed, lead found or made", 4, _seen, _in_the_crm_already
    ),
    Row("known customer, nothing of ours changed", 0, _browsed, _seen),
    Row("known customer, changed", 2, _promoted, _seen, shows=_promoted_all),
    Row("known customer, changed, and the lead's title follows", 4, _renamed, _seen, shows=_titles_follow),
    Row(
        "known customer, changed, and the company's address",
        4,
        _moved,
        _seen_with_address,
        shows=_addresses_are_there,
    ),
    Row("widget burst: created, updated, conversation created", 3, _widget_burst),
    Row("conversation created, customer known", 1, _begun, _seen),
    Row("resolved, with transcript", 1, _resolved, _talking, shows=_transcripts_are_there),
    Row("resolved, conversation never seen before", 2, _resolved, _seen, shows=_transcripts_are_there),
    Row(
        "resolved, with transcript and stage",
        3,
        _resolved,
        _talking,
        shows=_leads_moved,
        settings={"stage_on_resolved": "prospect"},
    ),
)
