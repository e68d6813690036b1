"""How to put words from outside into Krayin's search, which reads some characters as its own.

A term is matched against the stored text; JSON, such as e-mails and phones, with upper and lower case
told apart. In it ``_`` stands for any character and ``%`` for any number of them, so whatever can't be
said itself is said by these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LIMIT = 50
"""Rows to ask for; Krayin gives ten unless told."""
ENOUGH_DIGITS = 7
"""Fewer, with anything between them, are found in too many other numbers."""
EXACT_LIMIT = 200
"""Characters of a value that are asked for; an address can't be endless."""


def any_of(**terms: str) -> dict[str, str | int]:
    """Return the parameters that find rows where any column has its term; {} if there are no terms."""
    said = {column: term for column, term in terms.items() if term}
    if not said:
        return {}
    search = ";".join(f"{column}:{term}" for column, term in said.items())
    fields = ";".join(f"{column}:like" for column in said)
    return {"search": search, "searchFields": fields, "limit": LIMIT}


def with_text(text: str) -> dict[str, str | int]:
    """Return the parameters that find rows of which any text is exactly this, but for its case."""
    column = "attribute_values.text_value"
    return {"search": f"{column}:{text}", "searchFields": f"{column}:=", "limit": LIMIT}


def holding(record_id: int, column: str, value: object) -> dict[str, str | int]:
    """Return the parameters that find this record if any of its attributes has the value.

    ``column`` is ``text_value``, ``boolean_value`` …: it is the only way to read an attribute of one's
    own, which no answer shows. Which attribute it is can't be asked along.
    """
    name, said = f"attribute_values.{column}", str(value)
    exact = len(said) <= EXACT_LIMIT and not set(said) & set(";:")
    term, how = (said, "=") if exact else (re.sub(r"[;:\\]", "_", said[:EXACT_LIMIT]), "like")
    return {
        "search": f"id:{record_id};{name}:{term}",
        "searchFields": f"id:=;{name}:{how}",
        "searchJoin": "and",
    }


def words(value: str) -> str:
    """Return the term for a value in a plain text column; "" where it would find everybody."""
    return pattern(value) if tells(value) else ""


def email_address(email: str) -> str:
    """Return the term for a whole address, in which each word may begin with a capital.

    ``Jane.Doe@Example.com`` is found by its lower-case address. Not found is one typed with other
    capitals (``JANE@…``, ``JaneDoe@…``): a pattern for these would bring more strangers than LIMIT.
    """
    return f'"{_FIRST_LETTER.sub("_", pattern(email))}"' if tells(email) else ""


def phone_number(digits: str) -> str:
    """Return the term for a number with anything between its digits: ``+44 (77) 00-900``."""
    if len(digits) >= ENOUGH_DIGITS:
        return "%".join(digits)
    return f'"+{digits}"' if digits else ""


def pattern(value: str) -> str:
    """Return a pattern that matches the value as MariaDB or MySQL store it, and perhaps others."""
    return re.sub("%+", "%", "".join(_patterns(value)))


def tells(value: str) -> bool:
    """Whether enough of a value can be searched for: a pattern of wildcards finds everybody."""
    return any(char.isalnum() for char in pattern(value))


_FIRST_LETTER = re.compile(r"\b[a-z](?=.*\.)")
"""Of each word before the last dot, so that there is always an end to search for."""


def _patterns(value: str) -> Iterator[str]:
    for char in value:
        if char in ";:":  # they end a term
            yield "_"
        elif char in '\\/"' or not (char.isascii() and char.isprintable()):  # stored as \\, \/, \u0159
            yield "%"
        else:
            yield char
