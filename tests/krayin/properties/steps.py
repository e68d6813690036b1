"""What can happen: edits in Chatwoot, edits by the sales team, and answers that get lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from hypothesis import strategies as st

CUSTOMERS = (101, 102, 103)
"""Of three digits, so that none is a part of another."""

# Chatwoot and the sales team never happen to say the same, so that it shows who said what. {k} is
# the customer: whatever bears another's number has strayed.
TOLD: dict[str, tuple[str | None, ...]] = {
    "name": ("Ann O'Hara {k}", "Žofie; <b>{k}</b>", "李 100% {k}", None),
    "email": ("Ann{k}@Example.com", "o'hara+x{k}@example.com", "jiří{k}@example.com", None),
    "phone": ("+4477{k}90001", "+4477{k}90002", None),
    "company": ("Acme & Sons, {k}", "ACME & SONS, {k}", "Ümlaut: {k}", None),
    "job_title": ("Buyer {k}", "Head of Buying {k}", None),
}
"""What Chatwoot can say of a customer, by field."""
LAST_TOLD = {
    "name": "Ann at last {k}",
    "email": "last{k}@example.com",
    "phone": "+4477{k}90009",
    "company": "Last & Co {k}",
    "job_title": "Retired {k}",
}
TYPED: dict[str, tuple[str, ...]] = {
    "name": ("Dr. Ann {k}", "Ann (call her!) {k}"),
    "job_title": ("Decides {k}", ""),
    "organization": ("Holding {k}",),
    "owner": ("2", ""),
    "remark": ("met at the fair {k}", "likes tea {k}"),
    "vip": ("1", "0"),
}
"""What the sales team can type into a person; empty means emptied."""
TYPED_IN_LEAD: dict[str, tuple[str, ...]] = {
    "title": ("Big deal {k}", "Renewal {k}"),
    "description": ("Wants three {k}", "Wants four {k}"),
    "lead_value": ("1200.0000", "50.5000"),
    "expected_close_date": ("2031-03-31", "2032-10-31"),
    "stage": ("2", "4", "5", "6"),
    "user_id": ("2",),
    "budget_note": ("asked twice {k}",),
    "urgent": ("1", "0"),
}
ALL_TYPED = {"owner": "2", "remark": "likes tea {k}", "vip": "1"}
ALL_TYPED_IN_LEAD = {
    "description": "Wants four {k}",
    "lead_value": "50.5000",
    "user_id": "2",
    "urgent": "1",
    "expected_close_date": "2031-03-31",
    "budget_note": "asked twice {k}",
}
TAGS = ("hot", "call back")
LISTS = ("emails", "contact_numbers")


def marks(k: int) -> tuple[str, ...]:
    """Return what is in each e-mail address and phone of a customer's, and in nobody else's."""
    return f"{k}@example.com", f"4477{k}9000", f"420222222{k}", f"420333333{k}"


@dataclass(frozen=True)
class Told:
    """Chatwoot tells of a customer, of whom one field has changed; None where nothing has."""

    k: int
    field: str | None
    value: str | None = None


@dataclass(frozen=True)
class ToldOld:
    """Chatwoot tells of a customer as it was some time ago."""

    k: int
    back: int


@dataclass(frozen=True)
class Talk:
    """Something happens in one of a customer's two conversations; ``again`` says it is delivered twice."""

    k: int
    talk: int
    what: Literal["opened", "message", "resolved", "reopened"]
    again: bool


@dataclass(frozen=True)
class TypedIn:
    """The sales team types in a customer nobody told of yet, with an open lead, a lost one or none."""

    k: int
    stage: int | None


@dataclass(frozen=True)
class Typed:
    """The sales team changes a field of a person."""

    k: int
    field: str
    value: str


@dataclass(frozen=True)
class Listed:
    """The sales team adds an e-mail or phone to a person, or removes one, if another one stays."""

    k: int
    column: str
    remove: int | None


@dataclass(frozen=True)
class TypedLead:
    """The sales team changes a field of a customer's lead."""

    k: int
    field: str
    value: str


@dataclass(frozen=True)
class Worked:
    """The sales team fills in all that Krayin has a place for, of a person and the lead."""

    k: int


@dataclass(frozen=True)
class Sold:
    """The sales team adds a product to a customer's lead, or a remark to its timeline."""

    k: int
    what: Literal["product", "remark"]


@dataclass(frozen=True)
class Tagged:
    """The sales team puts a tag on a customer's person or lead."""

    k: int
    entity: Literal["persons", "leads"]
    name: str


@dataclass(frozen=True)
class Loss:
    """What goes wrong with one of the next writes: its answer is lost, or the worker dies of it."""

    after: int
    dies: bool


Edit = Typed | Listed | TypedLead | Worked | Sold | Tagged
Step = Told | ToldOld | Talk | TypedIn | Edit | Loss

_K = st.sampled_from(CUSTOMERS)


def _each(kind: Any, said: Mapping[str, tuple[str | None, ...]]) -> st.SearchStrategy[Step]:
    steps = [kind(k, field, value) for k in CUSTOMERS for field, values in said.items() for value in values]
    return st.sampled_from(steps)


STEPS: st.SearchStrategy[list[Step]] = st.lists(
    st.one_of(
        _each(Told, TOLD),
        _each(Told, TOLD),
        st.builds(Told, _K, st.none()),
        st.builds(ToldOld, _K, st.integers(1, 3)),
        st.builds(
            Talk,
            _K,
            st.integers(1, 2),
            st.sampled_from(("opened", "message", "resolved", "reopened")),
            st.booleans(),
        ),
        st.builds(TypedIn, _K, st.sampled_from((None, 2, 6))),
        _each(Typed, TYPED),
        st.builds(Listed, _K, st.sampled_from(LISTS), st.none() | st.integers(0, 2)),
        _each(TypedLead, TYPED_IN_LEAD),
        st.builds(Worked, _K),
        st.builds(Sold, _K, st.sampled_from(("product", "remark"))),
        st.builds(Tagged, _K, st.sampled_from(("persons", "leads")), st.sampled_from(TAGS)),
        st.builds(Loss, st.integers(0, 2), st.booleans()),
    ),
    min_size=8,
    max_size=30,
)
