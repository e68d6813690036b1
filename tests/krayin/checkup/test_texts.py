"""Mistakes in settings that setup finds without asking Krayin."""

from __future__ import annotations

import pytest

from crmhost import SettingsError

from ..crm import Desk


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"lead_title": "{nmae} by chat"}, "lead_title has a place {nmae} that nothing can be put into."),
        ({"lead_description": "{contact.}"}, "lead_description has a place {contact.} that nothing"),
        ({"lead_value": "{deal}"}, "lead_value has a place {deal}"),
        ({"lead_value": "1,000"}, "lead_value is 1,000, which Krayin does not take as a lead's value."),
        ({"lead_value": "-5"}, "lead_value is -5"),
        ({"field_rules": "person.plan=never"}, "field_rules has a rule for person.plan, which the setting"),
        ({"phone_region": "UK"}, "phone_region is UK, which is no country's two letters."),
    ],
)
def test_a_text_that_cannot_work_is_one_sentence_with_a_remedy(
    desk: Desk, given: dict[str, str], sentence: str
) -> None:
    with pytest.raises(SettingsError) as wrong:
        desk.setup(**given)

    assert sentence in str(wrong.value)
    assert "such as" in wrong.value.fix
    assert not desk.sandbox.requests


def test_texts_that_can_work_are_taken(desk: Desk) -> None:
    desk.setup(
        lead_title="{name} ({company})",
        lead_description="{contact.plan} in inbox {inbox}",
        lead_value="{contact.deal_value}",
        phone_region="gb",
    )
