"""Customers as a support inbox sees them: odd names, odd addresses, half of what one would like to know."""

from __future__ import annotations

import random
from collections.abc import Iterator

from crmhost import Contact

NAMES = (
    "Jane Doe",
    "Ježíš Žižka",
    "O'Brien & Sons <b>",
    "李小龍",
    "🦊 Fox",
    'Ann "Nan" Lee',
    "Doe, Jane",
    " x ",
    "Ed_win 100%",
    "A;B:C\\D/E",
)
LOCAL_PARTS = ("anna", "Under_Score", "p%c", "plus+tag", "o'brien", "sl/ash", "jiří", "{b}|c", "a&b=c#")
COMPANIES = ("Globex Ltd", "Café; Bar: Ltd", "100% _Sure_", "Škoda / VW", "A, B & C", "initech")
CITIES = (("Prague", "CZ", "Czechia"), ("Łódź", "PL", "Poland"), ("St. John's", "CA", "Canada"))


def customers(count: int) -> Iterator[Contact]:
    """Yield different customers, each time the same ones.

    One in five has no phone, one in five no e-mail; each has a company of their own.
    """
    dice = random.Random(731)
    for number in range(1, count + 1):
        reach = dice.choice(("both", "both", "both", "email", "phone"))
        yield Contact(
            id=number,
            name=dice.choice(NAMES),
            email=f"{dice.choice(LOCAL_PARTS)}{number}@Example.com" if reach != "phone" else None,
            phone=f"+4477009{number:05d}" if reach != "email" else None,
            additional_attributes={"company_name": f"{dice.choice(COMPANIES)} {number}"},
        )


def living(customer: Contact, place: int = 0) -> Contact:
    """Return the customer with the address of one of three towns."""
    city, code, country = CITIES[(customer.id + place) % len(CITIES)]
    return telling(customer, city=city, country_code=code, country=country)


def telling(customer: Contact, **additional: str) -> Contact:
    """Return the customer with more of what Chatwoot calls additional attributes."""
    known = {**customer.additional_attributes, **additional}
    return customer.model_copy(update={"additional_attributes": known})


def named(customer: Contact, name: str) -> Contact:
    """Return the customer under another name."""
    return customer.model_copy(update={"name": name})
