"""Folding a lane's pending deliveries: what is to be applied next, and what that makes needless."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .store.deliveries import Delivery

CONTACT_KINDS = ("contact_created", "contact_updated")


@dataclass(frozen=True)
class Step:
    """What a worker does next: apply one delivery, or only set aside those that are needless."""

    apply: Delivery | None
    superseded: tuple[Delivery, ...]


def next_step(pending: Sequence[Delivery], applied: Mapping[str, float]) -> Step | None:
    """Return the next step for a lane, or None where nothing is pending.

    The contact comes first, in its newest state only. Then each conversation in order of arrival:
    its beginning before its end (Chatwoot promises no order), and of several ends the newest.
    ``applied`` says by record how new the state is that was applied last.
    """
    for group in _groups(pending):
        newest, older = _newest(group)
        if _stale(newest, applied):
            return Step(None, tuple(group))
        return Step(newest, tuple(older))
    return None


def _groups(pending: Sequence[Delivery]) -> list[list[Delivery]]:
    """Gather what is about the same thing: the contact, each conversation's beginning, each one's end."""
    groups: dict[tuple[bool, int, bool], list[Delivery]] = {}
    arrived: dict[int | None, int] = {}
    for delivery in pending:
        place = arrived.setdefault(delivery.conversation_id, len(arrived))
        key = (delivery.kind not in CONTACT_KINDS, place, delivery.kind == "conversation_resolved")
        groups.setdefault(key, []).append(delivery)
    return [groups[key] for key in sorted(groups)]


def _newest(group: Sequence[Delivery]) -> tuple[Delivery, list[Delivery]]:
    """Return the newest and the rest.

    Of those whose version is known the largest; one whose version Chatwoot does not say is newer
    if it arrived later. Of equals the last.
    """
    known = [delivery for delivery in group if delivery.version is not None]
    newest = max(known, key=lambda one: (one.version or 0.0, one.id), default=group[-1])
    if group[-1].version is None:
        newest = group[-1]
    return newest, [delivery for delivery in group if delivery is not newest]


def _stale(delivery: Delivery, applied: Mapping[str, float]) -> bool:
    """Whether a newer state of the same record has been applied before.

    A contact's creation is older than any change. A resolve arrives as two events of one version
    (conversation_status_changed and conversation_updated): the second says nothing new.
    """
    last = applied.get(delivery.record)
    if last is None or delivery.version is None or delivery.kind == "conversation_created":
        return False
    if delivery.kind == "conversation_resolved":
        return delivery.version <= last
    return delivery.version < last
