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
    changed: frozenset[str] = frozenset()
    """What the delivery, and those it makes needless, say is new of a conversation: some of CHANGES."""


def next_step(pending: Sequence[Delivery], applied: Mapping[str, float]) -> Step | None:
    """Return the next step for a lane, or None where nothing is pending.

    What may have been written already comes before all else, as it was then: only once that is settled
    can it be told what is new. Next comes the contact, in its newest state only. Then each conversation
    in order of arrival: its beginning before all else (Chatwoot promises no order), of several ends the
    newest, of several changes the newest with all that they say is new; each message by itself.
    ``applied`` says how new the state is that was applied last, by the names that ``dated`` gives.
    """
    for one in pending:
        if one.attempted is not None:
            return Step(one, (), frozenset(one.attempted["changed"]))
    for group in _groups(pending):
        newest, older = _newest(group)
        changed = frozenset[str]().union(*(one.changed for one in group))
        if _stale(newest, applied):
            return Step(None, tuple(group))
        if newest.kind == "conversation_changed":
            changed = _news(newest, changed, applied)
            if not changed:
                return Step(None, tuple(group))
        return Step(newest, tuple(older), changed)
    return None


def dated(delivery: Delivery, changed: frozenset[str]) -> tuple[str, ...]:
    """Return the names under which it is remembered how new the state is that a delivery brought.

    A contact has one. A conversation has one for its end and one for each change: Chatwoot fills a
    webhook when it sends it, so a change that came just before a resolve shows the resolved state,
    and must not make the resolve itself look stale. What begins, and a message, are never stale.
    """
    if delivery.kind == "conversation_created":
        return ()
    each = tuple(f"{delivery.record}:{name}" for name in sorted(changed - {"message"}))
    return each if delivery.kind == "conversation_changed" else (delivery.record, *each)


def _groups(pending: Sequence[Delivery]) -> list[list[Delivery]]:
    """Gather what folds into one, in the order in which it is to be applied."""
    groups: dict[tuple[int, str], list[Delivery]] = {}
    arrived: dict[int | None, int] = {}
    for delivery in pending:
        place = arrived.setdefault(delivery.conversation_id, len(arrived))
        groups.setdefault((place, _fold(delivery)), []).append(delivery)
    order = {key: (*_turn(key[0], group[0].kind), _reached(group)) for key, group in groups.items()}
    return [groups[key] for key in sorted(groups, key=order.__getitem__)]


def _turn(place: int, kind: str) -> tuple[bool, int, bool]:
    """Return what sorts the contact first, then each conversation in its place, from its beginning."""
    return kind not in CONTACT_KINDS, place, kind != "conversation_created"


def _reached(group: Sequence[Delivery]) -> int:
    """Return when the group's newest state arrived first: it may come as two events, one of them late."""
    newest, _ = _newest(group)
    return min(one.id for one in group if one.version == newest.version)


def _fold(delivery: Delivery) -> str:
    """Return the same word for deliveries that fold; no message folds, since each brings another one."""
    if delivery.kind in CONTACT_KINDS:
        return "contact"
    return f"message {delivery.id}" if "message" in delivery.changed else delivery.kind


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
    """Whether a newer state of the same contact, or a newer end of the same conversation, has been applied.

    A contact's creation is older than any change. A resolve arrives as two events of one version
    (conversation_status_changed and conversation_updated): the second says nothing new.
    """
    last = applied.get(delivery.record)
    if last is None or delivery.version is None:
        return False
    if delivery.kind in CONTACT_KINDS:
        return delivery.version < last
    return delivery.kind == "conversation_resolved" and delivery.version <= last


def _news(delivery: Delivery, changed: frozenset[str], applied: Mapping[str, float]) -> frozenset[str]:
    """Return the changes that no state as new as this one has brought before; label edits come twice."""
    version = delivery.version
    if version is None:
        return changed
    return frozenset(name for name in changed if applied.get(f"{delivery.record}:{name}", -1.0) < version)
