"""No error leaves a person without a word on what to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ..docs.cures import Made, kinds, made
from ..docs.sentences import GAP

ROOT = Path(__file__).parents[2]
LEAST = {"host": 150, "plugins/krayin": 40, "plugins/_reference_leadsquared": 9}
QUOTED = {GAP, *re.findall(r"«([^»]+)»", (ROOT / "docs" / "troubleshooting.md").read_text())}
"""What that page says what to do about; what is nothing but filled in is looked at below."""


@pytest.mark.parametrize("folder", LEAST)
def test_every_error_says_what_to_do(folder: str) -> None:
    errors = list(made(ROOT / folder))
    mute = [
        f"{one.place} {one.kind}: {one.message}"
        for one in errors
        if not one.cure and one.message not in QUOTED
    ]

    assert len(errors) > LEAST[folder]
    assert mute == []


def test_the_errors_of_all_are_known() -> None:
    assert kinds() >= {"CRMHostError", "NotYet", "Claimed", "NotThere", "Undelivered", "Invalid", "LeadGone"}


def test_what_an_error_says_is_read_as_it_stands_before_it() -> None:
    (said,) = (one for one in made(ROOT / "host") if one.message == "A password has at least … characters.")

    assert said == Made(
        said.file, said.line, "CRMHostError", said.message, "Take a longer one: three words, say."
    )


@pytest.mark.parametrize("page", ["docs/reference/errors.md", "docs/troubleshooting.md"])
def test_for_each_reason_to_refuse_a_webhook_the_pages_say_what_to_do(page: str) -> None:
    host = "".join(path.read_text() for path in (ROOT / "host").glob("*.py"))
    reasons = set(re.findall(r'DeliveryRefused\("(\w+)"', host)) | {
        "bad_signature",
        "reserialised",
        "body_only",
    }
    rows = re.findall(r"^\|[^`\n]*`(\w+)` \|.*\| ([^|]+) \|$", (ROOT / page).read_text(), re.MULTILINE)

    assert len(reasons) > 8
    assert reasons - {reason for reason, cure in rows if cure.strip()} == set()
