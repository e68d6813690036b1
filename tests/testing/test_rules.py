"""Rules, their page, and what is awarded for them."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from crmhost.testing import CRMContract
from crmhost.testing.rules import UNWRITTEN, Rule, State, Tier, Verdict, awarded, rules_of
from crmhost.testing.table import Table, noted, tables_of

from .test_good_plugin import TestTiny as Tried

PAGE = (Path(__file__).parents[2] / "docs" / "contract.md").read_text("utf-8")


def test_the_page_has_each_rule_under_its_tier_with_its_first_line() -> None:
    tiers = re.split(r"^## (Bronze|Silver|Gold|Platinum)$", PAGE, flags=re.MULTILINE)[1:]
    sections = zip(tiers[::2], tiers[1::2], strict=True)
    written = [
        (rule, tier.lower(), title)
        for tier, text in sections
        for rule, title in re.findall(r"^### ([a-z-]+)\n\n(.*)$", text, re.MULTILINE)
    ]

    assert written == [(rule.id, rule.tier, rule.title) for rule in rules_of(CRMContract)]


def test_the_page_names_the_capabilities_with_what_they_are_otherwise() -> None:
    rows = re.findall(r"^\| `((?:has|activities)_\w+)` \| `(\w+)` \|", PAGE, re.MULTILINE)

    assert rows == [(name, str(getattr(CRMContract, name))) for name, _ in rows]
    assert {name for name, _ in rows} == {
        name for name in dir(CRMContract) if name.startswith(("has_", "activities_"))
    }


def verdicts(**states: State) -> list[Verdict]:
    tiers: tuple[Tier, ...] = ("bronze", "silver", "gold", "platinum")
    return [Verdict(Rule(tier, tier, "It is so."), states.get(tier, "kept")) for tier in tiers]


@pytest.mark.parametrize(
    ("states", "tier"),
    [
        ({}, "platinum"),
        ({"platinum": "broken"}, "gold"),
        ({"platinum": "cannot"}, "gold"),
        ({"platinum": "not needed"}, "platinum"),
        ({"gold": "broken"}, "silver"),
        ({"silver": "not run"}, "bronze"),
        ({"bronze": "broken"}, None),
    ],
)
def test_a_tier_takes_all_of_its_rules_and_of_those_below(
    states: dict[str, State], tier: Tier | None
) -> None:
    assert awarded(verdicts(**states)) == tier


def test_a_table_says_what_the_next_tier_wants() -> None:
    table = Table("acme", {}, tuple(verdicts(gold="broken", platinum="broken")))

    assert table.summary == "acme: silver. For gold it wants: gold (broken)."


def test_a_table_says_once_what_is_still_to_be_written() -> None:
    rules = [Rule(name, "bronze", "It is so.") for name in ("a", "b", "c")]
    whys = [UNWRITTEN + "Client.whoami: say it.", UNWRITTEN + "Client.whoami: say it.", "It is odd."]
    verdicts = [Verdict(one, "broken", why) for one, why in zip(rules, whys, strict=True)]

    said = Table("acme", {}, tuple(verdicts)).summary

    assert said == "acme: no tier yet. To be written next: Client.whoami: say it."


def test_a_rule_that_was_not_tried_is_not_run_and_costs_the_tier() -> None:
    (table,) = tables_of([{"plugin": "acme", "capabilities": {}, "rule": "info", "state": "kept", "why": ""}])

    assert table.tier is None
    assert {one.state for one in table.verdicts} == {"kept", "not run"}
    assert "rules were not tried" in table.summary


def test_a_rule_whose_capability_is_not_declared_is_not_tried() -> None:
    class Declared:
        can = True
        cannot = False

    plain = Rule("plain", "gold", "It is so.")

    assert plain.untried(Declared()) is None
    assert Rule("a", "gold", "It is so.", about="cannot").untried(Declared()) == "not needed"
    assert Rule("b", "gold", "It is so.", needs="cannot").untried(Declared()) == "cannot"
    assert Rule("c", "gold", "It is so.", about="can", needs="can").untried(Declared()) is None


def test_a_tier_that_was_won_on_the_example_says_so() -> None:
    assert (
        Table("acme", {}, tuple(verdicts()), example=True).summary
        == "acme: platinum (against crmhost's example CRM)."
    )
    assert Table("acme", {}, tuple(verdicts())).summary == "acme: platinum."


def test_a_table_knows_the_example_from_a_copy_of_it() -> None:
    class Copied(CRMContract):
        plugin = "acme"

        def make_crm(self) -> Any:
            return None

    rule = rules_of(CRMContract)[0]
    report: Any = SimpleNamespace(passed=True, failed=False, when="call")
    ((_, on_the_example),) = noted(rule, Tried, report, "")
    ((_, on_a_copy),) = noted(rule, Copied, report, "")

    assert tables_of([on_the_example])[0].example
    assert not tables_of([on_a_copy])[0].example


def test_a_declaration_that_is_misspelt_is_refused() -> None:
    with pytest.raises(
        TypeError, match="declares activity_findable, which is nothing: is it activities_findable"
    ):

        class Misspelt(CRMContract):
            activity_findable = False
