"""Leads whose close date has gone by, or is shown in another zone: what is written, and what waits."""

from __future__ import annotations

import pytest

from crmhost import SetUpAgain

from .crm import Desk
from .leading import (
    JANE,
    SMITH,
    lead,
    talk,
    told,
)


def test_a_date_gone_by_holds_back_a_title_on_2_1_and_never_a_value(desk: Desk) -> None:
    """2.1 refuses a PUT with a past date; attributes/edit takes it (recordings 347, 346)."""
    desk = desk.with_settings(lead_value="{contact.worth}")
    desk.contact(JANE)
    desk.ask("PUT", "leads/attributes/edit/1", {"expected_close_date": "2020-01-01"})

    outcome = desk.contact(SMITH.model_copy(update={"custom_attributes": {"worth": 80}}))

    is_old = desk.sandbox.profile.checks_closing_date
    assert lead(desk)["title"] == ("Jane Doe" if is_old else "Jane Smith")
    assert float(lead(desk)["lead_value"]) == 80
    assert str(lead(desk)["expected_close_date"]) == "2020-01-01"
    assert ("Its title stayed" in told(outcome)) == is_old


def test_what_a_date_gone_by_held_back_is_written_once_the_date_was_moved(desk: Desk) -> None:
    desk = desk.with_settings(lead_description="Is {name}")
    desk.contact(JANE)
    desk.ask("PUT", "leads/attributes/edit/1", {"expected_close_date": "2020-01-01"})
    desk.contact(SMITH)

    still = desk.contact(SMITH)
    looked = desk.calls
    desk.ask("PUT", "leads/attributes/edit/1", {"expected_close_date": "2031-12-31"})
    desk.created(talk())
    took = desk.calls
    desk.contact(SMITH)

    assert (lead(desk)["title"], lead(desk)["description"]) == ("Jane Smith", "Is Jane Smith")
    assert str(lead(desk)["expected_close_date"]) == "2031-12-31"
    assert desk.calls == []
    if desk.sandbox.profile.checks_closing_date:
        assert looked == ["GET /leads"]
        assert told(still).startswith("Its title and description stayed")
        assert took == ["POST /activities", "GET /leads", "PUT /leads/1"]


def test_what_the_sales_team_wrote_while_a_title_waited_stays(desk: Desk) -> None:
    desk.contact(JANE)
    desk.ask("PUT", "leads/attributes/edit/1", {"expected_close_date": "2020-01-01"})
    desk.contact(SMITH)
    desk.ask("PUT", "leads/1", {"title": "Big deal", "lead_pipeline_stage_id": 1})

    desk.contact(SMITH)
    desk.contact(SMITH)

    assert lead(desk)["title"] == "Big deal"
    assert desk.calls == []


def test_a_title_for_want_of_words_is_the_newest_name(desk: Desk) -> None:
    desk = desk.with_settings(lead_title="{contact.plan}")
    desk.contact(JANE)
    desk.contact(SMITH)

    desk.created(talk(sender=JANE))

    assert lead(desk)["title"] == "Jane Smith"
    assert desk.calls == ["POST /activities"]


def test_where_the_servers_zone_is_another_one_nothing_is_written(desk: Desk) -> None:
    desk = desk.with_facts(timezone="Europe/Prague")
    desk.contact(JANE)
    desk.ask("PUT", "leads/1", {"lead_pipeline_stage_id": 1, "expected_close_date": "2031-12-31"})

    with pytest.raises(SetUpAgain, match="time zone") as wrong:
        desk.contact(SMITH)

    assert "server_timezone" in wrong.value.fix
    assert lead(desk)["title"] == "Jane Doe"
