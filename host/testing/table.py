"""The table in which a contract ends: what became of each rule, and the tier."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .capabilities import Capabilities
from .contract import CRMContract
from .rules import TIERS, UNWRITTEN, Rule, Tier, Verdict, awarded, rules_of

if TYPE_CHECKING:
    import pytest

Note = Mapping[str, Any]
"""What a test's report says of its rule; plain enough to come from another process."""
CAPABILITIES = tuple(name for name in vars(Capabilities) if name.startswith(("has_", "activities_")))


@dataclass(frozen=True)
class Table:
    """What became of one plugin's contract."""

    plugin: str
    capabilities: Mapping[str, Any]
    verdicts: tuple[Verdict, ...]
    example: bool = False
    """Whether it was tried against the example CRM, which comes with crmhost, and not its own."""

    @property
    def tier(self) -> Tier | None:
        """The tier that the plugin has."""
        return awarded(self.verdicts)

    @property
    def wanting(self) -> list[Verdict]:
        """The verdicts that keep the plugin from the next tier."""
        reached = 0 if self.tier is None else TIERS.index(self.tier) + 1
        return [one for one in self.verdicts if one.rule.tier in TIERS[reached : reached + 1] and one.lost]

    @property
    def unwritten(self) -> list[str]:
        """What is still to be written, as the rules say; each once."""
        said = (one.why.removeprefix(UNWRITTEN) for one in self.verdicts if one.why.startswith(UNWRITTEN))
        return list(dict.fromkeys(said))

    @property
    def summary(self) -> str:
        """The table in a sentence."""
        if self.unwritten:
            return f"{self.plugin}: no tier yet. To be written next: {' And: '.join(self.unwritten)}"
        untried = sum(one.state == "not run" for one in self.verdicts)
        if untried:
            return f"{self.plugin}: {untried} of {len(self.verdicts)} rules were not tried; a tier takes all."
        if not self.wanting:
            against = " (against crmhost's example CRM)" if self.example else ""
            return f"{self.plugin}: {self.tier}{against}."
        names = ", ".join(f"{one.rule.id} ({one.state})" for one in self.wanting)
        return f"{self.plugin}: {self.tier or 'no tier'}. For {self.wanting[0].rule.tier} it wants: {names}."

    def document(self) -> dict[str, Any]:
        """Return all of it as one JSON document."""
        rules = [{**asdict(one.rule), "state": one.state, "said": one.said} for one in self.verdicts]
        declared = dict(self.capabilities)
        return {
            "plugin": self.plugin,
            "tier": self.tier,
            "summary": self.summary,
            "capabilities": declared,
            "rules": rules,
        }


def noted(
    rule: Rule, contract: type[Capabilities], report: pytest.TestReport, why: str
) -> list[tuple[str, Note]]:
    """Return what a report is to say of its rule: nothing while its test goes on."""
    if report.passed and report.when != "call":
        return []
    state = "broken" if report.failed else rule.untried(contract) or "kept"
    said = {"rule": rule.id, "state": state, "why": why if report.failed else ""}
    declared = {name: getattr(contract, name) for name in CAPABILITIES}
    about = {"plugin": contract.plugin, "capabilities": declared, "example": _is_on_example(contract)}
    return [("contract", {**about, **said})]


def _is_on_example(contract: type[Capabilities]) -> bool:
    """Whether the module in which the contract's CRM is made has the example CRM itself, not a copy."""
    from .example_crm import ExampleCRM

    return any(one is ExampleCRM for one in contract.make_crm.__globals__.values())


def tables_of(notes: Iterable[Note]) -> list[Table]:
    """Return a table for each plugin that notes are about; a rule that was not tried is not run."""
    by_plugin: dict[str, list[Note]] = {}
    for note in notes:
        by_plugin.setdefault(note["plugin"], []).append(note)
    return [_table(plugin, of) for plugin, of in by_plugin.items()]


def _table(plugin: str, notes: list[Note]) -> Table:
    said = {note["rule"]: note for note in notes}
    said |= {note["rule"]: note for note in notes if note["state"] == "broken"}
    verdicts = (
        Verdict(rule, said[rule.id]["state"], said[rule.id]["why"])
        if rule.id in said
        else Verdict(rule, "not run")
        for rule in rules_of(CRMContract)
    )
    return Table(plugin, notes[0]["capabilities"], tuple(verdicts), notes[0].get("example", False))


def lines_of(table: Table) -> Iterator[str]:
    """Yield the table as a person reads it, without the rules that were not tried."""
    tried = [one for one in table.verdicts if one.state != "not run"]
    width = max(len(one.rule.id) for one in tried)
    for one in tried:
        yield f"{one.rule.tier:<8}  {one.rule.id:<{width}}  {one.state:<10}  {one.said}"
    yield ""
    yield table.summary


def write_json(tables: Iterable[Table], path: str) -> None:
    """Write all tables to a file."""
    documents = [table.document() for table in tables]
    Path(path).write_text(json.dumps(documents, indent=2, ensure_ascii=False), "utf-8")
