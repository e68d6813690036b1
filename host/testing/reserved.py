"""What can be nobody's: domains and phone numbers that are kept for examples."""

from __future__ import annotations

import re

DOMAINS = ("example.com", "example.net", "example.org", "example", "test", "invalid", "localhost")
"""Of RFC 2606 and RFC 6761, with all that is below them."""
NUMBERS = (
    r"447700900\d{3}",  # Ofcom, «Telephone numbers for use in TV and radio drama programmes»
    r"442079460\d{3}",
    r"441632960\d{3}",
    r"448081570\d{3}",
    r"1[2-9]\d{2}55501\d{2}",  # North America: ATIS-0300115, line numbers 0100 to 0199 of 555
    r"33(19900|26191|35301|46571|53649|63998)\d{4}",  # France: Arcep, decision 2018-0881
    r"61[2378](5550|7010)\d{4}",  # Australia: ACMA, numbers for use in TV shows, films and creative works
    r"3532091\d{5}",  # Ireland: ComReg, numbers for drama use
)
"""The digits of numbers that regulators keep for films and examples, their country's code first."""
BLOCKS = (
    ("+44 7700 900", 3),
    ("+44 20 7946 0", 3),
    ("+44 1632 960", 3),
    ("+44 808 157 0", 3),
    ("+353 20 91 ", 5),
)
"""How some of these numbers begin, and how many digits are to be chosen: they are given out in this order."""

_LABEL = r"[^\W_](?:[^\W_]|-)*"
_BEFORE = r"\w.+'%#&{}|-"
EMAIL = re.compile(rf"(?<![{_BEFORE}])[{_BEFORE}]+@({_LABEL}(?:\.{_LABEL})+)")
"""No host's name has an underscore: what has one is a search's wildcard."""
PHONE = re.compile(r"\+\d(?:[ ().-]{0,2}\d){7,14}(?!\d)")
"""A number in international form: others look like ids and dates."""
_NUMBER = re.compile("|".join(NUMBERS))


def example_phone(number: int) -> str:
    """Return the nobody's phone number of this number, from 0 on; ``ValueError`` where there are no more."""
    for beginning, digits in BLOCKS:
        if number < 10**digits:
            return f"{beginning}{number:0{digits}}"
        number -= 10**digits
    raise ValueError("There are no more phone numbers that are nobody's: record fewer people.")


def is_example_domain(name: str) -> bool:
    """Whether an e-mail address at this domain is nobody's."""
    lowered = name.lower().rstrip(".")
    return any(lowered == kept or lowered.endswith(f".{kept}") for kept in DOMAINS)


def is_example_phone(number: str) -> bool:
    """Whether this number, its country's code first, is nobody's."""
    return _NUMBER.fullmatch(re.sub(r"\D", "", number)) is not None
