"""What a person typed becomes a setting's value, or is refused in a clause that holds no secret."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, BeforeValidator, SecretStr, ValidationError

from crmhost import HeaderSecret, Pairs, Words, tree
from crmhost.validation import first_problem, is_secret


class Given(BaseModel):
    token: HeaderSecret = SecretStr("t0ken")
    other: HeaderSecret | None = None
    labels: Words = ()
    fields: Pairs = {}
    rules: Annotated[dict[str, Any], BeforeValidator(tree)] = {}


@pytest.mark.parametrize(
    ("name", "typed", "read"),
    [
        ("labels", "vip, big one", ("vip", "big one")),
        ("labels", "vip\nbig one\n", ("vip", "big one")),
        ("labels", '["a, b"]', ("a, b",)),
        ("labels", "", ()),
        ("fields", "plan=pro, note = a=b", {"plan": "pro", "note": "a=b"}),
        ("fields", '{"plan": "pro"}', {"plan": "pro"}),
        ("fields", {"plan": "pro"}, {"plan": "pro"}),
        ("fields", "", {}),
        ("rules", '{"7": {"stage": 1}}', {"7": {"stage": 1}}),
    ],
)
def test_a_text_is_read(name: str, typed: object, read: object) -> None:
    assert getattr(Given(**{name: typed}), name) == read


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("fields", "plan", "fields: each has a = in it"),
        ("fields", "{plan", "fields: it is no JSON"),
        ("token", "", "token: it is one line"),
        ("token", "two words", "token: it is one line"),
        ("token", "s3cret\n", "token: it is one line"),
        ("token", "s3crét", "token: it is one line"),
    ],
)
def test_what_cannot_be_is_refused_without_showing_it(name: str, typed: str, said: str) -> None:
    with pytest.raises(ValidationError) as error:
        Given(**{name: typed})

    told = first_problem(error.value)
    assert told.startswith(said)
    assert "s3c" not in told


def test_a_secret_for_a_header_is_a_secret() -> None:
    fields = Given.model_fields

    assert [name for name in fields if is_secret(fields[name].annotation)] == ["token", "other"]
