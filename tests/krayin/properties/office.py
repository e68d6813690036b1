"""A sales team's office: their edits are carried out in Krayin, and what must be there in the end is kept."""

from __future__ import annotations

from crmhost import Contact
from crmhost_krayin.sandbox.state import Row

from .expectations import Customer
from .salesteam import SalesTeam
from .steps import (
    ALL_TYPED,
    ALL_TYPED_IN_LEAD,
    LISTS,
    Edit,
    Listed,
    Sold,
    Tagged,
    Typed,
    TypedIn,
    TypedLead,
    Worked,
    marks,
)

CLOSED = (5, 6)
COLUMNS = {"owner": "user_id", "organization": "organization_name"}
"""What a person's form calls what it does not call as we do."""


class Office:
    """Krayin's customers as the sales team knows them.

    ``passing`` says that Chatwoot's news may overtake each other on their way to Krayin.
    """

    def __init__(self, sales: SalesTeam, *, passing: bool = False) -> None:
        self.sales = sales
        self.state = sales.state
        self.expected: dict[int, Customer] = {}
        self._passing = passing
        self._was_closed: set[int] = set()

    # What must come of it

    def expect(self, k: int, contact: Contact) -> None:
        """Say what must come of a customer being told of."""
        one = self.customer(k)
        one.name.tell(contact.name)
        one.title.tell(contact.name, decided=self._decides_title(k))
        one.job_title.tell(contact.additional_attributes.get("job_title"))
        one.organization.tell((contact.company or "").casefold())
        one.emails.tell((contact.email or "").lower())
        one.phones.tell((contact.phone or "").removeprefix("+"))
        one.told = True

    def customer(self, k: int) -> Customer:
        """Return what is expected of a customer."""
        return self.expected.setdefault(k, Customer.new(passing=self._passing))

    def _decides_title(self, k: int) -> bool:
        """Whether a lead's title follows; of one that is won or lost, nobody has promised it."""
        if self._passing:
            return k not in self._was_closed
        return not self.customer(k).told or self.lead(k)["lead_pipeline_stage_id"] not in CLOSED

    # What they do

    def type_in(self, step: TypedIn, contact: Contact) -> None:
        """Type in a customer whom Chatwoot has not told of yet."""
        k, one = step.k, self.customer(step.k)
        office = f"+420222222{k}"
        email = (contact.email or f"none{k}@phone.invalid").lower()
        phone = office if contact.email else f"{contact.phone or '':.3} {(contact.phone or '')[3:]}"
        name = f"Typed in {k}"
        person = {"name": name, "emails": [_work(email)], "contact_numbers": [_work(phone)]}
        one.name.type(name)
        one.phones.add(phone.replace(" ", "").removeprefix("+"))
        if contact.email:
            one.emails.add(email)
        lead = {"title": f"Typed deal {k}", "lead_pipeline_stage_id": step.stage} if step.stage else None
        if lead and step.stage in CLOSED:
            one.lost_leads = 1
        elif lead:
            one.title.type(str(lead["title"]))
        self.sales.type_in(person, lead)

    def edit(self, step: Edit) -> None:
        """Carry out an edit of a customer who is there."""
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
            case Tagged():
                self._tag(step)

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
            added = f"home{step.k}@example.com" if step.column == "emails" else f"+420333333{step.k}"
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
        if step.field == "stage" and int(value) in CLOSED:
            self._was_closed.add(step.k)
            one.title.leave_open()
        self.sales.edit_lead(self.lead(step.k)["id"], **{column: value})

    def _sell(self, step: Sold) -> None:
        one, lead_id = self.expected[step.k], self.lead(step.k)["id"]
        if step.what == "product":
            one.products += 1
            self.sales.sell(lead_id)
        else:
            one.remarks.append(f"Called them, {step.k} {len(one.remarks)}")
            self.sales.remark(lead_id, one.remarks[-1])

    def _tag(self, step: Tagged) -> None:
        record = self.person(step.k) if step.entity == "persons" else self.lead(step.k)
        self.expected[step.k].tags.add((step.entity, step.name))
        self.sales.tag(step.entity, record["id"], step.name)

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

    def has_lead(self, k: int) -> bool:
        """Whether the customer is there, with a lead of Chatwoot's making or taking."""
        return len(self.persons(k)) == 1 and len(self.leads(k)) > self.customer(k).lost_leads


def plain(value: str) -> str:
    """Return an e-mail or a phone as it can be compared; "" for what only stands for one."""
    if "@" in value:
        return "" if value.endswith(".invalid") else value.lower()
    digits = "".join(char for char in value if char.isdigit())
    return digits if len(digits) > 7 else ""


def _belongs(row: Row, k: int) -> bool:
    values = [entry["value"].lower().replace(" ", "") for column in LISTS for entry in row[column] or ()]
    return any(mark in value for value in values for mark in marks(k))


def _work(value: str) -> dict[str, str]:
    return {"value": value, "label": "work"}
