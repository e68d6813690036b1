"""Which stages a conversation's event asks for: pure, from the settings and what had been seen before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from crmhost import Conversation

from .settings import KrayinSettings

Moment = Literal["created", "resolved", "changed"]
ASPECTS: Mapping[str, str] = {"priority": "priority", "status": "status", "label": "labels"}
"""What a rule can be about, such as ``label:vip``: which change of a conversation it waits for."""
QUALIFY = ""
"""Instead of a stage: the one after the first."""


@dataclass(frozen=True)
class Wish:
    """A stage that a lead should come to, by code or id, and what for."""

    stage: str
    why: str


@dataclass(frozen=True)
class Asked:
    """What an event asks for, and what is to be remembered of its conversation."""

    wishes: tuple[Wish, ...]
    seen: dict[str, Any]


def asked(
    settings: KrayinSettings,
    conversation: Conversation,
    moment: Moment,
    seen: Mapping[str, Any],
    *,
    replied: bool = False,
) -> Asked:
    """Return what the rules want now and did not want before: the same event again wants nothing.

    ``replied`` says that the event is the first reply. Of a resolve the conversation's time is
    remembered, so that it is another one after the conversation was opened again.
    """
    now = dict(
        _state(settings, conversation, moment, replied=replied or conversation.first_reply_at is not None)
    )
    return Asked(tuple(_wishes(settings, now, seen)), {**seen, **now})


def rule_about(rule: str) -> tuple[str, str]:
    """Return a rule's kind and value: ``label`` and ``vip`` of ``label:vip``."""
    kind, _, value = rule.partition(":")
    return kind.strip().lower(), value.strip().lower()


def aspects_of(settings: KrayinSettings) -> set[str]:
    """Return the kinds that the rules are about."""
    return {kind for kind, _ in map(rule_about, settings.stage_rules)} & ASPECTS.keys()


def _state(
    settings: KrayinSettings, conversation: Conversation, moment: Moment, *, replied: bool
) -> Iterator[tuple[str, Any]]:
    """Yield what is watched of the conversation, as it is now."""
    if moment == "created" and settings.stage_on_created:
        yield "created", True
    if replied and settings.stage_on_first_reply:
        yield "first_reply", True
    if moment == "resolved" and (settings.stage_on_resolved or settings.auto_qualify):
        yield "resolved", conversation.updated_at.isoformat() if conversation.updated_at else True
    now: Mapping[str, Callable[[], list[str]]] = {
        "priority": lambda: [(conversation.priority or "").lower()],
        "status": lambda: [conversation.status.lower()],
        "label": lambda: sorted(label.lower() for label in conversation.labels),
    }
    for kind in sorted(aspects_of(settings)):
        yield kind, now[kind]()


def _wishes(settings: KrayinSettings, now: Mapping[str, Any], seen: Mapping[str, Any]) -> Iterator[Wish]:
    """Yield what is new and has a rule, the more special ones last."""
    new = {name for name, value in now.items() if seen.get(name) != value}
    if "created" in new:
        yield Wish(settings.stage_on_created, "a conversation began")
    if "first_reply" in new:
        yield Wish(settings.stage_on_first_reply, "an agent has answered")
    if "resolved" in new and settings.auto_qualify:
        yield Wish(QUALIFY, "the conversation was resolved")
    if "resolved" in new and settings.stage_on_resolved:
        yield Wish(settings.stage_on_resolved, "the conversation was resolved")
    for rule, stage in settings.stage_rules.items():
        kind, value = rule_about(rule)
        if kind in new and value in now[kind] and value not in seen.get(kind, ()):
            yield Wish(stage, f"the rule {rule}")
