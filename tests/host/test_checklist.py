"""What a setup looks at: what passed is told with what did not."""

import pytest

from crmhost import Checklist, CredentialsError, ReportLine, SettingsError

PASSED = ReportLine("Token", "accepted")


def test_what_passed_is_told_with_what_did_not() -> None:
    looked = Checklist()
    looked.add(PASSED)

    with pytest.raises(CredentialsError) as refused, looked.at("User"):
        raise CredentialsError("The user may not write.", fix="Let it.")

    assert refused.value.report == (
        PASSED,
        ReportLine("User", "The user may not write.", "failed", "Let it."),
    )


def test_all_wrong_settings_are_told_at_once_and_the_first_one_is_raised() -> None:
    looked = Checklist()
    with looked.at("Team", go_on=True):
        raise SettingsError("There is no team 7.", fix="Choose another.")
    looked.add(PASSED)
    with looked.at("Stage", go_on=True):
        raise SettingsError("There is no stage 9.")

    with pytest.raises(SettingsError, match="no team 7") as wrong:
        looked.end()

    assert [(line.name, line.state) for line in wrong.value.report] == [
        ("Team", "failed"),
        ("Token", "ok"),
        ("Stage", "failed"),
    ]


def test_a_crm_that_is_away_ends_the_look_with_what_was_wrong_before() -> None:
    looked = Checklist()
    with looked.at("Team", go_on=True):
        raise SettingsError("There is no team 7.")

    with pytest.raises(SettingsError) as wrong, looked.at("Stages", go_on=True):
        raise CredentialsError("Refused.")

    assert [line.name for line in wrong.value.report] == ["Team", "Stages"]


def test_a_list_within_a_list_is_told_once() -> None:
    outer, inner = Checklist(), Checklist()
    outer.add(PASSED)

    with pytest.raises(SettingsError) as wrong, outer.at("CRM"), inner.at("Team"):
        raise SettingsError("There is no team 7.")

    assert [line.name for line in wrong.value.report] == ["Token", "Team"]


def test_nothing_wrong_is_nothing_raised() -> None:
    looked = Checklist()
    with looked.at("Token"):
        looked.add(PASSED)

    looked.end()

    assert looked.lines == (PASSED,)
