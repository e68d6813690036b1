"""The rules of the contract: each is a test with an id, a tier, and perhaps a capability that it is about."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, NoReturn, TypeVar

from ..errors import CRMHostError

Tier = Literal["bronze", "silver", "gold", "platinum"]
TIERS: tuple[Tier, ...] = ("bronze", "silver", "gold", "platinum")
State = Literal["kept", "broken", "cannot", "not needed", "not run"]
UNWRITTEN = "Not written yet: "
"""How the sentence begins of a rule that fails where a plugin's author has still to write something."""
Test = TypeVar("Test", bound=Callable[..., None])


@dataclass(frozen=True)
class Rule:
    """One promise of a plugin. Its id is the test's name, its title the test's first line."""

    id: str
    tier: Tier
    title: str
    about: str = ""
    """The capability without which there is nothing to promise."""
    needs: str = ""
    """The capability without which the promise cannot be kept: that costs the tier."""

    def untried(self, capabilities: object) -> State | None:
        """Return what the rule comes to where the CRM lacks what it takes; None where it is to be tried."""
        if self.needs and not getattr(capabilities, self.needs):
            return "cannot"
        if self.about and not getattr(capabilities, self.about):
            return "not needed"
        return None


@dataclass(frozen=True)
class Verdict:
    """What became of a rule: ``why`` is a sentence where it was not kept."""

    rule: Rule
    state: State
    why: str = ""

    @property
    def lost(self) -> bool:
        """Whether it costs the rule's tier."""
        return self.state not in {"kept", "not needed"}

    @property
    def said(self) -> str:
        """The verdict in a sentence."""
        untried = {
            "cannot": f"The CRM cannot: {self.rule.needs} is not declared.",
            "not needed": f"{self.rule.about} is not declared.",
            "not run": "Its test was not among those that ran.",
        }
        return self.why or untried.get(self.state, self.rule.title)


def rule(tier: Tier, *, about: str = "", needs: str = "") -> Callable[[Test], Test]:
    """Make a rule of a test of the contract's; where its capability is not declared it is not tried."""

    def made(test: Test) -> Test:
        name = test.__name__.removeprefix("test_").replace("_", "-")
        said = Rule(name, tier, inspect.getdoc(test).partition("\n")[0], about, needs)  # type: ignore[union-attr]

        @functools.wraps(test)
        def tried(self: object, *args: Any, **kwargs: Any) -> None:
            if said.untried(self) is None:
                with in_a_sentence():
                    test(self, *args, **kwargs)

        tried.rule = said  # type: ignore[attr-defined]
        return tried  # type: ignore[return-value]

    return made


def rules_of(contract: type) -> list[Rule]:
    """Return the rules of a contract's class, tier by tier, each tier in the order they are written in."""
    names = dict.fromkeys(name for base in contract.__mro__ for name in vars(base))
    found = [test.rule for name in names if hasattr(test := getattr(contract, name), "rule")]
    return sorted(found, key=lambda one: TIERS.index(one.tier))


def awarded(verdicts: Sequence[Verdict]) -> Tier | None:
    """Return the highest tier all of whose rules, and those of the tiers below, are kept or not needed."""
    best: Tier | None = None
    for tier in TIERS:
        if any(verdict.lost for verdict in verdicts if verdict.rule.tier == tier):
            break
        best = tier
    return best


def broken(sentence: str) -> NoReturn:
    """Fail the rule with a sentence, and nothing around it."""
    import pytest

    raise pytest.fail.Exception(sentence, pytrace=False) from None


@contextmanager
def in_a_sentence(what: str = "It") -> Iterator[None]:
    """Fail the rule with what an error says, where it is one that says what to do."""
    __tracebackhide__ = True
    try:
        yield
    except CRMHostError as error:
        if isinstance(error.__cause__, NotImplementedError):
            broken(f"{UNWRITTEN}{error.__cause__}")
        broken(f"{what} says {type(error).__name__}: {error} {error.fix}".strip())
    except NotImplementedError as error:
        broken(f"{UNWRITTEN}{error}")


def promise(kept: object, sentence: str) -> None:
    """Fail the rule where something is not as promised; the sentence says what was found, and what to do."""
    __tracebackhide__ = True
    if not kept:
        broken(sentence)
