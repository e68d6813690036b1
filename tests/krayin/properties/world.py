"""A Krayin, a Chatwoot and a sales team: steps are carried out there, and what must come of them is kept."""

from __future__ import annotations

import copy
from contextlib import ExitStack
from functools import cache
from typing import Any

from crmhost import Contact
from crmhost_krayin import KrayinSettings
from crmhost_krayin.sandbox import KrayinSandbox
from crmhost_krayin.sandbox.state import Row

from ..connection import Chatwoot, Connection, asking
from .chatting import Chatting
from .expectations import Customer
from .faults import Faulty
from .salesteam import URL, SalesTeam
from .steps import (
    ALL_TYPED,
    ALL_TYPED_IN_LEAD,
    CUSTOMERS,
    LAST_TOLD,
    LISTS,
    Listed,
    Loss,
    Sold,
    Step,
    Talk,
    Told,
    ToldOld,
    Typed,
    TypedIn,
    TypedLead,
    Worked,
)

CLOSED = (5, 6)
COLUMNS = {"owner": "user_id", "organization": "organization_name"}
"""What a person's form calls what it does not call as we do."""


@cache
def _prepared(krayin: str, rest: str) -> tuple[KrayinSandbox, dict[str, Any], KrayinSettings]:
    """Return a Krayin with the sales team's own fields, which setup has looked at."""
    sandbox = KrayinSandbox(krayin=krayin, rest=rest, rate_limit=1_000_000)
    given = {"api_url": URL, "api_token": sandbox.make_token()}
    with asking(sandbox) as pool:
        SalesTeam(pool, sandbox, given["api_token"]).move_in()
        return sandbox, given, Connection(pool, given).settings


class World:
    """One run of it; to be closed."""

    def __init__(self, krayin: str, rest: str) -> None:
        prepared, given, settings = _prepared(krayin, rest)
        self.sandbox = copy.deepcopy(prepared)
        self.state = self.sandbox.state
        self.faulty = Faulty(self.sandbox)
        self.close_later = ExitStack()
        self.chatwoot = Chatwoot()
        ours = self.close_later.enter_context(asking(self.faulty))
        self.plugin = Connection(ours, given, chatwoot=self.chatwoot, ready=settings)
        theirs = self.close_later.enter_context(asking(self.sandbox))
        self.sales = SalesTeam(theirs, self.sandbox, given["api_token"])
        self.customers = {k: Chatting(k) for k in CUSTOMERS}
        self.expected: dict[int, Customer] = {}

    def close(self) -> None:
        self.close_later.close()

    def play(self, step: Step) -> None:
        """Carry out one step, if it is possible."""
        match step:
            case Told(k):
                self.customers[k].change(step)
                self._tell(k, self.customers[k].contact())
            case ToldOld(k, back) if len(self.customers[k].history) > back:
                self._tell(k, self.customers[k].history[-1 - back])
            case Talk():
                self._talk(step)
            case TypedIn(k, stage) if k not in self.expected:
                self._type_in(k, stage)
            case Loss():
                self.faulty.arm(step.after, dies=step.dies)
            case Typed(k) | Listed(k) | TypedLead(k) | Worked(k) | Sold(k) if k in self.expected:
                self._edit(step)

    def _edit(self, step: Typed | Listed | TypedLead | Worked | Sold) -> None:
        match step:
            case Typed():
                self._type(step)
            case Listed():
                self._list(step)
            case TypedLead():
                self._type_in_lead(step)
            case Worked(k):
                self._work(k)
            case Sold():
                self._sell(step)

    # Chatwoot

    def change_everything(self) -> None:
        """Let all that Chatwoot knows of each customer change, so that all is written once more."""
        for k in self.expected:
            for field, value in LAST_TOLD.items():
                self.customers[k].change(Told(k, field, value))
            self._tell(k, self.customers[k].contact())

    def _tell(self, k: int, contact: Contact) -> None:
        self._expect(k, contact)
        self.plugin.contact(contact)

    def _expect(self, k: int, contact: Contact) -> None:
        """Say what must come of a customer being told of."""
        # Whether the title of a lead that is won or lost follows, nobody has promised.
        decided = not self.customers[k].history or not self._is_closed(k)
        self.customers[k].history.append(contact)
        one = self.expected.setdefault(k, Customer())
        one.name.tell(contact.name)
        one.title.tell(contact.name, decided=decided)
        one.job_title.tell(contact.additional_attributes.get("job_title"))
        one.organization.tell((contact.company or "").casefold())
        one.emails.tell((contact.email or "").lower())
        one.phones.tell((contact.phone or "").removeprefix("+"))

    def _talk(self, step: Talk) -> None:
        number = 10 * step.k + step.talk
        chatting = self.customers[step.k]
        talk = chatting.talks.setdefault(number, [])
        for _ in range({"message": 1, "resolved": 2}.get(step.what, 0)):
            talk.append(f"word{number}x{len(talk)}")
        if step.what in ("message", "reopened"):
            return
        conversation = chatting.conversation(number, resolved=step.what == "resolved")
        self.chatwoot.messages_of[number] = chatting.messages(number)
        if step.k not in self.expected:
            self._expect(step.k, conversation.contact)
        notes = self.expected[step.k].notes
        if step.what == "resolved":
            notes[number] = list(talk)
        notes.setdefault(number, [])
        deliver = self.plugin.resolved if step.what == "resolved" else self.plugin.created
        for _ in range(1 + step.again):
            deliver(conversation)

    # The sales team

    def _type_in(self, k: int, stage: int | None) -> None:
        contact = self.customers[k].contact()
        one = self.expected[k] = Customer()
        office = f"+42022222222{k}"
        email = (contact.email or f"none{k}@phone.invalid").lower()
        phone = office if contact.email else f"{contact.phone or '':.3} {(contact.phone or '')[3:]}"
        name = f"Typed in {k}"
        person = {"name": name, "emails": [_work(email)], "contact_numbers": [_work(phone)]}
        one.name.type(name)
        one.phones.add(phone.replace(" ", "").removeprefix("+"))
        if contact.email:
            one.emails.add(email)
        lead = {"title": f"Typed deal {k}", "lead_pipeline_stage_id": stage} if stage else None
        if lead and stage in CLOSED:
            one.lost_leads = 1
        elif lead:
            one.title.type(str(lead["title"]))
        self.sales.type_in(person, lead)
        self._tell(k, contact)

    def _type(self, step: Typed) -> None:
        one, value = self.expected[step.k], step.value.format(k=step.k)
        if step.field in ("name", "job_title", "organization"):
            getattr(one, step.field).type(value.casefold() if step.field == "organization" else value)
        else:
            one.person[COLUMNS.get(step.field, step.field)] = value
        self.sales.edit_person(self.person(step.k)["id"], **{COLUMNS.get(step.field, step.field): value})

    def _list(self, step: Listed) -> None:
        """Add an entry, or remove a real one while another real one stays."""
        row, one = self.person(step.k), self.expected[step.k]
        entries, several = list(row[step.column]), one.emails if step.column == "emails" else one.phones
        real = [entry for entry in entries if plain(entry["value"])]
        if step.remove is None:
            added = f"home{step.k}@example.com" if step.column == "emails" else f"+42033333333{step.k}"
            if plain(added) in [plain(entry["value"]) for entry in entries]:
                return
            several.add(plain(added))
            entries = [*real, {"value": added, "label": "home"}]  # in the place of what stood for one
        elif len(real) > 1:
            gone = real[step.remove % len(real)]
            several.remove(plain(gone["value"]))
            entries.remove(gone)
        else:
            return
        self.sales.edit_person(row["id"], **{step.column: entries})

    def _type_in_lead(self, step: TypedLead) -> None:
        one, value = self.expected[step.k], step.value.format(k=step.k)
        column = "lead_pipeline_stage_id" if step.field == "stage" else step.field
        if step.field == "title":
            one.title.type(value)
        else:
            one.lead[column] = value
        self.sales.edit_lead(self.lead(step.k)["id"], **{column: value})

    def _sell(self, step: Sold) -> None:
        one, lead_id = self.expected[step.k], self.lead(step.k)["id"]
        if step.what == "product":
            one.products += 1
            self.sales.sell(lead_id)
        else:
            one.remarks.append(f"Called them, {step.k} {len(one.remarks)}")
            self.sales.remark(lead_id, one.remarks[-1])

    def _work(self, k: int) -> None:
        for field, value in ALL_TYPED.items():
            self._type(Typed(k, field, value))
        for field, value in ALL_TYPED_IN_LEAD.items():
            self._type_in_lead(TypedLead(k, field, value))
        for column in LISTS:
            self._list(Listed(k, column, None))
        self._sell(Sold(k, "product"))

    # What there is

    def persons(self, k: int) -> list[Row]:
        """Return those who bear an e-mail or a phone of this customer's."""
        return [row for row in self.state.persons.values() if _belongs(row, k)]

    def person(self, k: int) -> Row:
        return self.persons(k)[0]

    def leads(self, k: int) -> list[Row]:
        """Return the leads of this customer's person, the newest first."""
        return list(self.state.leads.where(person_id=self.person(k)["id"]))[::-1]

    def lead(self, k: int) -> Row:
        return self.leads(k)[0]

    def _is_closed(self, k: int) -> bool:
        return self.lead(k)["lead_pipeline_stage_id"] in CLOSED


def plain(value: str) -> str:
    """Return an e-mail or a phone as it can be compared; "" for what only stands for one."""
    if "@" in value:
        return "" if value.endswith(".invalid") else value.lower()
    digits = "".join(char for char in value if char.isdigit())
    return digits if len(digits) > 7 else ""


def _belongs(row: Row, k: int) -> bool:
    values = [entry["value"].lower() for column in LISTS for entry in row[column] or ()]
    theirs = (f"{k}@example.com", f"9000{k}", f"-{k}", f"22{k}", f"33{k}")
    return any(value.endswith(theirs) or f"9000{k}" in value for value in values)


def _work(value: str) -> dict[str, str]:
    return {"value": value, "label": "work"}
